using System.Globalization;

namespace Microsoft.ML.RevRnn.Experiments;

/// <summary>Makes a setting fit into memory, by estimate.</summary>
internal static class TrialMemory
{
    /// <summary>With fewer of a batch's rows than one of so many, smaller batches come instead: steps of a few rows are not what the batch size asked for.</summary>
    private const int LeastShare = 8;

    /// <summary>The most that a batch has where that is left to the size of the data.</summary>
    private const int LargestBatch = 64;

    /// <summary>Bits of a forget gate without a limit.</summary>
    private const double AllBits = 10;

    /// <param name="options">The setting.</param>
    /// <param name="data">What is trained on.</param>
    /// <param name="limit">Bytes that it may take.</param>
    /// <returns>The options, changed if need be; null where nothing helps. What was changed, or why it cannot be run; null for nothing.</returns>
    public static (RevRnnOptions? Options, string? Note) Fit(RevRnnOptions options, TrialData data, double limit)
    {
        var network = data.Network;
        var weights = ParameterMemory.TrainingBytes(network, data.VocabularySize, data.Outcomes);
        var left = limit - weights;
        var least = Bytes(1, ActivationStrategy.Auto);
        if (left < least)
        {
            return (null, string.Create(CultureInfo.InvariantCulture,
                $"needs {(weights + least) / 1e6:F1} MB at least ({weights / 1e6:F1} of weights and optimiser, {least / 1e6:F1} of a text of {data.LongestText} tokens), of {limit / 1e6:F1}"));
        }
        var training = options.Training;
        var batch = training.BatchSize ?? LargestBatch;
        if (Bytes(batch, training.ActivationStrategy) <= Math.Min(left, training.MemoryBudget ?? double.MaxValue))
            return (options, null);
        var budget = Math.Min((long)left, training.MemoryBudget ?? long.MaxValue);
        var asked = batch;
        while (batch > 1 && Bytes(Math.Max(1, batch / LeastShare), ActivationStrategy.Auto) > budget)
            batch /= 2;
        var copy = options.Copy();
        copy.Training = training with { MemoryBudget = budget, ActivationStrategy = ActivationStrategy.Auto, BatchSize = batch < asked ? batch : training.BatchSize };
        var smaller = batch < asked ? $", batches of {batch}" : "";
        return (copy, string.Create(CultureInfo.InvariantCulture, $"activations within {budget / 1e6:F1} MB{smaller}"));

        // Each gate may come to lose all that its limit allows.
        double Bytes(int rows, ActivationStrategy strategy)
        {
            var bits = network.ForgettingLimit == ForgettingLimit.None ? AllBits : (double)network.ForgettingLimit;
            var threads = options.Training.ThreadCount ?? Environment.ProcessorCount;
            var estimate = ActivationMemory.Estimate(network, rows, data.LongestText, threads, options.Training.Dropout > 0, bits, sharesInputs: true);
            return estimate[strategy] ?? estimate.Stored;
        }
    }
}
