using System.Collections.Concurrent;
using Microsoft.ML.RevRnn.Compute;
using Microsoft.ML.RevRnn.Networks;
using Microsoft.ML.RevRnn.Tasks;
using Microsoft.ML.RevRnn.Training;

namespace Microsoft.ML.RevRnn;

/// <summary>
/// A trained language model of token sequences of any length: embedding, recurrent layers, a linear map from the top layer's hidden state to all tokens and
/// softmax. p(x_1 ... x_n) = product of p(x_t | x_1 ... x_(t-1)), with <see cref="Vocabulary.EmptyToken"/> as what stands before x_1 and what follows x_n.
/// </summary>
/// <remarks>Immutable and safe for use from many threads. The same tokens give the same probabilities, bit for bit.</remarks>
public sealed class LanguageModel
{
    private readonly LanguageModelParameters _parameters;
    private readonly ConcurrentBag<LanguageModelSession> _sessions = [];

    private LanguageModel(LanguageModelParameters parameters) => _parameters = parameters;

    /// <summary>V: tokens are numbers from 0 to V - 1.</summary>
    public int VocabularySize => _parameters.Stack.Options.Vocabulary;

    /// <summary>The shape of the network.</summary>
    public NetworkOptions Network => ModelFile.Network(_parameters.Stack.Options);

    /// <summary>The number of learned values.</summary>
    public long ParameterCount => _parameters.All.Sum(parameter => (long)parameter.Rows * parameter.Columns);

    internal LanguageModelParameters Parameters => _parameters;

    /// <summary>Trains a language model on the cross-entropy of each next token.</summary>
    /// <param name="texts">Token numbers of each text.</param>
    /// <param name="vocabularySize">V, at least 2.</param>
    /// <param name="network">Shape of the network.</param>
    /// <param name="model">How the texts are laid out, dropout and softmax.</param>
    /// <param name="training">How to train.</param>
    /// <param name="validation">Held-back texts; null to hold back <see cref="TrainingOptions.ValidationFraction"/> of <paramref name="texts"/>.</param>
    /// <param name="progress">Told where training stands; called on the training thread.</param>
    /// <param name="epochEnded">Called after each epoch with its result and the model as it is then; each is a model of its own.</param>
    /// <param name="cancellationToken">Ends training after the batch under way; the best weights so far are returned.</param>
    /// <exception cref="ArgumentException">There is nothing to train on, or a token is not of the vocabulary.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    /// <exception cref="InvalidOperationException">Training diverged, or a checkpoint cannot be used; the message says what to do.</exception>
    /// <exception cref="IOException">A checkpoint cannot be written.</exception>
    /// <exception cref="ReversalException">Reversal failed its integrity checks.</exception>
    public static TrainingResult<LanguageModel> Train(
        IReadOnlyList<int[]> texts,
        int vocabularySize,
        NetworkOptions network,
        LanguageModelOptions model,
        TrainingOptions training,
        IReadOnlyList<int[]>? validation = null,
        IProgress<TrainingProgress>? progress = null,
        Action<EpochReport, LanguageModel>? epochEnded = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        model.Validate();
        TrainingInput.Check(texts, vocabularySize, network, training);
        training = training.WithSeed();
        if (validation != null)
            TrainingInput.Check(validation, vocabularySize, network, training);
        if (texts.All(text => text.Length == 0))
            throw new ArgumentException("The texts have no tokens, so there is nothing to learn from.", nameof(texts));

        var parameters = new LanguageModelParameters(ModelFile.Options(network, vocabularySize));
        parameters.Initialize(CounterRandom.Key(training.RandomSeed, 0));
        using var team = new WorkerTeam(TrainingInput.Threads(training));
        using var task = CreateTask(parameters, texts, validation, model, training, team);
        using var loop = new TrainingLoop(task, training, team, progress)
        {
            EpochEnded = epochEnded == null ? null : report => epochEnded(report, new LanguageModel(parameters.Copy())),
        };
        var report = loop.Run(cancellationToken);
        return new TrainingResult<LanguageModel>(new LanguageModel(parameters), report);
    }

    /// <summary>log p of a sequence.</summary>
    /// <exception cref="ArgumentException">A token is not in the vocabulary.</exception>
    public SequenceScore Score(ReadOnlySpan<int> tokens)
    {
        TrainingInput.CheckTokens(tokens, VocabularySize);
        if (!_sessions.TryTake(out var session))
            session = CreateSession();
        var score = session.Score(tokens);
        _sessions.Add(session);
        return score;
    }

    /// <summary>A text to be read, and gone on with, token after token; it stands at the beginning.</summary>
    public LanguageModelSession CreateSession() => new(_parameters);

    /// <summary>Writes the network; the layout is documented in the source of ModelFile.</summary>
    public void Save(BinaryWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        ModelFile.WriteHeader(writer, ModelKind.LanguageModel, _parameters.Stack.Options);
        ModelFile.WriteParameters(writer, _parameters.All);
    }

    /// <summary>Reads what <see cref="Save"/> wrote, from a seekable stream.</summary>
    /// <exception cref="FormatException">The content is damaged, or from a newer version.</exception>
    public static LanguageModel Load(BinaryReader reader)
    {
        ArgumentNullException.ThrowIfNull(reader);
        var (options, _) = ModelFile.ReadHeader(reader, ModelKind.LanguageModel);
        var parameters = new LanguageModelParameters(options);
        ModelFile.ReadParameters(reader, parameters.All);
        return new LanguageModel(parameters);
    }

    private static TrainingTask CreateTask(
        LanguageModelParameters parameters, IReadOnlyList<int[]> texts, IReadOnlyList<int[]>? validation, LanguageModelOptions model,
        TrainingOptions training, WorkerTeam team)
    {
        if (model.Layout == TextLayout.Documents)
        {
            int[][] sequences = [.. texts.Concat(validation ?? []).Select(text => (int[])[Vocabulary.EmptyToken, .. text])];
            return new NextTokenTask(
                parameters, sequences, validation?.Count, training, model.Rates(training), model.Samples(parameters.Weight.Rows), team);
        }
        var stream = Stream(texts);
        if (validation != null)
            return new StreamTask(parameters, stream, Stream(validation), model, training, team);
        var held = (int)(stream.Length * training.ValidationFraction);
        return new StreamTask(parameters, stream[..^held], held == 0 ? [] : stream[^held..], model, training, team);
    }

    /// <summary>All texts one after another, with a boundary before, between and after them.</summary>
    private static int[] Stream(IReadOnlyList<int[]> texts)
    {
        var length = 1L + texts.Sum(text => text.Length + 1L);
        if (length > Array.MaxLength)
            throw new ArgumentException($"The texts have {length} tokens together; {Array.MaxLength} are the most that streams can have. Use {nameof(TextLayout)}.{nameof(TextLayout.Documents)}.");
        var stream = new int[length];
        stream[0] = Vocabulary.EmptyToken;
        var next = 1;
        foreach (var text in texts)
        {
            text.CopyTo(stream, next);
            next += text.Length;
            stream[next++] = Vocabulary.EmptyToken;
        }
        return stream;
    }
}
