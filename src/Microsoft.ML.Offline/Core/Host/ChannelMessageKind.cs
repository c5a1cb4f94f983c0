namespace Microsoft.ML.Runtime;

/// <summary>How much a message matters.</summary>
public enum ChannelMessageKind
{
    /// <summary>A detail.</summary>
    Trace = 0,

    /// <summary>News.</summary>
    Info = 1,

    /// <summary>Something is odd.</summary>
    Warning = 2,

    /// <summary>Something failed.</summary>
    Error = 3,
}
