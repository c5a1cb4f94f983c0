using System.Diagnostics;
using Microsoft.ML.RevRnn.Compute;
using Microsoft.ML.RevRnn.Heads;
using Microsoft.ML.RevRnn.Networks;

namespace Microsoft.ML.RevRnn.Training;

/// <summary>Epochs of batches: schedule, optimiser, validation, early stopping, the best weights, checkpoints, progress and cancellation.</summary>
internal sealed partial class TrainingLoop
{
    private static readonly TimeSpan _progressInterval = TimeSpan.FromMilliseconds(200);

    private readonly TrainingTask _task;
    private readonly TrainingOptions _options;
    private readonly IProgress<TrainingProgress>? _progress;
    private readonly RateSchedule _schedule;
    private readonly TrainingCheckpoint? _checkpoint;
    private readonly ulong _seed;
    private readonly ILearnedParameters _parameters;
    private readonly Leader _leader;
    private readonly Stopwatch _clock = new();
    private readonly List<EpochReport> _epochs = [];
    private float[][]? _bestWeights;
    private int _bestEpoch;
    private double _best = double.PositiveInfinity;
    private RunTotals _totals = new();
    private EpochMeter _meter = new();
    private TimeSpan _lastProgress;

    // Where the epoch under way stands.
    private int _batch;
    private int _batchCount;
    private BatchResult _sum;

    public TrainingLoop(TrainingTask task, TrainingOptions options, IProgress<TrainingProgress>? progress)
    {
        _task = task;
        _options = options;
        _leader = task.Leader;
        _progress = _leader.IsHere ? progress : null;
        _seed = CounterRandom.Mix(options.RandomSeed);
        _schedule = new RateSchedule(options);
        _parameters = task.Trainer.Parameters;
        _checkpoint = CreateCheckpoint();
    }

    /// <summary>Called after each epoch's validation, with the task's parameters as they are then.</summary>
    public Action<EpochReport>? EpochEnded { get; init; }

    /// <summary>Tells after each epoch's validation how good the task's parameters are, the higher the better, and then epochs are chosen by that; null for nobody.</summary>
    public Func<CancellationToken, double>? Score { get; init; }

    /// <summary>Called before each epoch.</summary>
    public Action<int>? EpochBegins { get; init; }

    /// <summary>Why training is not on the GPU that was asked for; null where none was, or it is.</summary>
    public string? FallbackReason { get; init; }

    /// <summary>Trains; when it returns, the task's parameters are the best weights.</summary>
    public TrainingReport Run(CancellationToken cancellationToken)
    {
        using var held = _leader.IsHere ? _checkpoint?.Lock() : null;
        _clock.Start();
        _leader.Look = () => new Moment(Elapsed, cancellationToken.IsCancellationRequested, IsSaveDue);
        Resume();
        _leader.LookAgain();
        var last = Math.Min(_options.Epochs, _options.StopAfterEpochs ?? int.MaxValue);
        var stop = TrainingStop.Completed;
        // After a resumption the last checkpoint may have been the end.
        var isOver = _batch == 0 && IsOver(_epochs.Count, out stop);
        for (var epoch = _epochs.Count + 1; epoch <= last && !isOver; epoch++)
        {
            EpochBegins?.Invoke(epoch);
            if (_batch == 0)
                _meter = new EpochMeter();
            if (!RunEpoch(epoch) || !Validate(out var validated) || !ScoreWeights(cancellationToken, out var score))
            {
                stop = Now.IsCancelled ? TrainingStop.Cancelled : TrainingStop.TimeUp;
                SaveUnsaved();
                break;
            }
            EndEpoch(new EpochReport(epoch, Mean(_sum), Accuracy(_sum),
                validated.Predictions > 0 ? Mean(validated) : null, validated.Predictions > 0 ? Accuracy(validated) : null)
            {
                Course = _meter.Course,
                ValidationMacroF1 = validated.Predictions > 0 ? _task.Counts?.MacroF1 : null,
                ValidationScore = score,
            });
            isOver = IsOver(epoch, out stop);
        }
        if (stop == TrainingStop.Completed && last < _options.Epochs)
            stop = TrainingStop.Paused;
        RestoreWeights();
        return new TrainingReport
        {
            Epochs = _epochs,
            BestEpoch = _bestEpoch,
            StopReason = stop,
            Elapsed = Elapsed,
            TokensPerSecond = _totals.TokensPerSecond,
            TranslationMemory = _totals.TranslationMemory,
            PeakActivationBytes = _totals.PeakBytes,
            StoredActivationBytes = _totals.StoredBytes,
            LargestBatchRows = _totals.LargestBatch.Rows,
            LargestBatchSteps = _totals.LargestBatch.Steps,
            LostBits = _totals.LostBits,
            OptimalBits = _totals.OptimalBits,
            CheckpointFailure = _checkpointFailure,
            FallbackReason = FallbackReason,
        };
    }

    /// <summary>The time of this run and of those before the checkpoint that it went on from.</summary>
    private TimeSpan Elapsed => _elapsedBefore + _clock.Elapsed;

    /// <summary>What clock and token say, which is what they say on rank 0.</summary>
    private Moment Now => _leader.Now;

    private bool IsTimeUp => IsUp(Now);

    private bool IsUp(in Moment moment) => moment.Elapsed.TotalMinutes >= _options.MaximumMinutes;

    private static double Mean(BatchResult result) => result.Predictions == 0 ? 0 : result.LossSum / result.Weight;

    private static double Accuracy(BatchResult result) => result.Predictions == 0 ? 0 : (double)result.Correct / result.Predictions;

    private void EndEpoch(EpochReport report)
    {
        TakeIn(report);
        _task.Trainer.Export();
        RequireSameWeights();
        if (_bestEpoch == report.Epoch && Badness(report) != null)
            KeepWeights();
        (_batch, _batchCount, _sum) = (0, 0, default);
        SaveCheckpoint();
        Report(report, 1);
        if (_leader.IsHere)
            EpochEnded?.Invoke(report);
    }

    /// <summary>What an epoch's result means for the schedule and the choice of the best.</summary>
    private void TakeIn(EpochReport report)
    {
        _epochs.Add(report);
        _schedule.EndEpoch(report.ValidationLoss);
        var badness = Badness(report);
        if (badness == null || badness < _best)
            (_best, _bestEpoch) = (badness ?? _best, report.Epoch);
    }

    /// <summary>The metric that epochs are chosen by; the less the better. Null without held-back data.</summary>
    private double? Badness(EpochReport report) => Score != null ? -report.ValidationScore : _options.ValidationMetric switch
    {
        ValidationMetric.Accuracy => -report.ValidationAccuracy,
        ValidationMetric.MacroF1 => -report.ValidationMacroF1,
        _ => report.ValidationLoss,
    };

    /// <summary>Whether training ends after an epoch that is not the last one possible.</summary>
    private bool IsOver(int epoch, out TrainingStop stop)
    {
        stop = TrainingStop.Completed;
        if (epoch == 0)
            return false;
        if (IsTimeUp)
            stop = TrainingStop.TimeUp;
        else if (_schedule.HasEnded)
            stop = TrainingStop.RateExhausted;
        else if (_options.Schedule != LearningRateSchedule.NonMonotone && Badness(_epochs[epoch - 1]) != null && epoch - _bestEpoch >= _options.EpochsWaited)
            stop = TrainingStop.EarlyStopping;
        return stop != TrainingStop.Completed;
    }

    private void KeepWeights()
    {
        _bestWeights ??= [.. _parameters.All.Select(parameter => new float[parameter.Values.Length])];
        foreach (var (parameter, kept) in _parameters.All.Zip(_bestWeights))
            parameter.Values.CopyTo(kept);
    }

    private void RestoreWeights()
    {
        // What was trained within an epoch that was not finished; where better weights were kept, these come in its place.
        if (_batch > 0)
            _task.Trainer.Export();
        foreach (var (parameter, kept) in _parameters.All.Zip(_bestWeights ?? []))
            kept.CopyTo(parameter.Values);
    }

    private void Report(EpochReport epoch, double fraction)
    {
        if (_progress == null)
            return;
        _lastProgress = _clock.Elapsed;
        var done = Done((epoch.Epoch - 1 + fraction) / _options.Epochs);
        _progress.Report(new TrainingProgress
        {
            Epoch = epoch.Epoch,
            EpochCount = _options.Epochs,
            EpochFraction = fraction,
            Loss = epoch.Loss,
            Accuracy = epoch.Accuracy,
            ValidationLoss = epoch.ValidationLoss,
            ValidationAccuracy = epoch.ValidationAccuracy,
            ValidationScore = epoch.ValidationScore,
            TokensPerSecond = _totals.TokensPerSecond,
            Elapsed = Elapsed,
            Remaining = Elapsed * ((1 - done) / Math.Max(1e-6, done)),
            CheckpointFailure = _checkpointFailure,
            FallbackReason = FallbackReason,
        });
    }
}
