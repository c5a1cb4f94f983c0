namespace Microsoft.ML.RevRnn;

/// <summary>Something that happened in an experiment.</summary>
/// <param name="Elapsed">Time since its beginning, that before an interruption included.</param>
public abstract record ExperimentEvent(TimeSpan Elapsed);
