using Microsoft.ML.RevRnn.Compute;
using Microsoft.ML.RevRnn.Heads;
using Microsoft.ML.RevRnn.Networks;

namespace Microsoft.ML.RevRnn.Engine.Tests;

/// <summary>A loss that is linear in the outputs, with coefficients that depend on the output's place in the batch alone. Its value is of no interest.</summary>
/// <param name="encoder">Gives the outputs.</param>
/// <param name="coefficient">The coefficient of a flat row's value; null for random ones.</param>
internal sealed unsafe class LinearHead(ISequenceEncoder encoder, Func<long, int, float>? coefficient = null) : ISequenceHead
{
    public BatchResult Result => default;

    public float LossScale => 1;

    public void PackWeights(bool forTraining, ulong seed)
    {
    }

    public void Begin(PackedBatch batch, bool training, ulong seed)
    {
    }

    public void Forward(in Chunk chunk)
    {
    }

    public void FinishForward()
    {
    }

    public void BeginBackward()
    {
    }

    /// <summary>The gradient by an output is its coefficient, and zero in padding.</summary>
    public void Backward(in Chunk chunk)
    {
        var columns = encoder.OutputColumns;
        new Span<float>(encoder.OutputGradient, chunk.FlatRows * encoder.OutputStride).Clear();
        for (var row = 0; row < chunk.FlatRows; row++)
        {
            for (var unit = 0; unit < columns.Length; unit++)
                encoder.OutputGradient[(nint)row * encoder.OutputStride + columns[unit]] = (coefficient ?? Coefficient)(chunk.FlatStart + row, unit);
        }
    }

    public void FinishBackward()
    {
    }

    public void Dispose()
    {
    }

    public static float Coefficient(long flatRow, int unit) =>
        2 * CounterRandom.Uniform(CounterRandom.Key(77, (ulong)flatRow), (ulong)unit) - 1;
}
