namespace Microsoft.ML.RevRnn;

/// <summary>Why an experiment ended.</summary>
public enum ExperimentEnd
{
    /// <summary><see cref="RevRnnExperimentSettings.MaxModels"/> were tried.</summary>
    AllModels = 0,

    /// <summary><see cref="RevRnnExperimentSettings.MaxExperimentTimeInSeconds"/> had passed, or what is left was too short for another model.</summary>
    TimeUp = 1,

    /// <summary>It was cancelled.</summary>
    Cancelled = 2,

    /// <summary>All settings of the search space were tried, or none of a bracket could be trained.</summary>
    Exhausted = 3,
}
