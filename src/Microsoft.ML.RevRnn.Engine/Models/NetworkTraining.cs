using Microsoft.ML.RevRnn.Compute;
using Microsoft.ML.RevRnn.Heads;
using Microsoft.ML.RevRnn.Training;

namespace Microsoft.ML.RevRnn.Models;

/// <summary>Trains the networks of all models: makes the device and what works on it, runs the loop, and cleans up.</summary>
/// <param name="options">How to train, with a seed.</param>
/// <param name="progress">Told where training stands.</param>
/// <param name="cancellationToken">Ends it early.</param>
internal sealed class NetworkTraining(TrainingOptions options, IProgress<TrainingProgress>? progress, CancellationToken cancellationToken)
{
    /// <summary>Weights to start from; null for random ones.</summary>
    public StartingWeights? Start { get; init; }

    /// <summary>Called after each epoch's validation, with the parameters as they are then.</summary>
    public Action<EpochReport>? EpochEnded { get; init; }

    /// <summary>What is done with the data in place of training; null to train.</summary>
    public Func<NetworkTask, TrainingReport>? Work { get; init; }

    /// <summary>Of the registers; null for the widest. It changes no bit.</summary>
    public SimdWidth? Width { get; init; }

    /// <summary>Trains on whole sequences.</summary>
    public TrainingReport OnSequences(NetworkParameters parameters, Objective objective, IReadOnlyList<int[]> sequences, HeldBack? parts = null)
        => Run(parameters, objective, carriesStates: false, null, trainer => new SequenceTask(
            sequences, parts ?? HeldBack.Random(sequences.Count, options), trainer, objective, options));

    /// <summary>Trains on whole sequences from random weights, or from those that there are.</summary>
    public TrainingReport OfClassifier(NetworkParameters parameters, Objective objective, IReadOnlyList<int[]> sequences, HeldBack parts)
    {
        if (options.ValidationMetric == ValidationMetric.Perplexity)
        {
            throw new ArgumentException(
                $"{nameof(TrainingOptions.ValidationMetric)} is {nameof(ValidationMetric.Perplexity)}, which is of language models; " +
                $"{nameof(ValidationMetric.Loss)}, of which it is the exponential, chooses the same epoch.", nameof(options));
        }
        parameters.Initialize(CounterRandom.Key(options.RandomSeed, RandomUse.InitialWeights), options.SpectralRadius);
        Start?.CopyTo(parameters);
        if (Start?.FineTuning is not { } fineTuning)
            return OnSequences(parameters, objective, sequences, parts);
        var rates = new LayerRates(parameters.Encoder, fineTuning);
        var report = Run(parameters, objective, carriesStates: false, rates.BeginEpoch, trainer => new SequenceTask(
            sequences, parts, trainer, objective, options));
        rates.End();
        return report;
    }

    /// <summary>What counts of so many classes how well each is told, if epochs are chosen by that.</summary>
    public ClassCounts? CountsOf(int classes) => options.ValidationMetric == ValidationMetric.MacroF1 ? new ClassCounts(classes) : null;

    /// <summary>Trains on contiguous streams.</summary>
    public TrainingReport OnStreams(NetworkParameters parameters, Objective objective, (int[] Training, int[] Validation) streams, LanguageModelOptions model)
        => Run(parameters, objective, carriesStates: true, null, trainer => new StreamTask(streams, model, trainer, objective, options));

    private TrainingReport Run(
        NetworkParameters parameters, Objective objective, bool carriesStates, Action<int>? epochBegins, Func<INetworkTrainer, NetworkTask> createTask)
    {
        if (parameters.All.Any(parameter => ModelFile.IsOutOfProportion(parameter.Rows, parameter.Columns, parameter.Stride)))
        {
            throw new ArgumentException(
                $"{nameof(NetworkOptions.EmbeddingSize)} or {nameof(NetworkOptions.HiddenSize)} is so small for a vocabulary or classes of this size that nearly all of the memory would be padding.");
        }
        objective.Start = Start;
        var embedding = parameters.Encoder.Embedding.Value;
        embedding.RateFactor = Start is { FreezesEmbedding: true } ? 0 : 1;
        using var onGpu = CreateGpuTrainer(parameters, objective, carriesStates, out var fallbackReason);
        using var device = onGpu != null
            ? null
            : new Device(options.Shares, Width, running: ThreadChoice.Running(options.Shares, Environment.ProcessorCount, parameters, options.ShardRows));
        using var trainer = onGpu ?? new ManagedTrainer(parameters, objective, options, device!, carriesStates);
        var task = createTask(trainer);
        using var sharded = options.IsSharded ? new ShardedTask(task, options) : null;
        var loop = new TrainingLoop(sharded ?? (TrainingTask)task, options, progress)
        {
            EpochEnded = EpochEnded,
            EpochBegins = epochBegins,
            FallbackReason = fallbackReason,
        };
        var report = Work == null ? loop.Run(cancellationToken) : Work(task);
        embedding.RateFactor = 1;
        return report;
    }

    /// <summary>The trainer of the GPU that the options name; null for none, or where there is a reason to fall back to the processor.</summary>
    private INetworkTrainer? CreateGpuTrainer(NetworkParameters parameters, Objective objective, bool carriesStates, out string? fallbackReason)
    {
        fallbackReason = null;
        if (options.GpuDeviceId == null)
            return null;
        try
        {
            if (options.IsSharded)
                throw new NotSupportedException(TrainingOptions.ShardsOnGpu);
            if (parameters.Network.Context != null)
                throw new NotSupportedException("A language model that is given contexts trains on the processor; leave the GPU out, or set FallbackToCpu.");
            return TrainingBackends.Get().CreateTrainer(parameters, objective, options, carriesStates);
        }
        catch (NotSupportedException failure) when (options.FallbackToCpu)
        {
            fallbackReason = failure.Message;
            return null;
        }
    }
}
