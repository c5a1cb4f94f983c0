using System.Diagnostics;

namespace Microsoft.ML.RevRnn.Training;

/// <summary>What the batches of a training have cost so far, over all its runs.</summary>
internal sealed class RunTotals
{
    private TimeSpan _timeBefore;
    private long _tokens;

    /// <summary>Runs while batches are trained on.</summary>
    public Stopwatch Clock { get; } = new();

    public double TokensPerSecond => _tokens / Math.Max(1e-9, (_timeBefore + Clock.Elapsed).TotalSeconds);

    /// <summary>Bytes that activations have taken at the most.</summary>
    public long PeakBytes { get; private set; }

    /// <summary>The same for the largest batch had all been stored, and its rows and steps.</summary>
    public long StoredBytes { get; private set; }

    /// <inheritdoc cref="StoredBytes"/>
    public (int Rows, int Steps) LargestBatch { get; private set; }

    /// <summary>Of a translation, the most that each of its sides took; null of other models.</summary>
    public TranslationMemory? TranslationMemory { get; private set; }

    public long LostBits { get; private set; }

    public double OptimalBits { get; private set; }

    /// <summary>Takes down a batch.</summary>
    /// <param name="task">What it is of, which was trained on it just now.</param>
    /// <param name="batch">Its number.</param>
    public void Add(TrainingTask task, int batch)
    {
        var account = task.Account;
        _tokens += task.TokenCount(batch);
        LostBits += account.ReversedBits;
        OptimalBits += account.OptimalBits;
        PeakBytes = Math.Max(PeakBytes, task.Trainer.PeakBytes);
        if (account.StoredBytes > StoredBytes)
            (StoredBytes, LargestBatch) = (account.StoredBytes, task.Extent);
        if (task.Trainer.TranslationMemory is { } memory)
            TranslationMemory = memory.Most(TranslationMemory ?? default);
    }

    /// <summary>Writes: int64 ticks of 100 ns, tokens, bytes at the peak and had all been stored; int32 rows and steps; int64 lost bits; float64 optimal bits; the sides of a translation.</summary>
    public void Write(BinaryWriter writer)
    {
        foreach (var value in (ReadOnlySpan<long>)[(_timeBefore + Clock.Elapsed).Ticks, _tokens, PeakBytes, StoredBytes])
            writer.Write(value);
        writer.Write(LargestBatch.Rows);
        writer.Write(LargestBatch.Steps);
        writer.Write(LostBits);
        writer.Write(OptimalBits);
        TrainingReportContent.Write(writer, TranslationMemory);
    }

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    public static RunTotals Read(BinaryReader reader) => new()
    {
        _timeBefore = new TimeSpan(reader.ReadInt64()),
        _tokens = reader.ReadInt64(),
        PeakBytes = reader.ReadInt64(),
        StoredBytes = reader.ReadInt64(),
        LargestBatch = (reader.ReadInt32(), reader.ReadInt32()),
        LostBits = reader.ReadInt64(),
        OptimalBits = reader.ReadDouble(),
        TranslationMemory = TrainingReportContent.ReadMemory(reader),
    };
}
