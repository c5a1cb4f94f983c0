using Microsoft.ML.RevRnn.Heads;
using Microsoft.ML.RevRnn.Models;
using Microsoft.ML.RevRnn.Networks;
using Microsoft.ML.RevRnn.Training;

namespace Microsoft.ML.RevRnn;

/// <summary>
/// A trained language model of token sequences of any length: embedding, recurrent layers, a linear map from the top layer's hidden state to all tokens and
/// softmax. p(x_1 ... x_n) = product of p(x_t | x_1 ... x_(t-1)), with <see cref="Vocabulary.EmptyToken"/> as what stands before x_1 and what follows x_n.
/// </summary>
/// <remarks>Immutable and safe for use from many threads. The same tokens give the same probabilities, bit for bit.</remarks>
public sealed partial class LanguageModel
{
    private readonly NetworkParameters _parameters;
    private readonly SharedWeights _weights = new();
    private readonly SessionPool<LanguageModelSession> _sessions;
    private readonly SessionPool<TextScorer> _scorers;
    private volatile CachedSessions? _cachedSessions;

    internal LanguageModel(NetworkParameters parameters)
    {
        _parameters = parameters;
        _sessions = new(() => new LanguageModelSession(parameters, _weights, cache: null, new float[ContextSize]));
        _scorers = new(() => new TextScorer(parameters, _weights));
    }

    /// <summary>V: tokens are numbers from 0 to V - 1.</summary>
    public int VocabularySize => _parameters.Encoder.Shape.Vocabulary;

    /// <summary>The shape of the network.</summary>
    public NetworkOptions Network => _parameters.Encoder.Shape.Options;

    /// <summary>The number of learned values.</summary>
    public long ParameterCount => _parameters.All.Sum(parameter => (long)parameter.Rows * parameter.Columns);

    internal NetworkParameters Parameters => _parameters;

    /// <summary>Trains a language model on the cross-entropy of each next token.</summary>
    /// <param name="texts">Token numbers of each text.</param>
    /// <param name="vocabularySize">V, at least 2.</param>
    /// <param name="network">Shape of the network.</param>
    /// <param name="model">How the texts are laid out, dropout and softmax.</param>
    /// <param name="training">How to train.</param>
    /// <param name="validation">Held-back texts; null to hold back <see cref="TrainingOptions.ValidationFraction"/> of <paramref name="texts"/>.</param>
    /// <param name="vectors">
    /// Vectors of the tokens to start from, of the same vocabulary and as long as <see cref="NetworkOptions.EmbeddingSize"/>.
    /// Null for random ones.
    /// </param>
    /// <param name="progress">Told where training stands; called on the training thread.</param>
    /// <param name="epochEnded">Called after each epoch with its result and the model as it is then; each is a model of its own.</param>
    /// <param name="cancellationToken">Ends training within the batch under way, which is given up; the best weights so far are returned.</param>
    /// <exception cref="ArgumentException">There is nothing to train on, or a token is not of the vocabulary.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    /// <exception cref="InvalidOperationException">Training diverged, or a checkpoint cannot be used; the message says what to do.</exception>
    /// <exception cref="IOException">The folder of the checkpoint is missing or cannot be written to.</exception>
    /// <exception cref="ReversalException">Reversal failed its integrity checks.</exception>
    public static TrainingResult<LanguageModel> Train(
        IReadOnlyList<int[]> texts,
        int vocabularySize,
        NetworkOptions network,
        LanguageModelOptions model,
        TrainingOptions training,
        IReadOnlyList<int[]>? validation = null,
        WordVectors? vectors = null,
        IProgress<TrainingProgress>? progress = null,
        Action<EpochReport, LanguageModel>? epochEnded = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(network);
        if (network.Bidirectional)
        {
            throw new ArgumentException(
                $"{nameof(NetworkOptions.Bidirectional)} is set; a language model reads forwards only, since what it is to predict lies behind.", nameof(network));
        }
        var start = TrainingInput.Start(vectors, network, vocabularySize);
        return Train((texts, validation), new NetworkShape(network, vocabularySize), model, training, start, progress, epochEnded, cancellationToken);
    }

    /// <summary>
    /// Trains the model further: from its weights, with its tokens and network, on other or more texts, as a model of all kinds of texts is adapted to those of one
    /// kind (Howard and Ruder 2018, section 3.2). This one stays as it is.
    /// </summary>
    /// <param name="texts">Token numbers of each text.</param>
    /// <param name="model">How the texts are laid out, dropout and softmax.</param>
    /// <param name="training">How to train. Optimiser and schedule begin anew.</param>
    /// <param name="validation">Held-back texts; null to hold back <see cref="TrainingOptions.ValidationFraction"/> of <paramref name="texts"/>.</param>
    /// <param name="progress">Told where training stands; called on the training thread.</param>
    /// <param name="epochEnded">Called after each epoch with its result and the model as it is then; each is a model of its own.</param>
    /// <param name="cancellationToken">Ends training within the batch under way, which is given up; the best weights so far are returned.</param>
    /// <exception cref="ArgumentException">There is nothing to train on, or a token is not of the vocabulary.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    /// <exception cref="InvalidOperationException">Training diverged, or a checkpoint cannot be used; the message says what to do.</exception>
    /// <exception cref="IOException">The folder of the checkpoint is missing or cannot be written to.</exception>
    /// <exception cref="ReversalException">Reversal failed its integrity checks.</exception>
    public TrainingResult<LanguageModel> ContinueTraining(
        IReadOnlyList<int[]> texts,
        LanguageModelOptions model,
        TrainingOptions training,
        IReadOnlyList<int[]>? validation = null,
        IProgress<TrainingProgress>? progress = null,
        Action<EpochReport, LanguageModel>? epochEnded = null,
        CancellationToken cancellationToken = default)
        => Train((texts, validation), _parameters.Encoder.Shape, model, training, new StartingNetwork(_parameters), progress, epochEnded, cancellationToken);

    /// <summary>log p of a sequence.</summary>
    /// <exception cref="ArgumentException">A token is not in the vocabulary, or the model is to be given a context too.</exception>
    /// <exception cref="InvalidOperationException">Weights are so large that there is no finite result.</exception>
    public SequenceScore Score(ReadOnlySpan<int> tokens) => Score(tokens, cache: null);

    /// <summary>log p of many sequences, to the bits that each gets by itself; those of about equal length are run side by side.</summary>
    /// <param name="sequences">Token numbers of each.</param>
    /// <exception cref="ArgumentException">A token is not in the vocabulary, or the model is to be given a context too.</exception>
    /// <exception cref="InvalidOperationException">Weights are so large that there is no finite result.</exception>
    public SequenceScore[] ScoreMany(IReadOnlyList<int[]> sequences)
    {
        ArgumentNullException.ThrowIfNull(sequences);
        CheckContext([]);
        var texts = new int[sequences.Count][];
        for (var i = 0; i < texts.Length; i++)
        {
            TrainingInput.CheckTokens(sequences[i] ?? throw new ArgumentNullException(nameof(sequences)), VocabularySize);
            texts[i] = [Vocabulary.EmptyToken, .. sequences[i]];
        }
        var scores = new SequenceScore[texts.Length];
        foreach (var members in SequenceBatches.Of(texts))
        {
            var scorer = _scorers.Take();
            scorer.Score(texts, members, scores);
            _scorers.Return(scorer);
        }
        return scores;
    }

    /// <summary>log p of texts together, their ends included.</summary>
    /// <param name="texts">Token numbers of each text; they are read once, one after the other.</param>
    /// <param name="options">How they are read; null for each by itself and the model as it is.</param>
    /// <exception cref="ArgumentException">A token is not in the vocabulary, or an option is out of its range.</exception>
    /// <exception cref="InvalidOperationException">Weights are so large that there is no finite result.</exception>
    public SequenceScore Evaluate(IEnumerable<int[]> texts, EvaluationOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(texts);
        options ??= new EvaluationOptions();
        options.Validate();
        CheckContext([]);
        return new LanguageModelSession(_parameters, _weights, options.Cache, []).ReadAll(texts, options.CarriesOver);
    }

    /// <summary>
    /// Chooses theta and lambda of a cache by the likelihood of texts that neither were trained on nor are what is to be measured. They are read once, whatever the number
    /// of values to try.
    /// </summary>
    /// <param name="texts">Token numbers of each held-back text.</param>
    /// <param name="options">What is tried; null for the defaults.</param>
    /// <exception cref="ArgumentException">There are no texts, a token is not in the vocabulary, or an option is out of its range.</exception>
    /// <exception cref="InvalidOperationException">Weights are so large that there is no finite result.</exception>
    public CacheChoice ChooseCache(IEnumerable<int[]> texts, CacheSearchOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(texts);
        options ??= new CacheSearchOptions();
        options.Validate();
        CheckContext([]);
        CacheSearch? search = null;
        var score = new LanguageModelSession(_parameters, _weights, stride => search = new CacheSearch(options, stride), []).ReadAll(texts, options.CarriesOver);
        return score.TokenCount > 0 ? search!.Choose(score) : throw new ArgumentException("There are no texts to choose a cache by.", nameof(texts));
    }

    /// <summary>A text to be read, and gone on with, token after token; it stands at the beginning.</summary>
    /// <exception cref="ArgumentException">The model is to be given a context too.</exception>
    public LanguageModelSession CreateSession() => CreateSession(cache: null);

    /// <inheritdoc cref="SequenceClassifier.WeightPrecision"/>
    public WeightPrecision WeightPrecision => Weights.PrecisionOf(_parameters.All);

    /// <inheritdoc cref="SequenceClassifier.WithWeights"/>
    public LanguageModel WithWeights(WeightPrecision precision)
    {
        OptionCheck.Defined(nameof(precision), precision);
        if (precision == WeightPrecision)
            return this;
        var copy = NetworkParameters.OfNextTokens(_parameters.Network);
        Weights.Copy(_parameters.All, copy.All, precision);
        return new LanguageModel(copy);
    }

    /// <summary>Writes the network; the layout is documented in the source of ModelFile.</summary>
    public void Save(BinaryWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        var kind = Context == null ? ModelKind.LanguageModel : ModelKind.ConditionedLanguageModel;
        ModelFile.WriteHeader(writer, new(kind, _parameters.Network, Outcomes: 0, Features: 0) { Precision = WeightPrecision });
        ModelFile.WriteParameters(writer, _parameters.All);
    }

    /// <summary>Reads what <see cref="Save"/> wrote, from a seekable stream.</summary>
    /// <exception cref="FormatException">The content is damaged, or from a newer version.</exception>
    public static LanguageModel Load(BinaryReader reader)
    {
        ArgumentNullException.ThrowIfNull(reader);
        var header = ModelFile.ReadHeader(reader, ModelKind.LanguageModel, ModelKind.ConditionedLanguageModel);
        var shape = header.Shape;
        if (shape.Options.Bidirectional)
            throw new FormatException("The network is damaged: a language model reads in one direction.");
        var parameters = NetworkParameters.OfNextTokens(shape);
        ModelFile.ReadParameters(reader, parameters.All, header.Precision);
        return new LanguageModel(parameters);
    }

    private static TrainingResult<LanguageModel> Train(
        (IReadOnlyList<int[]> Training, IReadOnlyList<int[]>? Validation) texts,
        NetworkShape shape,
        LanguageModelOptions model,
        TrainingOptions training,
        StartingWeights? start,
        IProgress<TrainingProgress>? progress,
        Action<EpochReport, LanguageModel>? epochEnded,
        CancellationToken cancellationToken)
    {
        var (parameters, report) = LanguageModelTraining.Run(
            texts, shape, model, training, start, progress,
            epochEnded == null ? null : (epoch, now) => epochEnded(epoch, new LanguageModel(Copy(now))), cancellationToken);
        return new TrainingResult<LanguageModel>(new LanguageModel(parameters), report);
    }

    private static NetworkParameters Copy(NetworkParameters parameters)
    {
        var copy = NetworkParameters.OfNextTokens(parameters.Encoder.Shape);
        copy.CopyFrom(parameters);
        return copy;
    }

    private sealed record CachedSessions(CacheOptions Cache, SessionPool<LanguageModelSession> Sessions);
}
