namespace Microsoft.ML.RevRnn;

/// <summary>Why a training run ended.</summary>
public enum TrainingStop
{
    /// <summary>All epochs were run.</summary>
    Completed = 0,

    /// <summary>The validation loss had not improved for <see cref="TrainingOptions.Patience"/> epochs.</summary>
    EarlyStopping = 1,

    /// <summary>It was cancelled. The model has the best epoch's weights; where no epoch has been validated, those of the last whole batch.</summary>
    Cancelled = 2,

    /// <summary><see cref="LearningRateSchedule.NonMonotone"/> had lowered the learning rate to its end.</summary>
    RateExhausted = 3,

    /// <summary><see cref="TrainingOptions.MaximumMinutes"/> had passed. The epoch under way was cut short behind its last whole batch and validated
    /// like the others, unless it had none yet.</summary>
    TimeUp = 4,

    /// <summary><see cref="TrainingOptions.StopAfterEpochs"/> epochs were run: a pause.</summary>
    Paused = 5,
}
