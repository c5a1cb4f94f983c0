namespace Microsoft.ML.RevRnn;

/// <summary>Settings of an experiment on the classes of texts.</summary>
public sealed class RevRnnMulticlassExperimentSettings : RevRnnExperimentSettings
{
    /// <summary>What is not searched: columns, n-grams, weights and all else. The cell is that of its network.</summary>
    /// <exception cref="ArgumentNullException">The value is null.</exception>
    public RevRnnClassificationOptions Options { get; set => field = value ?? throw new ArgumentNullException(nameof(Options)); } = new();

    /// <summary>By what the best run is chosen. Which runs go on at a rung is decided by the loss, whatever this is.</summary>
    public MulticlassClassificationMetric OptimizingMetric { get; set; } = MulticlassClassificationMetric.MicroAccuracy;

    internal override RevRnnOptions Template => Options;

    /// <summary>
    /// Enters a pipeline of ML.NET: it is trained on the same rows before all else and evaluated on the same ones, so that the result tells whether a network is worth it. All
    /// rivals together may take half of the time.
    /// </summary>
    /// <param name="name">What it is called.</param>
    /// <param name="pipeline">Makes the columns that ML.NET evaluates, from the data as they were given.</param>
    /// <exception cref="ArgumentException">The name is empty, or another one has it.</exception>
    public void AddRival(string name, IEstimator<ITransformer> pipeline) => Add(name, pipeline);
}
