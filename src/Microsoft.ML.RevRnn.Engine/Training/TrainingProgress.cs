namespace Microsoft.ML.RevRnn;

/// <summary>Where training stands; reported a few times a second, and after each epoch.</summary>
public sealed record TrainingProgress
{
    /// <summary>The epoch under way or just ended, from 1.</summary>
    public required int Epoch { get; init; }

    /// <summary>Most epochs there will be.</summary>
    public required int EpochCount { get; init; }

    /// <summary>Part of the epoch that is done, 0 to 1; 1 after its validation.</summary>
    public required double EpochFraction { get; init; }

    /// <summary>Mean cross-entropy over the epoch so far, in nats.</summary>
    public required double Loss { get; init; }

    /// <summary>Part of the epoch's predictions that were right, 0 to 1.</summary>
    public required double Accuracy { get; init; }

    /// <summary>Mean cross-entropy on the validation sequences; null until the epoch has ended, and without validation.</summary>
    public required double? ValidationLoss { get; init; }

    /// <summary>Accuracy on the validation sequences; null likewise.</summary>
    public required double? ValidationAccuracy { get; init; }

    /// <summary>What the caller's own metric made of the model, such as BLEU; null until the epoch has ended, and where there is none.</summary>
    public double? ValidationScore { get; init; }

    /// <summary>Training tokens a second since training began, validation not counted.</summary>
    public required double TokensPerSecond { get; init; }

    /// <summary>Time that training has taken; where it went on from a checkpoint, with that of the runs before.</summary>
    public required TimeSpan Elapsed { get; init; }

    /// <summary>Estimate of the time to the last epoch's end.</summary>
    public required TimeSpan Remaining { get; init; }

    /// <summary>Why the last checkpoint could not be written; null if it was. Training goes on, and tries again at the next one.</summary>
    public string? CheckpointFailure { get; init; }

    /// <summary>Why training is on the processor although a GPU was asked for; null where none was, or it is on that.</summary>
    public string? FallbackReason { get; init; }
}
