using System.Numerics;
using System.Numerics.Tensors;
using Microsoft.ML.RevRnn.Compute;

namespace Microsoft.ML.RevRnn.Groups;

/// <summary>
/// The sum of a vector of each shard over all shards and ranks, in one order whatever the ranks: a binary tree over the shards, whose node (l, i) is the sum of the shards
/// 2^l i to 2^l (i + 1) - 1. Where there is no right child, a node is its left one.
/// </summary>
/// <remarks>
/// A rank adds up what is its own. Where each rank then has one node, as with powers of two, the rest goes by halves (Rabenseifner 2004): in each round two ranks
/// exchange halves of what they have and keep one, then collect the sums in rounds backwards, so that a rank sends 2 (R - 1) / R of the vector. Else each right child goes to
/// where the left one is, and the root to all. An addition of two numbers has no order, so both are the same bits.
/// </remarks>
/// <param name="shards">S.</param>
/// <param name="group">The ranks; null for this one alone.</param>
/// <param name="format">What nodes are rounded to, and sent as.</param>
internal sealed class ShardSum(int shards, IGradientGroup? group, GradientFormat format) : IDisposable
{
    private readonly Dictionary<(int Level, int Index), NativeBuffer<float>> _nodes = [];
    private readonly Stack<NativeBuffer<float>> _free = [];
    private readonly List<NativeBuffer<float>> _all = [];
    private readonly int _ranks = group?.Size ?? 1;
    private readonly int _rank = group?.Rank ?? 0;
    private readonly NativeBuffer<ushort> _sent = new();
    private readonly NativeBuffer<ushort> _received = new();
    private int _length;

    /// <summary>This rank's shards.</summary>
    public (int First, int End) Own { get; } = ShardRanges.Of(group?.Rank ?? 0, group?.Size ?? 1, shards);

    /// <summary>Levels of the tree above the shards.</summary>
    private int Height => BitOperations.Log2((uint)shards - 1) + (shards == 1 ? 0 : 1);

    private bool IsHypercube => BitOperations.IsPow2(_ranks) && shards % _ranks == 0 && BitOperations.IsPow2(shards / _ranks);

    /// <summary>Begins a sum of vectors so long.</summary>
    public void Begin(int length)
    {
        foreach (var node in _nodes.Values)
            _free.Push(node);
        _nodes.Clear();
        _length = length;
    }

    /// <summary>A vector for a shard of this rank, zero; <see cref="Add"/> follows, shard after shard.</summary>
    public Span<float> Leaf(int shard)
    {
        var leaf = Take();
        _nodes.Add((0, shard), leaf);
        var values = Values(leaf);
        values.Clear();
        return values;
    }

    /// <summary>Adds a shard's vector, now complete, to those before it that it is a sibling of.</summary>
    public void Add(int shard)
    {
        RoundIfAsked(Values(_nodes[(0, shard)]));
        var index = shard;
        for (var level = 0; level < Height; level++, index /= 2)
        {
            var isRight = index % 2 == 1;
            if (isRight && !_nodes.ContainsKey((level, index - 1)))
                return;
            if (isRight)
                AddSiblings(level, index / 2);
            else if (Exists(level, index + 1))
                return;
            else
                Promote(level, index / 2);
        }
    }

    /// <summary>The sum over all shards, of all ranks; it is good until the next <see cref="Begin"/>.</summary>
    public ReadOnlySpan<float> Finish()
    {
        if (_ranks > 1 && IsHypercube)
            return FinishByHalves();
        for (var level = 0; level < Height; level++)
        {
            for (var parent = 0; Exists(level, 2 * parent); parent++)
                Join(level, parent);
        }
        if (_ranks == 1)
            return Values(_nodes[(Height, 0)]);
        var root = _rank == 0 ? _nodes[(Height, 0)] : Take();
        _nodes.TryAdd((Height, 0), root);
        var sum = Values(root);
        if (format == GradientFormat.Single)
        {
            group!.BroadcastValues(sum);
            return sum;
        }
        var packed = Packed(_sent, sum);
        group!.BroadcastValues(packed);
        BFloat16.Unpack(packed, sum);
        return sum;
    }

    public void Dispose()
    {
        foreach (var buffer in _all)
            buffer.Dispose();
        _sent.Dispose();
        _received.Dispose();
    }

    private ReadOnlySpan<float> FinishByHalves()
    {
        var level = BitOperations.Log2((uint)(shards / _ranks));
        var values = Values(_nodes[(level, _rank)]);
        var inbox = Take();
        _free.Push(inbox);
        var received = Values(inbox);
        var (begin, end) = (0, _length);
        Span<(int Begin, int End)> before = stackalloc (int, int)[BitOperations.Log2((uint)_ranks)];
        for (var round = 0; round < before.Length; round++)
        {
            before[round] = (begin, end);
            var middle = begin + (end - begin) / 2;
            var isLower = (_rank >> round & 1) == 0;
            var kept = isLower ? begin..middle : middle..end;
            Exchange(values[isLower ? middle..end : begin..middle], received[kept], _rank ^ 1 << round);
            TensorPrimitives.Add(values[kept], received[kept], values[kept]);
            RoundIfAsked(values[kept]);
            (begin, end) = isLower ? (begin, middle) : (middle, end);
        }
        for (var round = before.Length - 1; round >= 0; round--)
        {
            var (first, behind) = before[round];
            var isLower = (_rank >> round & 1) == 0;
            Exchange(values[begin..end], isLower ? values[end..behind] : values[first..begin], _rank ^ 1 << round);
            (begin, end) = (first, behind);
        }
        return values;
    }

    /// <summary>Brings a node's children together where the left one is, and adds them.</summary>
    private void Join(int level, int parent)
    {
        var (left, right) = (2 * parent, 2 * parent + 1);
        var leftRank = Holder(level, left);
        if (!Exists(level, right))
        {
            if (leftRank == _rank && _nodes.ContainsKey((level, left)))
                Promote(level, parent);
            return;
        }
        var rightRank = Holder(level, right);
        if (leftRank != rightRank && rightRank == _rank)
            Exchange(Values(_nodes[(level, right)]), [], leftRank);
        if (leftRank != _rank || !_nodes.ContainsKey((level, left)))
            return;
        if (leftRank != rightRank)
        {
            var received = Take();
            Exchange([], Values(received), rightRank);
            _nodes.Add((level, right), received);
        }
        AddSiblings(level, parent);
    }

    private void AddSiblings(int level, int parent)
    {
        _nodes.Remove((level, 2 * parent), out var left);
        _nodes.Remove((level, 2 * parent + 1), out var right);
        TensorPrimitives.Add(Values(left!), Values(right!), Values(left!));
        RoundIfAsked(Values(left!));
        _free.Push(right!);
        _nodes.Add((level + 1, parent), left!);
    }

    private void Promote(int level, int parent)
    {
        _nodes.Remove((level, 2 * parent), out var only);
        _nodes.Add((level + 1, parent), only!);
    }

    private bool Exists(int level, int index) => (long)index << level < shards;

    /// <summary>The rank that has a node: that of its first shard.</summary>
    private int Holder(int level, int index) => ShardRanges.Owner(index << level, _ranks, shards);

    private void Exchange(ReadOnlySpan<float> send, Span<float> receive, int peer)
    {
        if (format == GradientFormat.Single)
        {
            group!.ExchangeValues(send, receive, peer);
            return;
        }
        _received.EnsureLength(receive.Length);
        var packed = _received.Span[..receive.Length];
        group!.ExchangeValues<ushort>(Packed(_sent, send), packed, peer);
        BFloat16.Unpack(packed, receive);
    }

    private static Span<ushort> Packed(NativeBuffer<ushort> buffer, ReadOnlySpan<float> values)
    {
        buffer.EnsureLength(values.Length);
        var packed = buffer.Span[..values.Length];
        BFloat16.Pack(values, packed);
        return packed;
    }

    private void RoundIfAsked(Span<float> values)
    {
        if (format == GradientFormat.BFloat16)
            BFloat16.Round(values);
    }

    private Span<float> Values(NativeBuffer<float> buffer) => buffer.Span[.._length];

    private NativeBuffer<float> Take()
    {
        if (!_free.TryPop(out var buffer))
            _all.Add(buffer = new NativeBuffer<float>());
        buffer.EnsureLength(_length);
        return buffer;
    }
}
