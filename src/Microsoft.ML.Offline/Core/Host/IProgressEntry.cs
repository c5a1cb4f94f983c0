namespace Microsoft.ML.Runtime;

/// <summary>A report of progress to be filled.</summary>
public interface IProgressEntry
{
    /// <summary>Sets the position in a unit.</summary>
    void SetProgress(int index, double value);

    /// <summary>Sets the position in a unit, and where it ends.</summary>
    void SetProgress(int index, double value, double lim);

    /// <summary>Sets a metric.</summary>
    void SetMetric(int index, double value);
}
