namespace Microsoft.ML.RevRnn;

/// <summary>What a training run did and what it cost.</summary>
public sealed record TrainingReport
{
    /// <summary>One entry a completed epoch, in order.</summary>
    public required IReadOnlyList<EpochReport> Epochs { get; init; }

    /// <summary>The epoch whose weights were kept, from 1. Without validation the last one completed; 0 when training was cancelled in the first.</summary>
    public required int BestEpoch { get; init; }

    /// <summary>Why training ended.</summary>
    public required TrainingStop StopReason { get; init; }

    /// <summary>Time it took; where it went on from a checkpoint, with that of the runs before.</summary>
    public required TimeSpan Elapsed { get; init; }

    /// <summary>Training tokens a second, validation not counted.</summary>
    public required double TokensPerSecond { get; init; }

    /// <summary>The most bytes that activations took at any time: states, gates, their gradients, chunk buffers and lost bits.</summary>
    public required long PeakActivationBytes { get; init; }

    /// <summary>The same for the largest batch of this run had every step's activations been stored.</summary>
    public required long StoredActivationBytes { get; init; }

    /// <summary>Bits that the lost-bit stores held before each reversal, summed over all batches that were reversed.</summary>
    public required long LostBits { get; init; }

    /// <summary>
    /// The least that exact reversal needs for the same: sum of -log2 z over all forget gates, z as it multiplied the state, a multiple of 2^-10. What
    /// <see cref="LostBits"/> has more are mostly the ends of the stores, 96 bits for each of the sixteen lanes of eight rows.
    /// </summary>
    public required double OptimalBits { get; init; }

    /// <summary>Why the last checkpoint could not be written, so that there is none or an older one; null if it was, or none was wanted.</summary>
    public string? CheckpointFailure { get; init; }
}
