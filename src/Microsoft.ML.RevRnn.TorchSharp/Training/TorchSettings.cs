using Microsoft.ML.RevRnn.Heads;
using Microsoft.ML.RevRnn.Networks;
using Microsoft.ML.RevRnn.Training;

namespace Microsoft.ML.RevRnn.Torch;

/// <summary>How a network works in training on a device.</summary>
internal static class TorchSettings
{
    public static StackSettings Training(NetworkParameters parameters, Objective objective, TrainingOptions options, bool carriesStates) => new()
    {
        // As in the managed trainer.
        Strategy = options.ActivationStrategy == ActivationStrategy.Reversible && !parameters.Encoder.Shape.Top.IsReversible
            ? ActivationStrategy.Stored
            : options.ActivationStrategy,
        Dropout = objective.Dropout,
        MaximumStateGradientNorm = options.MaximumStateGradientNorm,
        MemoryBudget = options.MemoryBudget,
        HeadBytes = HeadBytes(parameters, objective, options.BatchSize),
        CarriesStates = carriesStates,
    };

    /// <summary>What heads take at the most; with two directions joined outputs, and the gradient by them, too.</summary>
    private static long HeadBytes(NetworkParameters parameters, Objective objective, int rows)
    {
        var shape = parameters.Encoder.Shape;
        var flatRows = ChunkLength.Default.MostRows(rows);
        var stride = objective.JoinsDirections ? shape.OutputStride : shape.Top.StateStride;
        var joined = shape.Directions == 2 && objective.JoinsDirections ? 2L * flatRows * shape.OutputStride * sizeof(float) : 0;
        return joined + objective.HeadBytes(parameters)
            + Math.Max(TorchPooling.PaddedBytes(flatRows, 1, stride), TorchTokenHead.Bytes(parameters.Output.Outcomes, stride, rows));
    }
}
