namespace Microsoft.ML.RevRnn;

/// <summary>Where training stands; reported a few times a second, and after each epoch.</summary>
/// <param name="Epoch">The epoch under way or just ended, from 1.</param>
/// <param name="EpochCount">Most epochs there will be.</param>
/// <param name="EpochFraction">Part of the epoch that is done, 0 to 1; 1 after its validation.</param>
/// <param name="Loss">Mean cross-entropy over the epoch so far, in nats.</param>
/// <param name="Accuracy">Part of the epoch's predictions that were right, 0 to 1.</param>
/// <param name="ValidationLoss">Mean cross-entropy on the validation sequences; null until the epoch has ended, and without validation.</param>
/// <param name="ValidationAccuracy">Accuracy on the validation sequences; null likewise.</param>
/// <param name="TokensPerSecond">Training tokens a second since training began, validation not counted.</param>
/// <param name="Elapsed">Time since training began.</param>
/// <param name="Remaining">Estimate of the time to the last epoch's end.</param>
public sealed record TrainingProgress(
    int Epoch,
    int EpochCount,
    double EpochFraction,
    double Loss,
    double Accuracy,
    double? ValidationLoss,
    double? ValidationAccuracy,
    double TokensPerSecond,
    TimeSpan Elapsed,
    TimeSpan Remaining);
