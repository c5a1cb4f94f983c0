namespace Microsoft.ML.RevRnn.Benchmarks;

/// <summary>What the command line asks for.</summary>
internal sealed record Settings
{
    /// <summary>Threads of ours and of a peer alike.</summary>
    public int Threads { get; init; } = 1;

    /// <summary>Only cases whose name holds this are run; empty takes all.</summary>
    public string Filter { get; init; } = "";

    /// <summary>Where the memory suite draws its curves; null for nowhere.</summary>
    public FileInfo? Plot { get; init; }

    /// <summary>The folder of the language suite's texts; null where none was given or found.</summary>
    public DirectoryInfo? Data { get; init; }

    public bool Wants(string name) => name.Contains(Filter, StringComparison.OrdinalIgnoreCase);
}
