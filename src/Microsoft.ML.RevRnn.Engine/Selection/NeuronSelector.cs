using System.Diagnostics;
using Microsoft.ML.RevRnn.Compute;
using Microsoft.ML.RevRnn.Heads;
using Microsoft.ML.RevRnn.Training;

namespace Microsoft.ML.RevRnn.Selection;

/// <summary>Chooses the neurons that are kept of a trained network: learns gates together with the weights, or looks at the weights.</summary>
/// <param name="options">How many are kept, and by what.</param>
/// <param name="training">How weights are trained; with a seed.</param>
/// <param name="progress">Told after each epoch.</param>
/// <param name="cancellationToken">Ends it without a choice.</param>
internal sealed class NeuronSelector(ShrinkOptions options, TrainingOptions training, IProgress<TrainingProgress>? progress, CancellationToken cancellationToken)
{
    /// <summary>Weights follow the gates at a part of the rate that they are trained with: they are to be kept more than learned.</summary>
    private const float RateFactor = 0.5f;

    private readonly ulong _seed = CounterRandom.Mix(training.RandomSeed);
    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private readonly List<EpochReport> _epochs = [];
    private NeuronGates? _gates;

    /// <summary>The neurons, when they have been chosen from.</summary>
    public IReadOnlyList<NeuronGroup> Groups { get; private set; } = [];

    /// <summary>Which are kept.</summary>
    public NeuronChoice Choice { get; private set; } = null!;

    /// <summary>Mean loss on held-back data of all neurons, and of those that are kept; null where nothing is held back.</summary>
    public double? LossBefore { get; private set; }

    /// <inheritdoc cref="LossBefore"/>
    public double? LossSelected { get; private set; }

    /// <summary>Chooses; the weights of the task's network, if it is the whole one, then have learned with the gates, which are not in them.</summary>
    /// <exception cref="InvalidOperationException">A loss or a gradient is not a finite number.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public TrainingReport Run(NetworkTask task)
    {
        var network = task.Trainer.Parameters as NetworkParameters ?? throw new InvalidOperationException("Neurons are chosen from one network.");
        Groups = NeuronGroup.Of(network, options.InputKeepFraction < 1);
        task.Trainer.IsInterrupted = () => cancellationToken.IsCancellationRequested;
        LossBefore = Loss(task);
        var weights = new GatedWeights(Groups);
        if (options.Method == NeuronSelectionMethod.HardConcrete)
            Learn(task, weights);
        Choice = _gates == null ? NeuronChoice.ByMagnitude(Groups, options) : NeuronChoice.Of(Groups, _gates, options);
        weights.Apply(Choice.Gates);
        LossSelected = Loss(task);
        weights.Restore();
        return Report(task);
    }

    private void Learn(NetworkTask task, GatedWeights weights)
    {
        for (var epoch = 1; epoch <= options.SelectionEpochs; epoch++)
        {
            var count = task.BeginEpoch(CounterRandom.Key(_seed, RandomUse.Epoch, (ulong)epoch));
            _gates ??= new NeuronGates(Groups, options, count * options.SelectionEpochs, _seed);
            var sum = default(BatchResult);
            for (var batch = 0; batch < count; batch++)
            {
                var key = CounterRandom.Key(CounterRandom.Key(_seed, RandomUse.EpochBatches, (ulong)epoch), (ulong)batch);
                sum += Learn(task, weights, _gates, batch, key);
            }
            _epochs.Add(new EpochReport(epoch, sum.LossSum / sum.Weight, (double)sum.Correct / sum.Predictions, null, null));
            Tell(epoch);
        }
    }

    private BatchResult Learn(NetworkTask task, GatedWeights weights, NeuronGates gates, int batch, ulong key)
    {
        gates.Draw(key);
        weights.Apply(gates.Values);
        var result = task.Train(batch, key);
        weights.Restore();
        cancellationToken.ThrowIfCancellationRequested();
        if (!result.IsUsable)
            throw Diverged("loss");
        weights.Collect(gates.Values, gates.Gradients);
        gates.Step();
        var rate = RateFactor * training.LearningRate * task.RateFactor(batch);
        return double.IsFinite(task.Trainer.Step(rate, training.WeightDecay, training.MaximumGradientNorm)) ? result : throw Diverged("gradient");
    }

    private double? Loss(NetworkTask task)
    {
        if (task.ValidationBatchCount == 0)
            return null;
        task.Trainer.BeginValidation();
        var sum = default(BatchResult);
        for (var batch = 0; batch < task.ValidationBatchCount; batch++)
        {
            var result = task.Evaluate(batch);
            cancellationToken.ThrowIfCancellationRequested();
            sum += result;
        }
        return sum.LossSum / sum.Weight;
    }

    private void Tell(int epoch) => progress?.Report(new TrainingProgress
    {
        Epoch = epoch,
        EpochCount = options.SelectionEpochs,
        EpochFraction = 1,
        Loss = _epochs[^1].Loss,
        Accuracy = _epochs[^1].Accuracy,
        ValidationLoss = null,
        ValidationAccuracy = null,
        TokensPerSecond = 0,
        Elapsed = _clock.Elapsed,
        Remaining = _clock.Elapsed * ((options.SelectionEpochs - epoch) / (double)epoch),
    });

    private TrainingReport Report(NetworkTask task) => new()
    {
        Epochs = _epochs,
        BestEpoch = _epochs.Count,
        StopReason = TrainingStop.Completed,
        Elapsed = _clock.Elapsed,
        TokensPerSecond = 0,
        PeakActivationBytes = task.Trainer.PeakBytes,
        StoredActivationBytes = 0,
        LostBits = 0,
        OptimalBits = 0,
    };

    private InvalidOperationException Diverged(string what) => new(
        $"The choice of neurons diverged: the {what} is not a finite number. Lower {nameof(TrainingOptions.LearningRate)} (now {training.LearningRate}).");
}
