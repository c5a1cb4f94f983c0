using Microsoft.ML.RevRnn.Attention;
using Microsoft.ML.RevRnn.Compute;
using Microsoft.ML.RevRnn.Heads;
using Microsoft.ML.RevRnn.Training;

namespace Microsoft.ML.RevRnn.Models;

/// <summary>Trains translations.</summary>
/// <param name="shape">What the translation is made of.</param>
/// <param name="model">Dropout and softmax, and whether the sides share token vectors.</param>
/// <param name="training">How to train.</param>
internal sealed class TranslationTraining(AttentionShape shape, TranslationOptions model, TrainingOptions training)
{
    /// <summary>Weights to start from; null for random ones.</summary>
    public TranslationParameters? Start { get; init; }

    /// <summary>By what epochs are chosen; null for the options' metric.</summary>
    public Func<TranslationParameters, CancellationToken, double>? Metric { get; init; }

    /// <summary>Told where training stands.</summary>
    public IProgress<TrainingProgress>? Progress { get; init; }

    /// <summary>Called after each epoch with the parameters as they are then.</summary>
    public Action<EpochReport, TranslationParameters>? EpochEnded { get; init; }

    /// <summary>Of the registers; null for the widest. It changes no bit.</summary>
    public SimdWidth? Width { get; init; }

    /// <param name="pairs">Training pairs.</param>
    /// <param name="validation">Held-back pairs; null to hold back a part of the others.</param>
    /// <param name="cancellationToken">Ends training early.</param>
    public (TranslationParameters Parameters, TrainingReport Report) Run(TokenPairs pairs, TokenPairs? validation, CancellationToken cancellationToken)
    {
        if (training.ValidationMetric == ValidationMetric.MacroF1)
        {
            throw new ArgumentException(
                $"{nameof(TrainingOptions.ValidationMetric)} is {nameof(ValidationMetric.MacroF1)}, and a translation has no classes; choose another one.", nameof(training));
        }
        var fallbackReason = FallbackReason();
        pairs.Check(shape, training);
        validation?.Check(shape, training);
        var whole = pairs.WithoutEmpty();
        if (whole.Count == 0)
            throw new ArgumentException("There are no pairs of which both sides have tokens, so there is nothing to learn from.", nameof(pairs));
        var held = validation?.WithoutEmpty();
        if (held != null)
            whole = whole.Concat(held);
        whole = whole.WithBoundaries();
        var options = training.WithSeed();
        var parts = held == null ? HeldBack.Random(whole.Count, options) : HeldBack.Last(whole.Count, held.Count);
        options = options.ForSequences(parts.Training.Length, goesOn: Start != null);

        var frequencies = TokenFrequencies.Count(parts.Training.Select(member => whole.Targets[member]), shape.Decoder.Vocabulary);
        var parameters = CreateParameters(frequencies, options);
        var objective = new TranslationObjective(frequencies, model, options) { Start = Start };
        using var device = new Device(options.Shares, Width, running: ThreadChoice.Running(options.Shares, Environment.ProcessorCount, parameters, options.ShardRows));
        using var trainer = new TranslationTrainer(parameters, objective, options, device);
        var task = new TranslationTask((whole.Sources, whole.Targets), parts, trainer, objective, options) { HasMetric = Metric != null };
        using var sharded = options.IsSharded ? new ShardedTask(task, options) : null;
        var loop = new TrainingLoop(sharded ?? (TrainingTask)task, options, Progress)
        {
            EpochEnded = EpochEnded == null ? null : report => EpochEnded(report, parameters),
            Score = Metric == null ? null : token => Metric(parameters, token),
            FallbackReason = fallbackReason,
        };
        return (parameters, loop.Run(cancellationToken));
    }

    private string? FallbackReason()
    {
        if (training.GpuDeviceId == null)
            return null;
        const string Reason = "A translation is trained on the processor; there is no training on a GPU for it.";
        return training.FallbackToCpu
            ? Reason
            : throw new NotSupportedException($"{Reason} Leave {nameof(TrainingOptions.GpuDeviceId)} unset, or set {nameof(TrainingOptions.FallbackToCpu)}.");
    }

    private TranslationParameters CreateParameters(long[] frequencies, TrainingOptions options)
    {
        var parameters = new TranslationParameters(shape, model.SharedVocabulary);
        if (parameters.All.Any(parameter => ModelFile.IsOutOfProportion(parameter.Rows, parameter.Columns, parameter.Stride)))
        {
            throw new ArgumentException(
                $"{nameof(NetworkOptions.EmbeddingSize)} or {nameof(NetworkOptions.HiddenSize)} is so small for a vocabulary of this size that nearly all of the memory would be padding.");
        }
        parameters.Initialize(CounterRandom.Key(options.RandomSeed, RandomUse.InitialWeights), options.SpectralRadius);
        parameters.InitializeBias(frequencies);
        if (Start != null)
            parameters.CopyFrom(Start);
        return parameters;
    }
}
