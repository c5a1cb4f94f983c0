using System.Numerics.Tensors;
using Microsoft.ML.RevRnn.Compute;

namespace Microsoft.ML.RevRnn.Networks;

/// <summary>The spectral radius of a square matrix: the largest magnitude of its eigenvalues, complex ones too.</summary>
internal static class SpectralRadius
{
    /// <summary>Squarings for weights to start from: the growth of its power from 2^(n - 1) to 2^n is that of the largest eigenvalue, whatever the others and the vectors are.</summary>
    private const int Squarings = 12;

    /// <summary>rho = lim (|W^2k| / |W^k|)^(1/k), by the Frobenius norm; W is scaled before each squaring, so that no power is out of range.</summary>
    /// <param name="matrix">[size, size], row-major; overwritten.</param>
    /// <param name="size">Rows and columns.</param>
    /// <param name="squarings">
    /// How often the matrix is squared, n. Of a real largest eigenvalue a few are enough; of a complex pair the norm turns with the powers, and the result is exact to about 2^-n.
    /// </param>
    /// <returns>0 of a matrix a power of which is 0.</returns>
    public static double Of(double[] matrix, int size, int squarings = Squarings)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(matrix.Length, size * size);
        var (power, square) = (matrix, new double[matrix.Length]);
        // log |W^(2^i)|, and the same one squaring before.
        var (log, before) = (0.0, 0.0);
        for (var i = 0; i <= squarings; i++)
        {
            if (i > 0)
            {
                Square(power, square, size);
                (power, square) = (square, power);
            }
            var norm = Norm(power);
            if (norm == 0)
                return 0;
            before = log;
            // What was divided out before counts twice in the square.
            log = (i > 0 ? 2 * log : 0) + HostMath.Log(norm);
            TensorPrimitives.Divide<double>(power, norm, power);
        }
        return HostMath.Exp((log - before) / (1L << (squarings - 1)));
    }

    private static void Square(double[] matrix, double[] square, int size)
    {
        Array.Clear(square);
        for (var row = 0; row < size; row++)
        {
            var target = square.AsSpan(row * size, size);
            for (var k = 0; k < size; k++)
                TensorPrimitives.FusedMultiplyAdd(matrix.AsSpan(k * size, size), matrix[row * size + k], target, target);
        }
    }

    private static double Norm(double[] matrix)
    {
        var sum = 0.0;
        foreach (var value in matrix)
            sum += value * value;
        return Math.Sqrt(sum);
    }
}
