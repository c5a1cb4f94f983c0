namespace Microsoft.ML.RevRnn;

/// <summary>
/// Which predictions of a text are looked at, and how: options of <see cref="RevLanguageModelTransformer.Connectivity"/> and <see cref="RevRnnTaggingTransformer.Connectivity"/>.
/// </summary>
public sealed class RevConnectivityOptions
{
    /// <summary>Tokens that are read for all predictions together where <see cref="Positions"/> does not say which.</summary>
    internal const int DefaultWork = 250_000;

    private const int MostPredictions = 100;

    /// <summary>
    /// Which predictions: p is that of the text's token p, from 0, which has read those before it; as many as there are tokens is that of what follows the text. That of a tagger has read token p too, and there is none behind the text. Null for the
    /// last ones, as many as read no more than 250,000 tokens together: all of a text of 500 tokens, 13 of one of 20,000.
    /// </summary>
    public IReadOnlyList<int>? Positions { get; set; }

    /// <summary>Whose score is looked at.</summary>
    public ConnectivityTarget Target { get; set; } = ConnectivityTarget.Actual;

    /// <summary>How many of the most probable tokens are told of each prediction, 1 to 100.</summary>
    public int PredictionCount { get; set; } = 5;

    /// <summary>What is told of a gradient, and how it is computed.</summary>
    /// <exception cref="ArgumentNullException">The value is null.</exception>
    public ConnectivityOptions Computation { get; set => field = value ?? throw new ArgumentNullException(nameof(Computation)); } = new();

    /// <summary>What the model is called, beside others on a page; null for its cell and size.</summary>
    public string? ModelName { get; set; }

    /// <summary>The positions of a text of so many tokens.</summary>
    internal int[] PositionsOf(int tokens)
    {
        Check(nameof(PredictionCount), PredictionCount, 1, MostPredictions);
        if (!Enum.IsDefined(Target))
            throw new ArgumentOutOfRangeException(nameof(Target), Target, "There is no such target.");
        if (Positions == null)
        {
            var count = Math.Clamp(DefaultWork / (tokens + 1), 1, tokens + 1);
            return [.. Enumerable.Range(tokens + 1 - count, count)];
        }
        foreach (var position in Positions)
            Check(nameof(Positions), position, 0, tokens);
        return [.. Positions.Distinct().Order()];
    }

    /// <summary>What a model is called.</summary>
    internal string NameOf(NetworkOptions network) => ModelName ?? $"{network.Cell}, {network.LayerCount} × {network.HiddenSize} units";

    private static void Check(string option, int value, int least, int most)
    {
        if (value < least || value > most)
            throw new ArgumentOutOfRangeException(option, value, $"It must be from {least} to {most}.");
    }
}
