namespace Microsoft.ML.RevRnn.Engine.Tests;

/// <summary>
/// Beam search over log P(token | step, token before) in double precision: of all continuations of what lives the best get the places, by probability, then by the place of what they continue,
/// then by token; one that ends is finished with log P / ((5 + length) / 6)^a, whose length counts both boundaries. It is over when the first place ends, or after the last step.
/// </summary>
internal static class NaiveBeam
{
    public static Found Search(Func<int, int, double[]> logProbabilities, (int Start, int End) boundaries, int width, double penalty, int steps)
    {
        Found[] live = [new([], 0, 0, IsComplete: false)];
        var finished = new List<Found>();
        for (var t = 0; t < steps && live.Length > 0; t++)
        {
            var step = t;
            Found[] places =
            [
                .. live.SelectMany(found => logProbabilities(step, found.Tokens.LastOrDefault(boundaries.Start))
                    .Select((log, token) => found with { Tokens = [.. found.Tokens, token], LogProbability = found.LogProbability + log }))
                    .OrderByDescending(found => found.LogProbability).Take(width),
            ];
            finished.AddRange(places.Where(Ends).Select(found => Scored(found with { Tokens = found.Tokens[..^1], IsComplete = true }, step + 2)));
            live = [.. places.Where(found => !Ends(found))];
            if (Ends(places[0]))
                break;
        }
        return finished.Count > 0 ? finished.MaxBy(found => found.Score)! : Scored(live[0], live[0].Tokens.Length + 1);

        bool Ends(Found found) => found.Tokens[^1] == boundaries.End;
        Found Scored(Found found, int length) => found with { Score = found.LogProbability / Math.Pow((5 + length) / 6.0, penalty) };
    }

    /// <param name="Tokens">Without boundaries.</param>
    /// <param name="LogProbability">Of all of them, and of the end where there is one.</param>
    /// <param name="Score">With the length norm.</param>
    /// <param name="IsComplete">Whether it ended.</param>
    public sealed record Found(int[] Tokens, double LogProbability, double Score, bool IsComplete);
}
