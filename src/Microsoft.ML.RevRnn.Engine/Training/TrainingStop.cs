namespace Microsoft.ML.RevRnn;

/// <summary>Why a training run ended.</summary>
public enum TrainingStop
{
    /// <summary>All epochs were run.</summary>
    Completed = 0,

    /// <summary>The validation loss had not improved for <see cref="TrainingOptions.Patience"/> epochs.</summary>
    EarlyStopping = 1,

    /// <summary>It was cancelled; the model has the best weights until then.</summary>
    Cancelled = 2,
}
