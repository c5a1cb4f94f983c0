namespace Microsoft.ML.RevRnn.Experiments;

/// <summary>Hears where the training of a setting stands, hands it on, and measures how long an epoch takes.</summary>
/// <param name="trial">The setting.</param>
/// <param name="own">Who listens to trainings.</param>
/// <param name="experiment">Who listens to the experiment.</param>
/// <param name="clock">Tells the time.</param>
internal sealed class TrialListener(int trial, IProgress<TrainingProgress>? own, IProgress<ExperimentEvent>? experiment, ExperimentClock clock) : IProgress<TrainingProgress>
{
    /// <summary>Less of an epoch than this tells nothing.</summary>
    private const double LeastEpochs = 0.2;

    /// <summary>Seconds of an epoch are known so badly, and an evaluation takes some beside.</summary>
    private const double Care = 1.5;

    private static readonly TimeSpan _leastTime = TimeSpan.FromSeconds(0.4);

    private (double Epochs, TimeSpan Time)? _first;
    private (double Epochs, TimeSpan Time) _last;

    /// <summary>Seconds of an epoch; null where it was too short to be told.</summary>
    public double? EpochSeconds
        => _first is { } first && _last.Epochs - first.Epochs >= LeastEpochs ? (_last.Time - first.Time).TotalSeconds / (_last.Epochs - first.Epochs) : null;

    /// <summary>What an evaluation takes of the time of an epoch; null where a training must not be cut off.</summary>
    public double? EvaluationShare { get; init; }

    /// <summary>Cancelled when what is left of the time is just enough to evaluate what has been learned.</summary>
    public CancellationTokenSource CutOff { get; } = new();

    public void Report(TrainingProgress value)
    {
        _last = (value.Epoch - 1 + value.EpochFraction, clock.Elapsed);
        _first ??= _last;
        ProgressFailure.Tell(own, value);
        ProgressFailure.Tell(experiment, new TrialTraining(clock.Elapsed, trial, value));
        if (EvaluationShare is { } share && clock.RemainingSearch is { } left
            && left - _leastTime < Care * share * value.Elapsed / _last.Epochs)
        {
            CutOff.Cancel();
        }
    }
}
