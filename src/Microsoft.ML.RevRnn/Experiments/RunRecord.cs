using System.Text.Json.Nodes;

namespace Microsoft.ML.RevRnn.Experiments;

/// <summary>What a run came to at a rung: a line of an experiment's journal.</summary>
internal sealed record RunRecord
{
    /// <summary>The setting, from 0.</summary>
    public required int Trial { get; init; }

    /// <summary>The rung.</summary>
    public required int Rung { get; init; }

    /// <summary>Its values, in words: for a reader of the file.</summary>
    public required string Setting { get; init; }

    /// <summary>How it ended; null where it may go on.</summary>
    public TrialState? State { get; init; }

    /// <summary>Seconds of this rung alone.</summary>
    public double Seconds { get; init; }

    /// <summary>Seconds of an epoch of this rung, those of what else there is not counted.</summary>
    public double EpochSeconds { get; init; }

    /// <summary>By which runs are ranked; null where there is no result.</summary>
    public double? Loss { get; init; }

    /// <summary>What is optimised, the more the better.</summary>
    public double? Score { get; init; }

    /// <summary>The metrics.</summary>
    public JsonNode? Metrics { get; init; }

    /// <summary>The epochs up to here.</summary>
    public IReadOnlyList<EpochRecord> Epochs { get; init; } = [];

    /// <summary>The epoch whose weights were kept.</summary>
    public int BestEpoch { get; init; }

    /// <summary>How much network and n-grams count in the scores.</summary>
    public float[] Shares { get; init; } = [1, 0];

    /// <summary>The most bytes of activations.</summary>
    public long PeakBytes { get; init; }

    /// <summary>What was changed so that it fits into memory, or why it was not run.</summary>
    public string? Note { get; init; }

    /// <summary>The exception's message.</summary>
    public string? Failure { get; init; }
}
