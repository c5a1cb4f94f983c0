namespace Microsoft.ML.RevRnn.Experiments;

/// <summary>The content of an experiment's journal.</summary>
internal sealed class JournalContent
{
    public const int CurrentVersion = 1;

    /// <summary>Of this layout.</summary>
    public int Version { get; set; } = CurrentVersion;

    /// <summary>SHA-256 of what the results depend on; null before the data were read.</summary>
    public string? Identity { get; set; }

    public int Seed { get; set; }

    /// <summary>Time that the experiment has taken, up to the last line.</summary>
    public double ElapsedSeconds { get; set; }

    /// <summary>What was decided by the clock, and must be decided likewise again.</summary>
    public Dictionary<string, int> Decisions { get; set; } = [];

    public List<RunRecord> Runs { get; set; } = [];

    public List<RunRecord> Rivals { get; set; } = [];
}
