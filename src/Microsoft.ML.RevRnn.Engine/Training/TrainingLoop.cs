using System.Diagnostics;
using Microsoft.ML.RevRnn.Compute;
using Microsoft.ML.RevRnn.Networks;

namespace Microsoft.ML.RevRnn.Training;

/// <summary>Epochs of batches: schedule, optimiser, validation, early stopping, the best weights, progress and cancellation.</summary>
internal sealed class TrainingLoop : IDisposable
{
    private const double WarmUpFraction = 0.05;
    private const double FinalRateFraction = 0.01;
    private static readonly TimeSpan _progressInterval = TimeSpan.FromMilliseconds(200);

    private readonly TrainingTask _task;
    private readonly TrainingOptions _options;
    private readonly IProgress<TrainingProgress>? _progress;
    private readonly AdamOptimizer _optimizer;
    private readonly int[] _training;
    private readonly int[] _validation;
    private readonly ulong _seed;
    private readonly Parameter[] _parameters;
    private readonly Stopwatch _clock = new();
    private readonly Stopwatch _trainingClock = new();
    private readonly List<EpochReport> _epochs = [];
    private float[][]? _bestWeights;
    private long _tokens;
    private double _optimalBits;
    private long _storedBytes;
    private TimeSpan _lastProgress;

    public TrainingLoop(TrainingTask task, TrainingOptions options, WorkerTeam team, IProgress<TrainingProgress>? progress)
    {
        _task = task;
        _options = options;
        _progress = progress;
        _seed = CounterRandom.Mix((ulong)options.Seed);
        _optimizer = new AdamOptimizer(task.Dense, task.Parameters.Embedding, team, SimdWidths.Best);
        _parameters = [task.Parameters.Embedding.Value, .. task.Dense];
        var order = Parameter.Identity(task.Sequences.Count);
        BatchPlan.Shuffle(order, CounterRandom.Key(_seed, 3));
        var held = (int)(order.Length * options.ValidationFraction);
        _validation = order[..held];
        _training = order[held..];
        Array.Sort(_validation);
        Array.Sort(_training);
        CheckBudget();
    }

    /// <summary>Trains; when it returns, the task's parameters are the best weights.</summary>
    public TrainingReport Run(CancellationToken cancellationToken)
    {
        _clock.Start();
        var best = double.PositiveInfinity;
        var bestEpoch = 0;
        var stop = TrainingStop.Completed;
        for (var epoch = 1; epoch <= _options.MaximumEpochs; epoch++)
        {
            if (!RunEpoch(epoch, cancellationToken, out var trained) || !Validate(cancellationToken, out var validated))
            {
                stop = TrainingStop.Cancelled;
                break;
            }
            var report = new EpochReport(epoch, Mean(trained), Accuracy(trained),
                validated.Predictions > 0 ? Mean(validated) : null, validated.Predictions > 0 ? Accuracy(validated) : null);
            _epochs.Add(report);
            Report(report, 1);
            if (_validation.Length == 0)
            {
                bestEpoch = epoch;
                continue;
            }
            if (report.ValidationLoss < best)
            {
                best = report.ValidationLoss.Value;
                bestEpoch = epoch;
                KeepWeights();
            }
            else if (epoch - bestEpoch >= _options.Patience)
            {
                stop = TrainingStop.EarlyStopping;
                break;
            }
        }
        RestoreWeights();
        return new TrainingReport(_epochs, bestEpoch, stop, _clock.Elapsed, TokensPerSecond,
            _task.Stack.Memory.PeakBytes, _storedBytes, _task.LostBits, _optimalBits);
    }

    public void Dispose() => _optimizer.Dispose();

    private double TokensPerSecond => _tokens / Math.Max(1e-9, _trainingClock.Elapsed.TotalSeconds);

    private static double Mean(BatchResult result) => result.Predictions == 0 ? 0 : result.LossSum / result.Predictions;

    private static double Accuracy(BatchResult result) => result.Predictions == 0 ? 0 : (double)result.Correct / result.Predictions;

    private bool RunEpoch(int epoch, CancellationToken cancellationToken, out BatchResult sum)
    {
        sum = default;
        var plan = new BatchPlan(_task.Sequences, _training, _options.BatchSize, CounterRandom.Key(_seed, 4, (ulong)epoch), RowLimit);
        for (var i = 0; i < plan.BatchCount; i++)
        {
            if (cancellationToken.IsCancellationRequested)
                return false;
            _trainingClock.Start();
            var members = plan.Batch(i);
            var result = _task.Train(members, CounterRandom.Key(CounterRandom.Key(_seed, 5, (ulong)epoch), (ulong)i));
            var rate = Rate((epoch - 1 + (i + 0.5) / plan.BatchCount) / _options.MaximumEpochs);
            var norm = _optimizer.Step(rate, _options.WeightDecay, _options.MaximumGradientNorm);
            _trainingClock.Stop();
            if (!double.IsFinite(result.LossSum) || !double.IsFinite(norm))
            {
                throw new InvalidOperationException(
                    $"Training diverged in epoch {epoch}, batch {i + 1}: the {(double.IsFinite(norm) ? "loss" : "gradient")} is not a finite number. " +
                    $"Lower {nameof(TrainingOptions.LearningRate)} (now {_options.LearningRate}) or {nameof(TrainingOptions.MaximumGradientNorm)} (now {_options.MaximumGradientNorm}).");
            }
            sum += result;
            foreach (var member in members)
                _tokens += Math.Max(1, _task.Sequences[member].Length);
            _optimalBits += _task.Stack.OptimalBits;
            _storedBytes = Math.Max(_storedBytes, _task.Stack.StoredBytes);
            if (i + 1 < plan.BatchCount && _clock.Elapsed - _lastProgress >= _progressInterval)
                Report(new EpochReport(epoch, Mean(sum), Accuracy(sum), null, null), (i + 1.0) / plan.BatchCount);
        }
        return true;
    }

    /// <summary>Rises over the first part of training, then falls linearly.</summary>
    /// <param name="done">Part of all epochs that is done, 0 to 1.</param>
    private float Rate(double done)
    {
        var factor = done < WarmUpFraction
            ? done / WarmUpFraction
            : FinalRateFraction + (1 - FinalRateFraction) * (1 - done) / (1 - WarmUpFraction);
        return (float)(_options.LearningRate * factor);
    }

    private int RowLimit(int longest) =>
        _options.MemoryBudget == 0 ? _options.BatchSize : Math.Max(1, _task.Stack.RowLimit(Math.Max(1, longest), _options.BatchSize));

    /// <summary>The longest text must fit by itself, or training would fail when its turn comes.</summary>
    private void CheckBudget()
    {
        var longest = _training.Length == 0 ? 1 : Math.Max(1, _training.Max(member => _task.Sequences[member].Length));
        if (_options.MemoryBudget == 0 || _task.Stack.RowLimit(longest, 1) == 1)
            return;
        throw new ArgumentException(
            $"{nameof(TrainingOptions.MemoryBudget)} is {_options.MemoryBudget} bytes; the longest sequence has {longest} tokens and takes up to " +
            $"{_task.Stack.LeastBytes(1, longest)} by itself. Raise the budget, lower {nameof(NetworkOptions.HiddenSize)}, take a tighter " +
            $"{nameof(NetworkOptions.ForgettingLimit)}, or set {nameof(TrainingOptions.ActivationStrategy)} to {ActivationStrategy.Auto} or {ActivationStrategy.Hybrid}.");
    }

    private bool Validate(CancellationToken cancellationToken, out BatchResult sum)
    {
        sum = default;
        if (_validation.Length == 0)
            return true;
        _task.PrepareEvaluation();
        var plan = new BatchPlan(_task.Sequences, _validation, _options.BatchSize, 0);
        for (var i = 0; i < plan.BatchCount; i++)
        {
            if (cancellationToken.IsCancellationRequested)
                return false;
            sum += _task.Evaluate(plan.Batch(i));
        }
        return true;
    }

    private void KeepWeights()
    {
        _bestWeights ??= Array.ConvertAll(_parameters, parameter => new float[parameter.Values.Length]);
        for (var i = 0; i < _parameters.Length; i++)
            _parameters[i].Values.CopyTo(_bestWeights[i]);
    }

    private void RestoreWeights()
    {
        for (var i = 0; _bestWeights != null && i < _parameters.Length; i++)
            _bestWeights[i].CopyTo(_parameters[i].Values);
    }

    private void Report(EpochReport epoch, double fraction)
    {
        if (_progress == null)
            return;
        _lastProgress = _clock.Elapsed;
        var done = (epoch.Epoch - 1 + fraction) / _options.MaximumEpochs;
        _progress.Report(new TrainingProgress(epoch.Epoch, _options.MaximumEpochs, fraction, epoch.Loss, epoch.Accuracy,
            epoch.ValidationLoss, epoch.ValidationAccuracy, TokensPerSecond, _clock.Elapsed,
            _clock.Elapsed * ((1 - done) / Math.Max(1e-6, done))));
    }
}
