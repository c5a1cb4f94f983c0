using System.Runtime.InteropServices;
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
    private readonly List<(int Begin, int Count)> _batches = [];

    /// <param name="sequences">All sequences.</param>
    /// <param name="members">Those to take, by index.</param>
    /// <param name="batchSize">Most sequences of a batch.</param>
    /// <param name="key">Of the random order.</param>
    /// <param name="rowLimit">Most sequences of a batch whose longest has so many tokens, at least 1; null for no such limit.</param>
    public BatchPlan(IReadOnlyList<int[]> sequences, int[] members, int batchSize, ulong key, Func<int, int>? rowLimit = null)
    {
        _members = (int[])members.Clone();
        Shuffle(_members, CounterRandom.Key(key, RandomUse.SequenceOrder));
        // Among equal lengths the shuffled order stays, or the same sequences would meet in each epoch.
        var keys = new long[_members.Length];
        for (var i = 0; i < keys.Length; i++)
            keys[i] = (long)sequences[_members[i]].Length << 32 | (uint)i;
        var pool = batchSize * BatchesPerPool;
        for (var begin = 0; begin < _members.Length; begin += pool)
        {
            var end = Math.Min(begin + pool, _members.Length);
            Array.Sort(keys, _members, begin, end - begin);
            for (int first = begin, next = begin; first < end; first = next)
            {
                do
                    next++;
                while (next < end && next - first < Math.Min(batchSize, rowLimit?.Invoke(sequences[_members[next]].Length) ?? batchSize));
                _batches.Add((first, next - first));
            }
        }
        Shuffle(CollectionsMarshal.AsSpan(_batches), CounterRandom.Key(key, RandomUse.BatchOrder));
    }

    public int BatchCount => _batches.Count;

    public ReadOnlySpan<int> Batch(int index) => _members.AsSpan(_batches[index].Begin, _batches[index].Count);

    /// <summary>Fisher and Yates.</summary>
    public static void Shuffle<T>(Span<T> values, ulong key)
    {
        for (var i = values.Length - 1; i > 0; i--)
        {
            var j = (int)(CounterRandom.Mix(key + (ulong)i) % (ulong)(i + 1));
            (values[i], values[j]) = (values[j], values[i]);
        }
    }
}
