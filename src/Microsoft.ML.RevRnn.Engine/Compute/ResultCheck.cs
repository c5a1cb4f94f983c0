using System.Numerics.Tensors;

namespace Microsoft.ML.RevRnn;

/// <summary>Checks of what a model gives. Weights are finite, but may be so large that sums of their products are not: those of a damaged or forged file.</summary>
internal static class ResultCheck
{
    /// <exception cref="InvalidOperationException">One of the values is not a finite number.</exception>
    public static void Finite(ReadOnlySpan<float> values) => Finite(TensorPrimitives.MaxMagnitude(values));

    /// <exception cref="InvalidOperationException">The value is not a finite number.</exception>
    public static void Finite(double value)
    {
        if (!double.IsFinite(value))
        {
            throw new InvalidOperationException(
                "The model gives what is not a finite number: its weights are too large. Its file is damaged, or its training diverged; take another copy of the file, " +
                $"or train again with a lower {nameof(TrainingOptions.LearningRate)}.");
        }
    }
}
