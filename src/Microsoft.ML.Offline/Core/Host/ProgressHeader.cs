namespace Microsoft.ML.Runtime;

/// <summary>The names of what a computation counts and measures.</summary>
public sealed class ProgressHeader
{
    /// <summary>What is counted, outermost first.</summary>
    public readonly IReadOnlyList<string> UnitNames;

    /// <summary>What is measured.</summary>
    public readonly IReadOnlyList<string> MetricNames;

    /// <summary>Metrics and units.</summary>
    public ProgressHeader(string[]? metricNames, string[]? unitNames)
    {
        UnitNames = unitNames ?? [];
        MetricNames = metricNames ?? [];
    }

    /// <summary>Units alone.</summary>
    public ProgressHeader(params string[] unitNames)
        : this(null, unitNames)
    {
    }
}
