using Microsoft.ML.RevRnn.Heads;
using Microsoft.ML.RevRnn.Models;
using Microsoft.ML.RevRnn.Networks;
using Microsoft.ML.RevRnn.Training;

namespace Microsoft.ML.RevRnn;

/// <summary>
/// Turns token sequences of any length into vectors of features. Of a network that was trained to predict the next token, and backwards the one before, they are the mean
/// over time of the top layer's hidden state in each of its D directions, D H in all; no labels are needed. Of a classifier they are the states pooled over time that its
/// scores are made of.
/// </summary>
/// <remarks>Immutable and safe for use from many threads. The same tokens give the same features, bit for bit.</remarks>
public sealed partial class SequenceEncoder
{
    private readonly EncoderParameters _parameters;
    private readonly Parameter? _attention;
    private readonly SessionPool<NetworkSession<PooledOutputs>> _sessions;

    internal SequenceEncoder(EncoderParameters parameters)
    {
        _parameters = parameters;
        FeatureNames = [.. UnitNames(parameters.Shape)];
        var weights = new SharedWeights();
        _sessions = new(() => new(parameters, weights, encoder => new PooledOutputs(encoder, Mean(encoder)), fixedTokens: 1));
    }

    /// <summary>Pools states as a classifier does.</summary>
    internal SequenceEncoder(EncoderParameters parameters, Parameter? attention)
    {
        var shape = parameters.Shape;
        _parameters = parameters;
        _attention = attention;
        IsOfClassifier = true;
        FeatureNames = [.. PartNames(shape.Options.Pooling).SelectMany(part => UnitNames(shape).Select(unit => $"{part}.{unit}"))];
        var weights = new SharedWeights();
        _sessions = new(() => new(parameters, weights, encoder => new PooledOutputs(encoder, Pooling.Create(shape, attention, encoder.Device))));
    }

    /// <summary>Makes features of a language model's states; it shares the model's weights.</summary>
    /// <exception cref="ArgumentException">The model is given a context with each text.</exception>
    public SequenceEncoder(LanguageModel model)
        : this(WithoutContext(model).Parameters.Encoder)
    {
    }

    /// <summary>Makes features of what a classifier's scores are made of, without the numbers that go with a sequence; it shares the classifier's weights.</summary>
    public SequenceEncoder(SequenceClassifier classifier)
        : this((classifier ?? throw new ArgumentNullException(nameof(classifier))).Parameters)
    {
    }

    /// <inheritdoc cref="SequenceEncoder(SequenceClassifier)"/>
    public SequenceEncoder(MultiLabelClassifier classifier)
        : this((classifier ?? throw new ArgumentNullException(nameof(classifier))).Parameters)
    {
    }

    private SequenceEncoder(NetworkParameters parameters)
        : this(parameters.Encoder, parameters.Attention)
    {
    }

    /// <summary>The number of features: H for each direction, and of a classifier that pools by mean and maximum, twice that.</summary>
    public int FeatureCount => FeatureNames.Count;

    /// <summary>
    /// What each feature is: <c>h3</c> is hidden unit 3, <c>forward3</c> and <c>backward3</c> that of either direction; of a classifier behind how it is pooled, such as
    /// <c>max.h3</c> or <c>attention.forward3</c>.
    /// </summary>
    public IReadOnlyList<string> FeatureNames { get; }

    internal EncoderParameters Parameters => _parameters;

    internal Parameter? Attention => _attention;

    /// <summary>V: tokens are numbers from 0 to V - 1.</summary>
    public int VocabularySize => _parameters.Shape.Vocabulary;

    /// <summary>The shape of the network.</summary>
    public NetworkOptions Network => _parameters.Shape.Options;

    /// <summary>Whether it was made of a classifier, and pools states as that does.</summary>
    public bool IsOfClassifier { get; }

    /// <summary>Trains a language model of whole sequences, none of which is cut off, and makes an encoder of it.</summary>
    /// <param name="sequences">Token numbers of each sequence; an empty sequence is read as <see cref="Vocabulary.EmptyToken"/>.</param>
    /// <param name="vocabularySize">V, at least 2.</param>
    /// <param name="network">Shape of the network.</param>
    /// <param name="training">How to train.</param>
    /// <param name="validation">Held-back sequences; null to hold back <see cref="TrainingOptions.ValidationFraction"/> of <paramref name="sequences"/>.</param>
    /// <param name="vectors">
    /// Vectors of the tokens to start from, of the same vocabulary and as long as <see cref="NetworkOptions.EmbeddingSize"/>.
    /// Null for random ones.
    /// </param>
    /// <param name="progress">Told where training stands; called on the training thread.</param>
    /// <param name="cancellationToken">Ends training within the batch under way, which is given up; the best weights so far are returned.</param>
    /// <exception cref="ArgumentException">The data do not fit together; the message says which part.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    /// <exception cref="InvalidOperationException">Training diverged.</exception>
    /// <exception cref="ReversalException">Reversal failed its integrity checks, or the state of a cell without forgetting outgrew its range.</exception>
    public static TrainingResult<SequenceEncoder> Train(
        IReadOnlyList<int[]> sequences,
        int vocabularySize,
        NetworkOptions network,
        TrainingOptions training,
        IReadOnlyList<int[]>? validation = null,
        WordVectors? vectors = null,
        IProgress<TrainingProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        return Train((sequences, validation), new NetworkShape(network, vocabularySize), training, TrainingInput.Start(vectors, network, vocabularySize), progress, cancellationToken);
    }

    /// <summary>
    /// Trains the encoder further: from its weights, with its tokens and network, on other or more sequences. This one stays as it is. What predicted tokens is no part of
    /// an encoder, and is learned anew.
    /// </summary>
    /// <param name="sequences">Token numbers of each sequence; an empty sequence is read as <see cref="Vocabulary.EmptyToken"/>.</param>
    /// <param name="training">How to train. Optimiser and schedule begin anew.</param>
    /// <param name="validation">Held-back sequences; null to hold back <see cref="TrainingOptions.ValidationFraction"/> of <paramref name="sequences"/>.</param>
    /// <param name="progress">Told where training stands; called on the training thread.</param>
    /// <param name="cancellationToken">Ends training within the batch under way, which is given up; the best weights so far are returned.</param>
    /// <exception cref="ArgumentException">There is nothing to train on, or a token is not of the vocabulary.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    /// <exception cref="InvalidOperationException">The encoder is of a classifier, which is trained further instead; or training diverged.</exception>
    /// <exception cref="ReversalException">Reversal failed its integrity checks, or the state of a cell without forgetting outgrew its range.</exception>
    public TrainingResult<SequenceEncoder> ContinueTraining(
        IReadOnlyList<int[]> sequences,
        TrainingOptions training,
        IReadOnlyList<int[]>? validation = null,
        IProgress<TrainingProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        if (IsOfClassifier)
            throw new InvalidOperationException("The encoder is of a classifier, which learns from labels: train the classifier further, and make an encoder of the result.");
        return Train((sequences, validation), _parameters.Shape, training, new StartingEncoder(_parameters), progress, cancellationToken);
    }

    /// <summary>Features of one sequence.</summary>
    /// <param name="tokens">Token numbers; empty is read as <see cref="Vocabulary.EmptyToken"/>.</param>
    /// <param name="features">receives the features.</param>
    /// <exception cref="ArgumentException">A token is not in the vocabulary, or the span's length is not that of the features.</exception>
    /// <exception cref="InvalidOperationException">Weights are so large that there is no finite result.</exception>
    /// <exception cref="ReversalException">The state of a cell without forgetting outgrew its range.</exception>
    public void Encode(ReadOnlySpan<int> tokens, Span<float> features)
    {
        if (features.Length != FeatureCount)
            throw new ArgumentException($"There are {FeatureCount} features, and room for {features.Length}.", nameof(features));
        TrainingInput.CheckTokens(tokens, VocabularySize);
        var session = _sessions.Take();
        if (IsOfClassifier)
            session.Run(tokens);
        else
            session.RunFromBoundary(tokens);
        session.Head.Read(0, features);
        _sessions.Return(session);
        ResultCheck.Finite(features);
    }

    /// <summary>Features of many sequences, to the bits that each gets by itself.</summary>
    /// <param name="sequences">Token numbers of each; empty is read as <see cref="Vocabulary.EmptyToken"/>.</param>
    /// <returns>The features of each.</returns>
    /// <exception cref="ArgumentException">A token is not in the vocabulary.</exception>
    /// <exception cref="InvalidOperationException">Weights are so large that there is no finite result.</exception>
    /// <exception cref="ReversalException">The state of a cell without forgetting outgrew its range.</exception>
    public float[][] EncodeMany(IReadOnlyList<int[]> sequences)
    {
        ArgumentNullException.ThrowIfNull(sequences);
        foreach (var tokens in sequences)
        {
            ArgumentNullException.ThrowIfNull(tokens, nameof(sequences));
            TrainingInput.CheckTokens(tokens, VocabularySize);
        }
        var run = IsOfClassifier ? sequences : [.. sequences.Select(tokens => (int[])[Vocabulary.EmptyToken, .. tokens])];
        var features = new float[sequences.Count][];
        foreach (var members in SequenceBatches.Of(run))
        {
            var session = _sessions.Take();
            session.Run(run, members);
            for (var i = 0; i < members.Length; i++)
                session.Head.Read(session.RowOf(i), features[members[i]] = new float[FeatureCount]);
            _sessions.Return(session);
        }
        foreach (var ofOne in features)
            ResultCheck.Finite(ofOne);
        return features;
    }

    /// <inheritdoc cref="SequenceClassifier.WeightPrecision"/>
    public WeightPrecision WeightPrecision => Weights.PrecisionOf(_parameters.All);

    /// <inheritdoc cref="SequenceClassifier.WithWeights"/>
    public SequenceEncoder WithWeights(WeightPrecision precision)
    {
        OptionCheck.Defined(nameof(precision), precision);
        if (precision == WeightPrecision)
            return this;
        var copy = new EncoderParameters(_parameters.Shape);
        var attention = IsOfClassifier ? NetworkParameters.CreateAttention(_parameters.Shape) : null;
        Weights.Copy(All(_parameters, _attention), All(copy, attention), precision);
        return IsOfClassifier ? new SequenceEncoder(copy, attention) : new SequenceEncoder(copy);
    }

    /// <summary>Writes the network; the layout is documented in the source of ModelFile.</summary>
    public void Save(BinaryWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        ModelFile.WriteHeader(writer, new(IsOfClassifier ? ModelKind.PooledEncoder : ModelKind.Encoder, _parameters.Shape, Outcomes: 0, Features: 0) { Precision = WeightPrecision });
        ModelFile.WriteParameters(writer, All(_parameters, _attention));
    }

    /// <summary>Reads what <see cref="Save"/> wrote, from a seekable stream.</summary>
    /// <exception cref="FormatException">The content is damaged, or from a newer version.</exception>
    public static SequenceEncoder Load(BinaryReader reader)
    {
        ArgumentNullException.ThrowIfNull(reader);
        var header = ModelFile.ReadHeader(reader, ModelKind.Encoder, ModelKind.PooledEncoder);
        var (kind, shape, _, _) = header;
        var parameters = new EncoderParameters(shape);
        var attention = kind == ModelKind.PooledEncoder ? NetworkParameters.CreateAttention(shape) : null;
        ModelFile.ReadParameters(reader, All(parameters, attention), header.Precision);
        return kind == ModelKind.PooledEncoder ? new SequenceEncoder(parameters, attention) : new SequenceEncoder(parameters);
    }

    private static TrainingResult<SequenceEncoder> Train(
        (IReadOnlyList<int[]> Training, IReadOnlyList<int[]>? Validation) sequences,
        NetworkShape shape,
        TrainingOptions training,
        StartingWeights? start,
        IProgress<TrainingProgress>? progress,
        CancellationToken cancellationToken)
    {
        var model = new LanguageModelOptions { Layout = TextLayout.Documents };
        var (parameters, report) = LanguageModelTraining.Run(sequences, shape, model, training, start, progress, null, cancellationToken);
        return new TrainingResult<SequenceEncoder>(new SequenceEncoder(parameters.Encoder), report);
    }

    private static MeanMaxPooling Mean(ISequenceEncoder encoder)
        => MeanMaxPooling.For(encoder.Device, encoder.OutputStride, usesMean: true, usesMaximum: false);

    private static LanguageModel WithoutContext(LanguageModel model)
    {
        ArgumentNullException.ThrowIfNull(model);
        return model.ContextSize == 0
            ? model
            : throw new ArgumentException("The language model is given a context with each text, which features have not; take one that was trained without contexts.", nameof(model));
    }

    private static IEnumerable<Parameter> All(EncoderParameters parameters, Parameter? attention) => attention == null ? parameters.All : [.. parameters.All, attention];

    private static string[] PartNames(PoolingKind pooling) => pooling switch
    {
        PoolingKind.MeanMax => ["mean", "max"],
        PoolingKind.MeanMaxLast => ["mean", "max", "last"],
        PoolingKind.Mean => ["mean"],
        PoolingKind.Max => ["max"],
        PoolingKind.Last => ["last"],
        _ => ["attention"],
    };

    private static IEnumerable<string> UnitNames(NetworkShape shape)
    {
        var units = shape.OutputSize / shape.Directions;
        return shape.Directions == 2 ? [.. UnitNames("forward", units), .. UnitNames("backward", units)] : UnitNames("h", units);
    }

    private static IEnumerable<string> UnitNames(string prefix, int units) => Enumerable.Range(0, units).Select(unit => $"{prefix}{unit}");
}
