namespace Microsoft.ML.Runtime;

/// <summary>The progress of a computation; its own computations can be started on it.</summary>
public interface IProgressChannel : IProgressChannelProvider, IDisposable
{
    /// <summary>Says what is counted and measured, and how to ask for it at any time.</summary>
    void SetHeader(ProgressHeader header, Action<IProgressEntry>? fillAction);

    /// <summary>Reports values: metrics first, then positions, then limits, as the header has them.</summary>
    void Checkpoint(params double?[] values);
}
