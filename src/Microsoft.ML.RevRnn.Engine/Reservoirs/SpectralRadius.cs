using System.Numerics.Tensors;
using Microsoft.ML.RevRnn.Compute;

namespace Microsoft.ML.RevRnn.Reservoirs;

/// <summary>
/// The largest absolute value of an eigenvalue: the limit of ||W^k||^(1/k) (Gelfand 1941), here of the largest element. The power is squared again and again, and scaled, so that k is 2^46 after 46 products and what
/// the limit is short of is in the last digits, also where the largest eigenvalues are a complex pair, of which iteration of a vector tells nothing.
/// </summary>
internal static class SpectralRadius
{
    private const int Squarings = 46;

    /// <param name="matrix">[n, n].</param>
    /// <param name="n">Rows.</param>
    public static double Of(ReadOnlySpan<double> matrix, int n)
    {
        var power = matrix.ToArray();
        var square = new double[power.Length];
        var (log, share) = (0.0, 1.0);
        for (var i = 0; ; i++)
        {
            // W^k = e^(k log) power, with share = 1 / k.
            var norm = Math.Abs(TensorPrimitives.MaxMagnitude<double>(power));
            if (norm == 0)
                return 0;
            log += share * HostMath.Log(norm);
            if (i == Squarings)
                return HostMath.Exp(log);
            TensorPrimitives.Divide(power, norm, power);
            Square(power, square, n);
            (power, square) = (square, power);
            share /= 2;
        }
    }

    private static void Square(double[] matrix, double[] square, int n)
    {
        for (var row = 0; row < n; row++)
        {
            var target = square.AsSpan(row * n, n);
            target.Clear();
            for (var k = 0; k < n; k++)
                TensorPrimitives.FusedMultiplyAdd(matrix.AsSpan(k * n, n), matrix[row * n + k], target, target);
        }
    }
}
