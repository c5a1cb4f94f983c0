using System.Numerics;

namespace Microsoft.ML.RevRnn.Cells;

/// <summary>
/// The equations of a binary Tree-LSTM with words at the leaves (Tai, Socher and Manning 2015, in the form of their sentiment model). A leaf has c = x W_c + b_c and
/// o = sigmoid(x W_o + b_o). A node over trees l and r has a = [h_l, h_r] W + b in blocks of H: i, f_l, f_r and o are sigmoids, u is a tanh, and c = i u + f_l c_l + f_r c_r. Either
/// has h = o tanh(c).
/// </summary>
/// <remarks>Spans are rows of H values, or of blocks of so many; gates are given activated, and become the gradients by what they were made of.</remarks>
internal static class TreeLstm
{
    /// <summary>Blocks of a leaf.</summary>
    public const int LeafC = 0, LeafO = 1, LeafGates = 2;

    /// <summary>Blocks of a node.</summary>
    public const int I = 0, ForgetLeft = 1, ForgetRight = 2, U = 3, O = 4, NodeGates = 5;

    /// <summary>c of a node.</summary>
    public static void Join<T>(ReadOnlySpan<T> gates, ReadOnlySpan<T> left, ReadOnlySpan<T> right, Span<T> c)
        where T : INumber<T>
    {
        var block = c.Length;
        for (var k = 0; k < block; k++)
            c[k] = gates[I * block + k] * gates[U * block + k] + gates[ForgetLeft * block + k] * left[k] + gates[ForgetRight * block + k] * right[k];
    }

    /// <summary>h of a leaf or a node.</summary>
    public static void Output<T>(ReadOnlySpan<T> o, ReadOnlySpan<T> tanhC, Span<T> h)
        where T : INumber<T>
    {
        for (var k = 0; k < h.Length; k++)
            h[k] = o[k] * tanhC[k];
    }

    /// <summary>From the gradient by h: adds that by c, and makes that by o's pre-activation of o.</summary>
    public static void OutputBackward<T>(Span<T> o, ReadOnlySpan<T> tanhC, ReadOnlySpan<T> hGradient, Span<T> cGradient)
        where T : INumber<T>
    {
        for (var k = 0; k < o.Length; k++)
        {
            cGradient[k] += hGradient[k] * o[k] * (T.One - tanhC[k] * tanhC[k]);
            o[k] = hGradient[k] * tanhC[k] * o[k] * (T.One - o[k]);
        }
    }

    /// <summary>From the gradient by a node's c: adds those by the c of both trees, and makes those by the pre-activations of all gates but o.</summary>
    public static void JoinBackward<T>(
        Span<T> gates, ReadOnlySpan<T> left, ReadOnlySpan<T> right, ReadOnlySpan<T> cGradient, Span<T> leftGradient, Span<T> rightGradient)
        where T : INumber<T>
    {
        var block = cGradient.Length;
        for (var k = 0; k < block; k++)
        {
            ref var i = ref gates[I * block + k];
            ref var ofLeft = ref gates[ForgetLeft * block + k];
            ref var ofRight = ref gates[ForgetRight * block + k];
            ref var u = ref gates[U * block + k];
            var d = cGradient[k];
            leftGradient[k] += d * ofLeft;
            rightGradient[k] += d * ofRight;
            (i, u) = (d * u * i * (T.One - i), d * i * (T.One - u * u));
            ofLeft = d * left[k] * ofLeft * (T.One - ofLeft);
            ofRight = d * right[k] * ofRight * (T.One - ofRight);
        }
    }
}
