using Microsoft.ML.RevRnn.Compute;

namespace Microsoft.ML.RevRnn.Training;

/// <summary>
/// Cuts sequences into batches of about equal length, in an order that is random anew each epoch. Sequences are shuffled, sorted by length
/// within pools of <see cref="BatchesPerPool"/> batches, cut, and the batches shuffled. No length is cut off.
/// </summary>
internal sealed class BatchPlan
{
    private const int BatchesPerPool = 64;

    private readonly int[] _members;
    private readonly int _batchSize;

    public BatchPlan(IReadOnlyList<int[]> sequences, int[] members, int batchSize, ulong key)
    {
        _batchSize = batchSize;
        _members = (int[])members.Clone();
        Shuffle(_members, CounterRandom.Key(key, 1));
        var pool = batchSize * BatchesPerPool;
        for (var begin = 0; begin < _members.Length; begin += pool)
        {
            var part = _members.AsSpan(begin, Math.Min(pool, _members.Length - begin));
            part.Sort((left, right) => sequences[left].Length.CompareTo(sequences[right].Length) is var order and not 0 ? order : left.CompareTo(right));
        }
        Order = new int[(_members.Length + batchSize - 1) / batchSize];
        for (var i = 0; i < Order.Length; i++)
            Order[i] = i;
        Shuffle(Order, CounterRandom.Key(key, 2));
    }

    public int BatchCount => Order.Length;

    private int[] Order { get; }

    public ReadOnlySpan<int> Batch(int index)
    {
        var begin = Order[index] * _batchSize;
        return _members.AsSpan(begin, Math.Min(_batchSize, _members.Length - begin));
    }

    /// <summary>Fisher and Yates.</summary>
    public static void Shuffle(Span<int> values, ulong key)
    {
        for (var i = values.Length - 1; i > 0; i--)
        {
            var j = (int)(CounterRandom.Mix(key + (ulong)i) % (ulong)(i + 1));
            (values[i], values[j]) = (values[j], values[i]);
        }
    }
}
