using Microsoft.ML.RevRnn.Groups;
using Microsoft.ML.RevRnn.Heads;
using Microsoft.ML.RevRnn.Networks;

namespace Microsoft.ML.RevRnn.Training;

/// <summary>What was found of each shard, brought together in one message, and with it what rank 0 sees of clock and token.</summary>
/// <param name="shards">S.</param>
/// <param name="leader">Decides for all ranks.</param>
internal sealed class ShardTable(int shards, Leader leader)
{
    // Of a shard: loss, predictions, correct ones, weight, reversed bits, optimal bits, stored bytes, rows, steps, strategy, how far gradients reach and how often that was measured.
    private const int Columns = 12;

    // Behind the shards: whether a rank gave up, and the moment.
    private readonly double[] _table = new double[shards * Columns + 1 + Moment.Length];
    private readonly double[] _inbox = new double[shards * Columns + 1 + Moment.Length];

    /// <summary>Whether this rank, or after <see cref="Share"/> any of them, gave up.</summary>
    public bool IsGivenUp => _table[shards * Columns] > 0;

    /// <summary>What the shards took together; of the bytes had all been stored, the largest shard's, since they are worked on one after the other.</summary>
    public ActivationAccount Account { get; private set; }

    /// <summary>Rows and steps of that largest shard.</summary>
    public (int Rows, int Steps) Extent { get; private set; }

    public void Clear() => Array.Clear(_table);

    public void GiveUp() => _table[shards * Columns] = 1;

    /// <summary>Adds what was found of a batch of a shard.</summary>
    public void Add(int shard, in BatchResult result)
    {
        var row = Row(shard);
        row[0] += result.LossSum;
        row[1] += result.Predictions;
        row[2] += result.Correct;
        row[3] += result.Weight;
    }

    /// <summary>Adds what it took.</summary>
    public void Add(int shard, in ActivationAccount account, (int Rows, int Steps) extent)
    {
        var row = Row(shard);
        row[4] += account.ReversedBits;
        row[5] += account.OptimalBits;
        row[9] = (int)account.Strategy;
        row[10] += account.GradientReach.Sum;
        row[11] += account.GradientReach.Count;
        if (account.StoredBytes > row[6])
            (row[6], row[7], row[8]) = (account.StoredBytes, extent.Rows, extent.Steps);
    }

    /// <summary>Joins the tables of all ranks.</summary>
    /// <returns>What was found of all shards, added in their order; <see cref="BatchResult.GivenUp"/> where a rank gave up.</returns>
    public BatchResult Share()
    {
        if (leader.Group is { } group)
        {
            var moment = _table.AsSpan(shards * Columns + 1);
            leader.WriteTo(moment);
            group.Join(_table, _inbox);
            leader.Take(moment);
        }
        if (IsGivenUp)
            return BatchResult.GivenUp;
        var sum = default(BatchResult);
        var (reversed, optimal, stored) = (0L, 0.0, 0L);
        var reach = (Sum: 0.0, Count: 0L);
        for (var shard = 0; shard < shards; shard++)
        {
            var row = Row(shard);
            sum += new BatchResult(row[0], (long)row[1], (long)row[2], row[3]);
            reversed += (long)row[4];
            optimal += row[5];
            reach = (reach.Sum + row[10], reach.Count + (long)row[11]);
            if (row[6] > stored)
                (stored, Extent) = ((long)row[6], ((int)row[7], (int)row[8]));
        }
        Account = new ActivationAccount(reversed, optimal, stored) { Strategy = (ActivationStrategy)(int)Row(0)[9], GradientReach = reach };
        return sum;
    }

    private Span<double> Row(int shard) => _table.AsSpan(shard * Columns, Columns);
}
