using Microsoft.ML.RevRnn.Compute;

namespace Microsoft.ML.RevRnn.Training;

/// <summary>The learning rate as a function of how much of training is done and of the validation losses so far.</summary>
internal sealed class RateSchedule(TrainingOptions options)
{
    private const double FinalFraction = 0.01;
    private const double NonMonotoneFactor = 0.25;
    private const double NonMonotoneEnd = 1.0 / 2000;

    private readonly List<double> _losses = [];
    private double _factor = 1;

    /// <summary>Whether the schedule itself says that training has come to its end.</summary>
    public bool HasEnded => _factor < NonMonotoneEnd;

    /// <summary>The rate when a part <paramref name="done"/>, 0 to 1, of all epochs is done.</summary>
    public float Rate(double done)
    {
        var factor = done < options.WarmUpFraction ? done / options.WarmUpFraction : _factor * Falling((1 - done) / (1 - options.WarmUpFraction));
        return (float)(options.LearningRate * factor);
    }

    /// <summary>Takes in an epoch's validation loss.</summary>
    public void EndEpoch(double? validationLoss)
    {
        if (options.Schedule != LearningRateSchedule.NonMonotone || validationLoss is not { } loss)
            return;
        var known = _losses.Count - options.NonMonotoneEpochs;
        if (known > 0 && loss > _losses.Take(known).Min())
            _factor *= NonMonotoneFactor;
        _losses.Add(loss);
    }

    /// <param name="left">Part of what comes after warming up that is left, 1 to 0.</param>
    private double Falling(double left) => options.Schedule switch
    {
        LearningRateSchedule.Linear => FinalFraction + (1 - FinalFraction) * left,
        LearningRateSchedule.Cosine => FinalFraction + (1 - FinalFraction) * (1 - HostMath.Cos(Math.PI * left)) / 2,
        _ => 1,
    };
}
