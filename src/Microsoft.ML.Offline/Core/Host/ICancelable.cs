namespace Microsoft.ML.Runtime;

/// <summary>Work that can be asked to stop.</summary>
internal interface ICancelable
{
    /// <summary>Whether it was asked to stop.</summary>
    bool IsCanceled { get; }

    /// <summary>Asks it, and all that was registered under it, to stop.</summary>
    void CancelExecution();
}
