namespace Microsoft.ML.RevRnn.Benchmarks;

/// <summary>One model trained with several seeds.</summary>
/// <param name="Perplexities">exp of the best epoch's validation loss, of each seed.</param>
internal sealed record LanguageRuns(IReadOnlyList<double> Perplexities)
{
    public double Mean => Perplexities.Average();

    /// <summary>Largest less smallest.</summary>
    public double Spread => Perplexities.Max() - Perplexities.Min();

    /// <summary>What each of our trainings cost; empty for PyTorch's.</summary>
    public IReadOnlyList<TrainingReport> Reports { get; init; } = [];
}
