namespace Microsoft.ML.RevRnn;

/// <summary>How far a run of an experiment came.</summary>
public enum TrialState
{
    /// <summary>It was trained to its end: the last rung, or early stopping. Of a rival: it was trained.</summary>
    Finished = 0,

    /// <summary>Others were better at a rung.</summary>
    Stopped = 1,

    /// <summary>The experiment ended while it was in the race. Its results are those of the last rung that it reached; where there is no such, there are none, or, if no run had any, those that it had come to when there was just time left to evaluate it.</summary>
    Interrupted = 2,

    /// <summary>It would have taken more memory than it may, by estimate, and was not trained.</summary>
    OverMemory = 3,

    /// <summary>It ended with an exception.</summary>
    Failed = 4,
}
