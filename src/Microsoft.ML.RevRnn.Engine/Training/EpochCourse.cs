namespace Microsoft.ML.RevRnn;

/// <summary>How an epoch went: what the optimiser did, and what the batches took, before an interruption and behind it.</summary>
public sealed record EpochCourse
{
    /// <summary>The optimiser's step size at the epoch's last batch.</summary>
    public required double LearningRate { get; init; }

    /// <summary>Mean over the batches of the gradient's norm, before it is clipped to <see cref="TrainingOptions.MaximumGradientNorm"/>.</summary>
    public required double MeanGradientNorm { get; init; }

    /// <summary>The largest of these norms.</summary>
    public required double LargestGradientNorm { get; init; }

    /// <summary>Time that the epoch took, its validation included; zero where it was loaded with a model.</summary>
    public required TimeSpan Elapsed { get; init; }

    /// <summary>Which strategy its batches took.</summary>
    public required StrategyCounts Batches { get; init; }
}
