using Microsoft.ML.RevRnn.Compute;

namespace Microsoft.ML.RevRnn.Engine.Tests;

/// <summary>Sampling from a model's distribution as <see cref="GenerationOptions"/> describe it, in double precision and with sorted lists.</summary>
internal sealed class NaiveSampler(GenerationOptions options)
{
    private readonly ulong _key = CounterRandom.Key((ulong)options.Seed, RandomUse.TokenChoice);
    private readonly List<int> _chosen = [];
    private ulong _place;

    public void Note(int token) => _chosen.Add(token);

    public int Choose(float[] logProbabilities)
    {
        var scores = new Dictionary<int, double>();
        var recent = _chosen.TakeLast(options.RepetitionWindow).ToHashSet();
        for (var token = 0; token < logProbabilities.Length; token++)
        {
            var isLeftOut = (token == Vocabulary.UnknownToken && !options.AllowsUnknown) || (token == Vocabulary.EmptyToken && !options.StopsAtEnd);
            if (!isLeftOut)
                scores[token] = logProbabilities[token] * (double)(recent.Contains(token) ? options.RepetitionPenalty : 1);
        }
        if (options.Temperature == 0)
            return scores.MaxBy(score => score.Value).Key;

        var total = scores.Values.Sum(score => Math.Exp(score / options.Temperature));
        var ranked = scores.Select(score => (Token: score.Key, Probability: Math.Exp(score.Value / options.Temperature) / total))
            .OrderByDescending(choice => choice.Probability).Take(options.TopK ?? int.MaxValue).ToList();
        var nucleus = 0;
        var left = ranked.Sum(choice => choice.Probability);
        for (var mass = 0.0; nucleus < ranked.Count && mass < options.TopP * left; nucleus++)
            mass += ranked[nucleus].Probability;
        var choices = ranked.Take(nucleus).OrderBy(choice => choice.Token).ToList();

        var at = (CounterRandom.Mix(_key + _place++) >> 11) * (1.0 / (1L << 53)) * choices.Sum(choice => choice.Probability);
        foreach (var (token, probability) in choices)
        {
            at -= probability;
            if (at < 0)
                return token;
        }
        return choices[^1].Token;
    }
}
