using System.Numerics;
using Microsoft.ML.RevRnn.Compute;

namespace Microsoft.ML.RevRnn.Cells;

/// <summary>
/// The unitary discrete Fourier transform, y_j = n^-1/2 sum_k e^(-2 pi i j k / n) x_k, and its inverse. Halves as often as n is even (Cooley and Tukey 1965), so
/// powers of two take n log n steps; an odd rest takes its square.
/// </summary>
internal sealed class FourierTransform
{
    private readonly int _length;
    private readonly Complex[] _roots;
    private readonly Complex[] _scratch;

    /// <param name="length">n.</param>
    public FourierTransform(int length)
    {
        _length = length;
        _roots = new Complex[length];
        for (var k = 0; k < length; k++)
            _roots[k] = Phase(-2 * Math.PI * k / length);
        _scratch = new Complex[length];
    }

    /// <summary>e^(i angle).</summary>
    public static Complex Phase(double angle) => new(HostMath.Cos(angle), HostMath.Cos(angle - Math.PI / 2));

    /// <summary>Transforms in place.</summary>
    public void Forward(Span<Complex> values)
    {
        Transform(values, _scratch, 1);
        var scale = 1 / Math.Sqrt(_length);
        foreach (ref var value in values)
            value *= scale;
    }

    /// <summary>The inverse, and the adjoint, in place: y_j = n^-1/2 sum_k e^(2 pi i j k / n) x_k.</summary>
    public void Inverse(Span<Complex> values)
    {
        Forward(values);
        values[1..].Reverse();
    }

    private void Transform(Span<Complex> values, Span<Complex> scratch, int stride)
    {
        var n = values.Length;
        if (n == 1)
            return;
        if (n % 2 != 0)
        {
            TransformOdd(values, scratch, stride);
            return;
        }
        var half = n / 2;
        for (var k = 0; k < half; k++)
            (scratch[k], scratch[half + k]) = (values[2 * k], values[2 * k + 1]);
        Transform(scratch[..half], values[..half], 2 * stride);
        Transform(scratch[half..n], values[half..], 2 * stride);
        for (var k = 0; k < half; k++)
        {
            var turned = _roots[k * stride] * scratch[half + k];
            values[k] = scratch[k] + turned;
            values[half + k] = scratch[k] - turned;
        }
    }

    private void TransformOdd(Span<Complex> values, Span<Complex> scratch, int stride)
    {
        var n = values.Length;
        values.CopyTo(scratch);
        for (var j = 0; j < n; j++)
        {
            var sum = Complex.Zero;
            for (var k = 0; k < n; k++)
                sum += _roots[(int)((long)j * k % n) * stride] * scratch[k];
            values[j] = sum;
        }
    }
}
