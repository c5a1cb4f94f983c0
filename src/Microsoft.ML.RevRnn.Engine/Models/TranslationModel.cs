using Microsoft.ML.RevRnn.Attention;
using Microsoft.ML.RevRnn.Heads;
using Microsoft.ML.RevRnn.Models;
using Microsoft.ML.RevRnn.Networks;

namespace Microsoft.ML.RevRnn;

/// <summary>
/// A trained translation of token sequences of any length: an encoder of recurrent layers reads the source, a decoder that starts from its last states writes the target token by
/// token, and reads by attention what it needs of the source (Luong et al. 2015). p(y | x) = product of p(y_t | y_1 ... y_(t-1), x), with
/// <see cref="Vocabulary.EmptyToken"/> as what stands before y_1 and what follows the last token.
/// </summary>
/// <remarks>Immutable and safe for use from many threads. The same source gives the same translation, bit for bit.</remarks>
public sealed class TranslationModel
{
    private readonly TranslationParameters _parameters;
    private readonly SharedTranslation _shared;
    private readonly SessionPool<PairScorer> _scorers;

    private TranslationModel(TranslationParameters parameters, TranslationOptions options)
    {
        _parameters = parameters;
        Options = new TranslationOptions
        {
            Context = options.Context,
            SliceSize = options.SliceSize,
            Score = options.Score,
            SharedVocabulary = options.SharedVocabulary,
        };
        _shared = new SharedTranslation(parameters);
        _scorers = new(() => new PairScorer(_shared));
    }

    /// <summary>Vs: source tokens are numbers from 0 to Vs - 1.</summary>
    public int SourceVocabularySize => _parameters.Shape.Encoder.Vocabulary;

    /// <summary>Vt: target tokens are numbers from 0 to Vt - 1.</summary>
    public int TargetVocabularySize => _parameters.Shape.Decoder.Vocabulary;

    /// <summary>The shape of encoder and decoder; of these the decoder reads in one direction.</summary>
    public NetworkOptions Network => _parameters.Shape.Encoder.Options;

    /// <summary>What attention reads and how, and whether both sides share their token vectors. Options of training are the defaults.</summary>
    public TranslationOptions Options { get; }

    /// <summary>The number of learned values.</summary>
    public long ParameterCount => _parameters.All.Sum(parameter => (long)parameter.Rows * parameter.Columns);

    /// <summary>Trains a translation on the mean cross-entropy of each next target token. Pairs of which a side is empty are left out.</summary>
    /// <param name="sources">Token numbers of each source.</param>
    /// <param name="targets">Token numbers of each target.</param>
    /// <param name="sourceVocabularySize">Vs, at least 2.</param>
    /// <param name="targetVocabularySize">Vt, at least 2; the same where the vocabulary is shared.</param>
    /// <param name="network">Shape of encoder and decoder.</param>
    /// <param name="model">Attention, dropout and softmax.</param>
    /// <param name="training">How to train. It trains on the processor: a <see cref="TrainingOptions.GpuDeviceId"/> takes <see cref="TrainingOptions.FallbackToCpu"/>. Of a
    /// <see cref="TrainingOptions.MemoryBudget"/> encoder and decoder have half each.</param>
    /// <param name="validation">Held-back pairs; null to hold back <see cref="TrainingOptions.ValidationFraction"/> of the others.</param>
    /// <param name="validationMetric">
    /// By what epochs are chosen and training stopped early, the higher the better, such as BLEU; asked after each epoch with the model as it is then, and told when training is
    /// cancelled. Null for <see cref="TrainingOptions.ValidationMetric"/>.
    /// </param>
    /// <param name="progress">Told where training stands; called on the training thread.</param>
    /// <param name="epochEnded">Called after each epoch with its result and the model as it is then; each is a model of its own.</param>
    /// <param name="cancellationToken">Ends training within the batch under way, which is given up; the best weights so far are returned.</param>
    /// <exception cref="ArgumentException">There is nothing to train on, a token is not of its vocabulary, or options do not fit together.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    /// <exception cref="NotSupportedException">A GPU was asked for, and no fallback.</exception>
    /// <exception cref="InvalidOperationException">Training diverged, or a checkpoint cannot be used; the message says what to do.</exception>
    /// <exception cref="IOException">The folder of the checkpoint is missing or cannot be written to.</exception>
    /// <exception cref="ReversalException">Reversal failed its integrity checks.</exception>
    public static TrainingResult<TranslationModel> Train(
        IReadOnlyList<int[]> sources,
        IReadOnlyList<int[]> targets,
        int sourceVocabularySize,
        int targetVocabularySize,
        NetworkOptions network,
        TranslationOptions model,
        TrainingOptions training,
        (IReadOnlyList<int[]> Sources, IReadOnlyList<int[]> Targets)? validation = null,
        Func<TranslationModel, CancellationToken, double>? validationMetric = null,
        IProgress<TrainingProgress>? progress = null,
        Action<EpochReport, TranslationModel>? epochEnded = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(training);
        network.Validate();
        network.RequireSequence("a translation");
        model.Validate();
        OptionCheck.Range(nameof(sourceVocabularySize), sourceVocabularySize, 2, 10_000_002);
        OptionCheck.Range(nameof(targetVocabularySize), targetVocabularySize, 2, 10_000_002);
        if (model.SharedVocabulary && sourceVocabularySize != targetVocabularySize)
        {
            throw new ArgumentException(
                $"{nameof(TranslationOptions.SharedVocabulary)} is set, and there are {sourceVocabularySize} source and {targetVocabularySize} target tokens; they must be the same.",
                nameof(targetVocabularySize));
        }
        // What pools nothing has no use for a pooling, and should not be written as if it had.
        var encoder = new NetworkShape(network with { Pooling = default }, sourceVocabularySize);
        var run = new TranslationTraining(new AttentionShape(encoder, targetVocabularySize, model.Context, model.SliceSize, model.Score), model, training)
        {
            Progress = progress,
            Metric = Metric(validationMetric, model),
            EpochEnded = EpochEnded(epochEnded, model),
        };
        return Run(run, model, new TokenPairs(sources, targets), Pairs(validation), cancellationToken);
    }

    /// <summary>Trains the model further: from its weights, with its tokens, network and attention, on other or more pairs. This one stays as it is.</summary>
    /// <param name="sources">Token numbers of each source.</param>
    /// <param name="targets">Token numbers of each target.</param>
    /// <param name="model">Dropout and softmax; context, score and shared vocabulary must be those of the model.</param>
    /// <param name="training">How to train. Optimiser and schedule begin anew.</param>
    /// <param name="validation">Held-back pairs; null to hold back <see cref="TrainingOptions.ValidationFraction"/> of the others.</param>
    /// <param name="validationMetric">By what epochs are chosen, the higher the better; null for <see cref="TrainingOptions.ValidationMetric"/>.</param>
    /// <param name="progress">Told where training stands; called on the training thread.</param>
    /// <param name="epochEnded">Called after each epoch with its result and the model as it is then; each is a model of its own.</param>
    /// <param name="cancellationToken">Ends training within the batch under way, which is given up; the best weights so far are returned.</param>
    /// <inheritdoc cref="Train" path="/exception"/>
    public TrainingResult<TranslationModel> ContinueTraining(
        IReadOnlyList<int[]> sources,
        IReadOnlyList<int[]> targets,
        TranslationOptions model,
        TrainingOptions training,
        (IReadOnlyList<int[]> Sources, IReadOnlyList<int[]> Targets)? validation = null,
        Func<TranslationModel, CancellationToken, double>? validationMetric = null,
        IProgress<TrainingProgress>? progress = null,
        Action<EpochReport, TranslationModel>? epochEnded = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(training);
        model.Validate();
        if ((model.Context, model.Score, model.SharedVocabulary) != (Options.Context, Options.Score, Options.SharedVocabulary)
            || (model.SliceSize != Options.SliceSize && model.Context is AttentionContext.Slice or AttentionContext.EmbeddingAndSlice))
        {
            throw new ArgumentException($"The model has {Options}, not {model}; one that is trained further must have the same context, score and vocabulary.", nameof(model));
        }
        var run = new TranslationTraining(_parameters.Shape, model, training)
        {
            Start = _parameters,
            Progress = progress,
            Metric = Metric(validationMetric, model),
            EpochEnded = EpochEnded(epochEnded, model),
        };
        return Run(run, model, new TokenPairs(sources, targets), Pairs(validation), cancellationToken);
    }

    /// <summary>log p of a target, its end included, given a source.</summary>
    /// <param name="source">Token numbers; an empty source is read as <see cref="Vocabulary.EmptyToken"/>.</param>
    /// <param name="target">Token numbers, without boundaries.</param>
    /// <exception cref="ArgumentException">A token is not in its vocabulary.</exception>
    /// <exception cref="InvalidOperationException">Weights are so large that there is no finite result.</exception>
    public TranslationScore Score(ReadOnlySpan<int> source, ReadOnlySpan<int> target)
    {
        TrainingInput.CheckTokens(source, SourceVocabularySize);
        TrainingInput.CheckTokens(target, TargetVocabularySize);
        var scorer = _scorers.Take();
        var score = scorer.Score(source, target);
        _scorers.Return(scorer);
        return score;
    }

    /// <summary>What translates, for one thread.</summary>
    public TranslationSession CreateSession() => new(_shared);

    /// <inheritdoc cref="SequenceClassifier.WeightPrecision"/>
    public WeightPrecision WeightPrecision => Weights.PrecisionOf(_parameters.All);

    /// <inheritdoc cref="SequenceClassifier.WithWeights"/>
    public TranslationModel WithWeights(WeightPrecision precision)
    {
        OptionCheck.Defined(nameof(precision), precision);
        if (precision == WeightPrecision)
            return this;
        var copy = new TranslationParameters(_parameters.Shape, _parameters.SharesVectors);
        Weights.Copy(_parameters.All, copy.All, precision);
        return new TranslationModel(copy, Options);
    }

    /// <summary>Writes the network; the layout is documented in the source of ModelFile.</summary>
    public void Save(BinaryWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        TranslationContent.Write(writer, _parameters, Options);
    }

    /// <summary>Reads what <see cref="Save"/> wrote, from a seekable stream.</summary>
    /// <exception cref="FormatException">The content is damaged, or from a newer version.</exception>
    public static TranslationModel Load(BinaryReader reader)
    {
        ArgumentNullException.ThrowIfNull(reader);
        var (parameters, options) = TranslationContent.Read(reader);
        return new TranslationModel(parameters, options);
    }

    private static TrainingResult<TranslationModel> Run(
        TranslationTraining run, TranslationOptions model, TokenPairs pairs, TokenPairs? validation, CancellationToken cancellationToken)
    {
        var (parameters, report) = run.Run(pairs, validation, cancellationToken);
        return new TrainingResult<TranslationModel>(new TranslationModel(parameters, model), report);
    }

    private static TokenPairs? Pairs((IReadOnlyList<int[]> Sources, IReadOnlyList<int[]> Targets)? validation)
        => validation is { } pairs ? new TokenPairs(pairs.Sources, pairs.Targets) : null;

    /// <summary>The caller's metric, over a model of its own.</summary>
    private static Func<TranslationParameters, CancellationToken, double>? Metric(Func<TranslationModel, CancellationToken, double>? metric, TranslationOptions model)
        => metric == null ? null : (parameters, token) => metric(new TranslationModel(parameters.Copy(), model), token);

    private static Action<EpochReport, TranslationParameters>? EpochEnded(Action<EpochReport, TranslationModel>? epochEnded, TranslationOptions model)
        => epochEnded == null ? null : (report, parameters) => epochEnded(report, new TranslationModel(parameters.Copy(), model));
}
