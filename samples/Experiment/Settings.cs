namespace ExperimentSample;

/// <summary>What the command line asks for.</summary>
internal sealed record Settings
{
    public FileInfo? Data { get; init; }

    public required double Minutes { get; init; }

    public int? Models { get; init; }

    public int? Threads { get; init; }

    public double? Memory { get; init; }

    public string? Folder { get; init; }

    public string? Html { get; init; }

    public bool SkipsLinear { get; init; }

    public bool SkipsRefit { get; init; }

    public bool ComparesDefaults { get; init; }

    public bool IsShort { get; init; }

    public bool Json { get; init; }
}
