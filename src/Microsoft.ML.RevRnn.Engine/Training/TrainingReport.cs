using Microsoft.ML.RevRnn.Training;

namespace Microsoft.ML.RevRnn;

/// <summary>What a training run did and what it cost.</summary>
public sealed record TrainingReport
{
    /// <summary>One entry a completed epoch, in order.</summary>
    public required IReadOnlyList<EpochReport> Epochs { get; init; }

    /// <summary>The epoch whose weights were kept, from 1. Without validation the last one completed; 0 when training was cancelled in the first.</summary>
    public required int BestEpoch { get; init; }

    /// <summary>The loss of the best epoch on what was held back; null where nothing was.</summary>
    internal double? BestValidationLoss => BestEpoch == 0 ? null : Epochs[BestEpoch - 1].ValidationLoss;

    /// <summary>The accuracy of the best epoch on what was held back; null where nothing was.</summary>
    internal double? BestValidationAccuracy => BestEpoch == 0 ? null : Epochs[BestEpoch - 1].ValidationAccuracy;

    /// <summary>Why training ended.</summary>
    public required TrainingStop StopReason { get; init; }

    /// <summary>Time it took; where it went on from a checkpoint, with that of the runs before. Zero where the report was loaded with a model: a model file holds no times.</summary>
    public required TimeSpan Elapsed { get; init; }

    /// <summary>Training tokens a second, validation not counted; 0 where the report was loaded with a model.</summary>
    public required double TokensPerSecond { get; init; }

    /// <summary>The most bytes that activations took at any time: states, gates, their gradients, chunk buffers and lost bits; of several runs the greatest.</summary>
    public required long PeakActivationBytes { get; init; }

    /// <summary>The same for the largest batch had every step's activations been stored.</summary>
    public required long StoredActivationBytes { get; init; }

    /// <summary>B of that batch, its sequences or streams; 0 where no batch was trained on.</summary>
    public int LargestBatchRows { get; init; }

    /// <summary>T of that batch, the steps of its longest sequence; 0 where no batch was trained on.</summary>
    public int LargestBatchSteps { get; init; }

    /// <summary>Of a translation, what each of its sides took; null of other models.</summary>
    public TranslationMemory? TranslationMemory { get; init; }

    /// <summary>Part of the data's tokens that were unknown, 0 to 1; null where whoever trained did not say, or there is no text: keys, for instance.</summary>
    public double? UnknownTokenShare { get; init; }

    /// <summary>Part of the data's tokens that had a word vector to start from, 0 to 1; null where there were no such vectors, or whoever trained did not say.</summary>
    public double? VectorTokenShare { get; init; }

    /// <summary>Bits that the lost-bit stores held before each reversal, summed over all batches that were reversed.</summary>
    public required long LostBits { get; init; }

    /// <summary>
    /// The least that exact reversal needs for the same: sum of -log2 z over all forget gates, z as it multiplied the state, a multiple of 2^-10. What
    /// <see cref="LostBits"/> has more are mostly the ends of the stores, 96 bits for each of the sixteen lanes of eight rows.
    /// </summary>
    public required double OptimalBits { get; init; }

    /// <summary>Batches of all epochs that changed no weight because their loss or gradient was not a finite number, see <see cref="TrainingOptions.MaximumSkippedBatches"/>.</summary>
    public int SkippedBatches => Epochs.Sum(epoch => epoch.Course?.SkippedBatches ?? 0);

    /// <summary>Why the last checkpoint could not be written, so that there is none or an older one; null if it was, or none was wanted.</summary>
    public string? CheckpointFailure { get; init; }

    /// <summary>Why training was on the processor although a GPU was asked for; null where none was, or it was on that. Not in a model's file.</summary>
    public string? FallbackReason { get; init; }

    /// <summary>Writes the report; the layout is in docs/model-format.md.</summary>
    public void Save(BinaryWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        TrainingReportContent.Write(writer, this);
    }

    /// <summary>Reads what <see cref="Save"/> wrote, from a seekable stream.</summary>
    /// <exception cref="FormatException">The content is damaged, or from a newer version.</exception>
    public static TrainingReport Load(BinaryReader reader)
    {
        ArgumentNullException.ThrowIfNull(reader);
        return TrainingReportContent.Read(reader);
    }
}
