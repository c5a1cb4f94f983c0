using Microsoft.ML.RevRnn.Compute;
using Microsoft.ML.RevRnn.Networks;

namespace Microsoft.ML.RevRnn.Analysis;

/// <summary>One number for the gradient by a token's vector: see <see cref="ConnectivityMeasure"/>.</summary>
internal static unsafe class GradientMeasures
{
    /// <param name="measure">Which number.</param>
    /// <param name="gradient">g: [I], padded with zeros.</param>
    /// <param name="table">E.</param>
    /// <param name="token">Whose vector it is by.</param>
    public static float Of(ConnectivityMeasure measure, ReadOnlySpan<float> gradient, EmbeddingTable table, int token) => measure switch
    {
        ConnectivityMeasure.Norm => MathF.Sqrt(RowMath.SumOfSquares(gradient)),
        ConnectivityMeasure.Signed => RowMath.Dot(gradient, Vector(table, token)),
        _ => OneHotNorm(gradient, table),
    };

    private static float OneHotNorm(ReadOnlySpan<float> gradient, EmbeddingTable table)
    {
        var squares = 0.0;
        for (var token = 0; token < table.Value.Rows; token++)
        {
            var product = (double)RowMath.Dot(gradient, Vector(table, token));
            squares += product * product;
        }
        return (float)Math.Sqrt(squares);
    }

    private static ReadOnlySpan<float> Vector(EmbeddingTable table, int token) => new(table.Value.Value + (nint)token * table.Stride, table.Stride);
}
