using System.Diagnostics;

namespace Microsoft.ML.RevRnn.Training;

/// <summary>Takes down how an epoch goes, from when it is made.</summary>
internal sealed class EpochMeter
{
    private readonly long _start = Stopwatch.GetTimestamp();
    private double _rate;
    private double _normSum;
    private double _largestNorm;
    private StrategyCounts _batches;

    /// <summary>The course so far.</summary>
    public EpochCourse Course => new()
    {
        LearningRate = _rate,
        MeanGradientNorm = _normSum / Math.Max(1, _batches[ActivationStrategy.Auto]),
        LargestGradientNorm = _largestNorm,
        Elapsed = Stopwatch.GetElapsedTime(_start),
        Batches = _batches,
    };

    /// <summary>Takes down a batch.</summary>
    /// <param name="rate">The step size.</param>
    /// <param name="norm">The gradient's norm before clipping.</param>
    /// <param name="strategy">How its activations came back.</param>
    public void Add(double rate, double norm, ActivationStrategy strategy)
    {
        _rate = rate;
        _normSum += norm;
        _largestNorm = Math.Max(_largestNorm, norm);
        _batches += StrategyCounts.One(strategy);
    }
}
