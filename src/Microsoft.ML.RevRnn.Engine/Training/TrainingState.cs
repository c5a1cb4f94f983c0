using Microsoft.ML.RevRnn.Heads;

namespace Microsoft.ML.RevRnn.Training;

/// <summary>How far training is, apart from the weights and what the optimiser remembers.</summary>
internal sealed record TrainingState
{
    /// <summary>Those that have ended.</summary>
    public required IReadOnlyList<EpochReport> Epochs { get; init; }

    /// <summary>The buffers of the best epoch's parameters; null where there is none yet.</summary>
    public float[][]? BestWeights { get; init; }

    /// <summary>What all batches have cost.</summary>
    public RunTotals Totals { get; init; } = new();

    /// <summary>How the epoch under way goes.</summary>
    public EpochMeter Meter { get; init; } = new();

    /// <summary>The time that training has taken, over all its runs.</summary>
    public TimeSpan Elapsed { get; init; }

    /// <summary>Batches of the epoch under way that have been trained on; 0 between epochs.</summary>
    public int Batch { get; init; }

    /// <summary>Batches of that epoch; 0 between epochs.</summary>
    public int BatchCount { get; init; }

    /// <summary>What those batches have cost.</summary>
    public BatchResult Sum { get; init; }

    /// <summary>Batches that were skipped last, one after another, of whatever epochs.</summary>
    public int SkippedInRow { get; init; }
}
