using System.Numerics;

namespace Microsoft.ML.RevRnn.Cells;

/// <summary>
/// h = z / |z| relu(|z| + b) of complex values, real and imaginary parts side by side (Arjovsky, Shah and Bengio 2016): the phase stays, the length is moved by b. At
/// z = 0, which has no phase, h and the gradient are 0. Its operations are rounded correctly, so no register's width changes a bit.
/// </summary>
internal static class ModRelu
{
    /// <param name="values">[2n]: z.</param>
    /// <param name="bias">[2n]: b beside each real part; the others mean nothing.</param>
    /// <param name="results">[2n]: h.</param>
    public static void Forward<T>(ReadOnlySpan<T> values, ReadOnlySpan<T> bias, Span<T> results)
        where T : IRootFunctions<T>, INumber<T>
    {
        for (var i = 0; i < values.Length; i += 2)
        {
            var (real, imaginary) = (values[i], values[i + 1]);
            var length = T.Sqrt(real * real + imaginary * imaginary);
            var moved = length + bias[i];
            var factor = length > T.Zero && moved > T.Zero ? moved / length : T.Zero;
            results[i] = real * factor;
            results[i + 1] = imaginary * factor;
        }
    }

    /// <summary>From the gradient g by h: by z, (m / l) g - (b / l) (g . u) u with l = |z|, m = l + b and u = z / l; by b, g . u.</summary>
    /// <param name="values">[2n]: z; receives the gradient by it.</param>
    /// <param name="bias">[2n]: b beside each real part; receives the gradient by it there, and 0 beside.</param>
    /// <param name="gradient">[2n]: g.</param>
    public static void Backward<T>(Span<T> values, Span<T> bias, ReadOnlySpan<T> gradient)
        where T : IRootFunctions<T>, INumber<T>
    {
        for (var i = 0; i < values.Length; i += 2)
        {
            var (real, imaginary, b) = (values[i], values[i + 1], bias[i]);
            var length = T.Sqrt(real * real + imaginary * imaginary);
            bias[i] = bias[i + 1] = values[i] = values[i + 1] = T.Zero;
            if (!(length > T.Zero && length + b > T.Zero))
                continue;
            var (ofReal, ofImaginary) = (real / length, imaginary / length);
            var along = gradient[i] * ofReal + gradient[i + 1] * ofImaginary;
            var (factor, turned) = ((length + b) / length, along * b / length);
            values[i] = gradient[i] * factor - turned * ofReal;
            values[i + 1] = gradient[i + 1] * factor - turned * ofImaginary;
            bias[i] = along;
        }
    }
}
