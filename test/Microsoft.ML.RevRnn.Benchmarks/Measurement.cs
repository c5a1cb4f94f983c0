namespace Microsoft.ML.RevRnn.Benchmarks;

/// <summary>One figure of a suite, and what it was compared with in the same run.</summary>
internal sealed record Measurement(string Suite, string Case, double Value, string Unit)
{
    /// <summary>Which of a case's figures this is; empty for the one that the suite is about.</summary>
    public string Aspect { get; init; } = "";

    /// <summary>Case and aspect.</summary>
    public string Name => Aspect.Length == 0 ? Case : $"{Case}/{Aspect}";

    /// <summary>The other side of the comparison, in the same unit.</summary>
    public double? Theirs { get; init; }

    /// <summary>Who the other side is.</summary>
    public string Against { get; init; } = "";

    /// <summary>Timed runs of each side, after warming up, or trainings of each side; null for what is counted.</summary>
    public int? Runs { get; init; }

    /// <summary>Ours over theirs. Of times and bytes a ratio below 1 is in our favour, of rates one above 1.</summary>
    public double? Ratio => Value / Theirs;
}
