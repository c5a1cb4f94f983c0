using Microsoft.ML.RevRnn.Heads;
using Microsoft.ML.RevRnn.Models;
using Microsoft.ML.RevRnn.Networks;
using Microsoft.ML.RevRnn.Training;

namespace Microsoft.ML.RevRnn;

/// <summary>
/// Turns token sequences of any length into vectors of D H features: the mean over time of the top layer's hidden state in each of its D directions, of a network
/// that was trained to predict the next token, and backwards the one before. No labels are needed.
/// </summary>
/// <remarks>Immutable and safe for use from many threads. The same tokens give the same features, bit for bit.</remarks>
public sealed class SequenceEncoder
{
    private readonly EncoderParameters _parameters;
    private readonly SessionPool<NetworkSession<MeanHead>> _sessions;

    private SequenceEncoder(EncoderParameters parameters)
    {
        _parameters = parameters;
        _sessions = new(() => new(parameters, encoder => new MeanHead(encoder), fixedTokens: 1));
    }

    /// <summary>Makes features of a language model's states; it shares the model's weights.</summary>
    public SequenceEncoder(LanguageModel model)
        : this((model ?? throw new ArgumentNullException(nameof(model))).Parameters.Encoder)
    {
    }

    /// <summary>The number of features: H for each direction.</summary>
    public int FeatureCount => _parameters.Shape.OutputSize;

    /// <summary>V: tokens are numbers from 0 to V - 1.</summary>
    public int VocabularySize => _parameters.Shape.Vocabulary;

    /// <summary>The shape of the network.</summary>
    public NetworkOptions Network => _parameters.Shape.Options;

    /// <summary>Trains a language model of whole sequences, none of which is cut off, and makes an encoder of it.</summary>
    /// <param name="sequences">Token numbers of each sequence; an empty sequence is read as <see cref="Vocabulary.EmptyToken"/>.</param>
    /// <param name="vocabularySize">V, at least 2.</param>
    /// <param name="network">Shape of the network.</param>
    /// <param name="training">How to train.</param>
    /// <param name="validation">Held-back sequences; null to hold back <see cref="TrainingOptions.ValidationFraction"/> of <paramref name="sequences"/>.</param>
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
        IProgress<TrainingProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        return Train((sequences, validation), new NetworkShape(network, vocabularySize), training, start: null, progress, cancellationToken);
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
    /// <exception cref="InvalidOperationException">Training diverged.</exception>
    /// <exception cref="ReversalException">Reversal failed its integrity checks, or the state of a cell without forgetting outgrew its range.</exception>
    public TrainingResult<SequenceEncoder> ContinueTraining(
        IReadOnlyList<int[]> sequences,
        TrainingOptions training,
        IReadOnlyList<int[]>? validation = null,
        IProgress<TrainingProgress>? progress = null,
        CancellationToken cancellationToken = default)
        => Train((sequences, validation), _parameters.Shape, training, new StartingWeights(_parameters), progress, cancellationToken);

    /// <summary>Features of one sequence.</summary>
    /// <param name="tokens">Token numbers; empty is read as <see cref="Vocabulary.EmptyToken"/>.</param>
    /// <param name="features">receives the features.</param>
    /// <exception cref="ArgumentException">A token is not in the vocabulary, or the span's length is not that of the features.</exception>
    /// <exception cref="ReversalException">The state of a cell without forgetting outgrew its range.</exception>
    public void Encode(ReadOnlySpan<int> tokens, Span<float> features)
    {
        if (features.Length != FeatureCount)
            throw new ArgumentException($"There are {FeatureCount} features, and room for {features.Length}.", nameof(features));
        TrainingInput.CheckTokens(tokens, VocabularySize);
        var session = _sessions.Take();
        session.RunFromBoundary(tokens);
        session.Head.Read(0, features);
        _sessions.Return(session);
    }

    /// <summary>Writes the network; the layout is documented in the source of ModelFile.</summary>
    public void Save(BinaryWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        ModelFile.WriteHeader(writer, ModelKind.Encoder, _parameters.Shape);
        ModelFile.WriteParameters(writer, _parameters.All);
    }

    /// <summary>Reads what <see cref="Save"/> wrote, from a seekable stream.</summary>
    /// <exception cref="FormatException">The content is damaged, or from a newer version.</exception>
    public static SequenceEncoder Load(BinaryReader reader)
    {
        ArgumentNullException.ThrowIfNull(reader);
        var (shape, _) = ModelFile.ReadHeader(reader, ModelKind.Encoder);
        var parameters = new EncoderParameters(shape);
        ModelFile.ReadParameters(reader, parameters.All);
        return new SequenceEncoder(parameters);
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
}
