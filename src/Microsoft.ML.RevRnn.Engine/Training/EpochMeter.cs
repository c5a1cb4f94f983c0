using System.Diagnostics;
using Microsoft.ML.RevRnn.Networks;

namespace Microsoft.ML.RevRnn.Training;

/// <summary>Takes down how an epoch goes, from when it is made.</summary>
internal sealed class EpochMeter
{
    private readonly long _start = Stopwatch.GetTimestamp();
    private TimeSpan _timeBefore;
    private double _rate;
    private double _normSum;
    private double _largestNorm;
    private StrategyCounts _batches;

    private (double Sum, long Count) _reach;

    /// <summary>Batches that were skipped.</summary>
    public int Skipped { get; set; }

    /// <summary>The course so far.</summary>
    public EpochCourse Course => new()
    {
        LearningRate = _rate,
        MeanGradientNorm = _normSum / Math.Max(1, _batches[ActivationStrategy.Auto]),
        LargestGradientNorm = _largestNorm,
        SkippedBatches = Skipped,
        GradientReach = _reach.Count == 0 ? null : _reach.Sum / _reach.Count,
        Elapsed = Elapsed,
        Batches = _batches,
    };

    private TimeSpan Elapsed => _timeBefore + Stopwatch.GetElapsedTime(_start);

    /// <summary>Takes down a batch.</summary>
    /// <param name="rate">The step size.</param>
    /// <param name="norm">The gradient's norm before clipping.</param>
    /// <param name="account">How its activations came back, and how far its gradients reached.</param>
    public void Add(double rate, double norm, ActivationAccount account)
    {
        _rate = rate;
        _normSum += norm;
        _largestNorm = Math.Max(_largestNorm, norm);
        _batches += StrategyCounts.One(account.Strategy);
        _reach = (_reach.Sum + account.GradientReach.Sum, _reach.Count + account.GradientReach.Count);
    }

    /// <summary>Writes: int64 ticks of 100 ns; float64 learning rate, sum of the norms, largest norm; the batches by strategy; int32 skipped ones; float64, int64 how far gradients reached, and how often that was measured.</summary>
    public void Write(BinaryWriter writer)
    {
        writer.Write(Elapsed.Ticks);
        foreach (var value in (ReadOnlySpan<double>)[_rate, _normSum, _largestNorm])
            writer.Write(value);
        EpochReportContent.Write(writer, _batches);
        writer.Write(Skipped);
        writer.Write(_reach.Sum);
        writer.Write(_reach.Count);
    }

    /// <summary>Reads what <see cref="Write"/> wrote; the epoch goes on from now.</summary>
    public static EpochMeter Read(BinaryReader reader) => new()
    {
        _timeBefore = new TimeSpan(reader.ReadInt64()),
        _rate = reader.ReadDouble(),
        _normSum = reader.ReadDouble(),
        _largestNorm = reader.ReadDouble(),
        _batches = EpochReportContent.ReadBatches(reader),
        Skipped = EpochReportContent.ReadCount(reader),
        _reach = (reader.ReadDouble(), EpochReportContent.Count(reader.ReadInt64())),
    };
}
