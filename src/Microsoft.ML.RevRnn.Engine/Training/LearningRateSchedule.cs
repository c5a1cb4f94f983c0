using System.Text.Json.Serialization;

namespace Microsoft.ML.RevRnn;

/// <summary>How the learning rate goes over a training run.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<LearningRateSchedule>))]
public enum LearningRateSchedule
{
    /// <summary>Rises over <see cref="TrainingOptions.WarmUpFraction"/> of the run, then falls linearly to a hundredth.</summary>
    Linear = 0,

    /// <summary>Rises over <see cref="TrainingOptions.WarmUpFraction"/> of the run, then falls to a hundredth along half a cosine (Loshchilov and Hutter 2017).</summary>
    Cosine = 1,

    /// <summary>
    /// Falls to a quarter whenever the validation loss is worse than the best of all epochs but the last <see cref="TrainingOptions.NonMonotoneEpochs"/>
    /// (the condition of Merity et al. 2017, section 4, as the authors of the reversible networks use it); training ends when it is below a 2,000th.
    /// </summary>
    NonMonotone = 2,

    /// <summary>Rises over <see cref="TrainingOptions.WarmUpFraction"/> of the run, then stays.</summary>
    Constant = 3,
}
