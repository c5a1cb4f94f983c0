using Microsoft.ML.RevRnn.Heads;
using Microsoft.ML.RevRnn.Networks;
using Microsoft.ML.RevRnn.Training;

namespace Microsoft.ML.RevRnn.Torch;

/// <summary>How a network works in training on a device.</summary>
internal static class TorchSettings
{
    /// <summary>Part of the free memory that activations may take where nobody has set a budget: the rest is for what libtorch does not give back.</summary>
    private const double FreeShare = 0.75;

    /// <param name="parameters">What is trained.</param>
    /// <param name="objective">What they are to learn.</param>
    /// <param name="options">How.</param>
    /// <param name="carriesStates">Whether batches go on from each other.</param>
    /// <param name="freeMemory">Bytes of the device that are free; null where that does not matter.</param>
    public static StackSettings Training(NetworkParameters parameters, Objective objective, TrainingOptions options, bool carriesStates, long? freeMemory) => new()
    {
        Strategy = options.StrategyFor(parameters.Encoder.Shape.Top),
        Dropout = objective.Dropout,
        MaximumStateGradientNorm = options.MaximumStateGradientNorm,
        MemoryBudget = options.MemoryBudget ?? (options.ActivationStrategy == ActivationStrategy.Auto ? (long?)(freeMemory * FreeShare) : null),
        HeadBytes = HeadBytes(parameters, objective, options.Rows),
        BytesPerToken = objective.BytesPerToken(parameters),
        CarriesStates = carriesStates,
    };

    /// <summary>What heads take at the most; with two directions joined outputs, and the gradient by them, too.</summary>
    private static long HeadBytes(NetworkParameters parameters, Objective objective, int rows)
    {
        var shape = parameters.Encoder.Shape;
        var chunkRows = ChunkLength.For(shape).MostRows(rows);
        // Each direction has a head of its own, or both have one.
        if (!objective.JoinsDirections)
            return shape.Directions * TorchTokenHead.Bytes(objective.ScoreCount(parameters), shape.Top.StateStride, rows, chunkRows);
        var joined = shape.Directions == 2 ? 2L * chunkRows * shape.OutputStride * sizeof(float) : 0;
        var ofSequences = TorchPooling.Bytes(rows, chunkRows, shape.OutputStride) + (long)rows * parameters.Output.Outcomes * sizeof(float) + objective.HeadBytes(parameters);
        return joined + Math.Max(ofSequences, TorchTokenHead.Bytes(objective.ScoreCount(parameters), shape.OutputStride, rows, chunkRows));
    }
}
