namespace Microsoft.ML.RevRnn;

/// <summary>What a training run did and what it cost.</summary>
/// <param name="Epochs">One entry a completed epoch, in order.</param>
/// <param name="BestEpoch">The epoch whose weights were kept, from 1. Without validation the last one completed; 0 when training was cancelled in the first.</param>
/// <param name="StopReason">Why training ended.</param>
/// <param name="Elapsed">Time it took.</param>
/// <param name="TokensPerSecond">Training tokens a second, validation not counted.</param>
/// <param name="PeakActivationBytes">The most bytes that activations took at any time: states, gates, their gradients, chunk buffers and lost bits.</param>
/// <param name="StoredActivationBytes">The same for the largest batch of this run had every step's activations been stored.</param>
/// <param name="LostBits">Bits that the lost-bit stores held before each reversal, summed over all batches that were reversed.</param>
/// <param name="OptimalBits">The least that exact reversal needs for the same: sum of -log2 z over all forget gates.</param>
public sealed record TrainingReport(
    IReadOnlyList<EpochReport> Epochs,
    int BestEpoch,
    TrainingStop StopReason,
    TimeSpan Elapsed,
    double TokensPerSecond,
    long PeakActivationBytes,
    long StoredActivationBytes,
    long LostBits,
    double OptimalBits);
