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

    internal LanguageModel(NetworkParameters parameters)
    {
        _parameters = parameters;
        _sessions = new(CreateSession);
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
    /// <exception cref="ArgumentException">A token is not in the vocabulary.</exception>
    /// <exception cref="InvalidOperationException">Weights are so large that there is no finite result.</exception>
    public SequenceScore Score(ReadOnlySpan<int> tokens)
    {
        TrainingInput.CheckTokens(tokens, VocabularySize);
        var session = _sessions.Take();
        var score = session.Score(tokens);
        _sessions.Return(session);
        return score;
    }

    /// <summary>A text to be read, and gone on with, token after token; it stands at the beginning.</summary>
    public LanguageModelSession CreateSession() => new(_parameters, _weights);

    /// <summary>Writes the network; the layout is documented in the source of ModelFile.</summary>
    public void Save(BinaryWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        ModelFile.WriteHeader(writer, ModelKind.LanguageModel, _parameters.Encoder.Shape);
        ModelFile.WriteParameters(writer, _parameters.All);
    }

    /// <summary>Reads what <see cref="Save"/> wrote, from a seekable stream.</summary>
    /// <exception cref="FormatException">The content is damaged, or from a newer version.</exception>
    public static LanguageModel Load(BinaryReader reader)
    {
        ArgumentNullException.ThrowIfNull(reader);
        var shape = ModelFile.ReadHeader(reader, ModelKind.LanguageModel).Shape;
        if (shape.Options.Bidirectional)
            throw new FormatException("The network is damaged: a language model reads in one direction.");
        var parameters = NetworkParameters.OfNextTokens(shape);
        ModelFile.ReadParameters(reader, parameters.All);
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
}
