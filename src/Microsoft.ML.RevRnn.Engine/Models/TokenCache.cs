using System.Numerics;
using System.Runtime.InteropServices;
using Microsoft.ML.RevRnn.Compute;

namespace Microsoft.ML.RevRnn.Models;

/// <summary>The last outputs of a language model, and the token that followed each.</summary>
/// <typeparam name="T">Of the outputs: float; double in tests.</typeparam>
/// <param name="size">n: how many are kept.</param>
/// <param name="stride">Length of an output.</param>
internal sealed class TokenCache<T>(int size, int stride)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private const int LeastCapacity = 16;

    private T[] _outputs = [];
    private int[] _tokens = [];
    private double[] _similarities = [];

    /// <summary>Where the next pair goes: when it is full, the place of the oldest one.</summary>
    private int _next;

    /// <summary>Pairs that are kept, at most n.</summary>
    public int Count { get; private set; }

    /// <summary>[Count]: the tokens, in no order that means anything.</summary>
    public ReadOnlySpan<int> Tokens => _tokens.AsSpan(0, Count);

    public void Clear() => Count = _next = 0;

    public void Add(ReadOnlySpan<T> output, int token)
    {
        if (Count < size && Count == _tokens.Length)
            Grow();
        output.CopyTo(_outputs.AsSpan(_next * stride, stride));
        _tokens[_next] = token;
        _next = (_next + 1) % size;
        Count = Math.Min(Count + 1, size);
    }

    /// <summary>[Count]: h_i · h of each kept output. Valid until the next call.</summary>
    public ReadOnlySpan<double> Compare(ReadOnlySpan<T> output)
    {
        for (var i = 0; i < Count; i++)
            _similarities[i] = Dot(_outputs.AsSpan(i * stride, stride), output);
        return _similarities.AsSpan(0, Count);
    }

    /// <summary>As a list grows, so that a short text does not take the memory of a long one.</summary>
    private void Grow()
    {
        var capacity = Math.Min(size, Math.Max(LeastCapacity, 2 * _tokens.Length));
        Array.Resize(ref _outputs, checked(capacity * stride));
        Array.Resize(ref _tokens, capacity);
        _similarities = new double[capacity];
    }

    private static double Dot(ReadOnlySpan<T> left, ReadOnlySpan<T> right)
    {
        if (typeof(T) == typeof(float))
            return RowMath.Dot(MemoryMarshal.Cast<T, float>(left), MemoryMarshal.Cast<T, float>(right));
        var sum = 0.0;
        for (var i = 0; i < left.Length; i++)
            sum += double.CreateChecked(left[i]) * double.CreateChecked(right[i]);
        return sum;
    }
}
