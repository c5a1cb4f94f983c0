namespace Microsoft.ML.RevRnn;

/// <summary>How an epoch went: what the optimiser did, and what the batches took, before an interruption and behind it.</summary>
public sealed record EpochCourse
{
    /// <summary>The optimiser's step size at the epoch's last batch.</summary>
    public required double LearningRate { get; init; }

    /// <summary>Mean over the batches of the gradient's norm, before it is clipped; batches that were skipped are not in it.</summary>
    public required double MeanGradientNorm { get; init; }

    /// <summary>The largest of these norms.</summary>
    public required double LargestGradientNorm { get; init; }

    /// <summary>Batches that changed no weight because their loss or gradient was not a finite number, see <see cref="TrainingOptions.MaximumSkippedBatches"/>.</summary>
    public int SkippedBatches { get; init; }

    /// <summary>
    /// How far gradients reach: the mean over layers, rows and steps t of log10 |g_t| / |g_T|, with g_t the gradient by a layer's states after step t and T the row's last step. 0: they keep
    /// their length; -2: of what the end of a text has to say, a hundredth is heard at a step. Null unless <see cref="TrainingOptions.MeasuresGradientReach"/> is set.
    /// </summary>
    public double? GradientReach { get; init; }

    /// <summary>Time that the epoch took, its validation included; zero where it was loaded with a model.</summary>
    public required TimeSpan Elapsed { get; init; }

    /// <summary>Which strategy its batches took.</summary>
    public required StrategyCounts Batches { get; init; }
}
