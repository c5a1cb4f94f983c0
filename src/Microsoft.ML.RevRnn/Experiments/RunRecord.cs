using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace Microsoft.ML.RevRnn.Experiments;

/// <summary>What a run came to at a rung: a line of an experiment's journal.</summary>
internal sealed record RunRecord
{
    /// <summary>
    /// A twentieth of the network's own loss counts too: after few epochs n-grams beside it do all the work and settings look alike, while what the network has learned tells already how good it
    /// will be. Later on a network's loss and that which n-grams leave fall together, the latter by a tenth of the former or so.
    /// </summary>
    private const double NetworkCounts = 0.05;

    /// <summary>The setting, from 0.</summary>
    public required int Trial { get; init; }

    /// <summary>The rung; 0 of a training that was cut off before the first rung, as there was no time left.</summary>
    public required int Rung { get; init; }

    /// <summary>Whether its training was cut off. Of a setting.</summary>
    [JsonIgnore]
    public bool IsCutOff => Rung == 0;

    /// <summary>Its values, in words: for a reader of the file.</summary>
    public required string Setting { get; init; }

    /// <summary>How it ended; null where it may go on.</summary>
    public TrialState? State { get; init; }

    /// <summary>Seconds of this rung alone.</summary>
    public double Seconds { get; init; }

    /// <summary>Seconds of an epoch of this rung, those of what else there is not counted.</summary>
    public double EpochSeconds { get; init; }

    /// <summary>Of the model on the validation rows; null where there is no result.</summary>
    public double? Loss { get; init; }

    /// <summary>By which settings are ranked at a rung; null where there is no result.</summary>
    [JsonIgnore]
    public double? RankingLoss => Shares is [_, > 0] ? Loss + NetworkCounts * Epochs.Min(epoch => epoch.ValidationLoss) : Loss;

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
