using System.Numerics.Tensors;
using Microsoft.ML.RevRnn.Compute;
using Microsoft.ML.RevRnn.Heads;
using Microsoft.ML.RevRnn.Models;
using Microsoft.ML.RevRnn.Networks;
using Microsoft.ML.RevRnn.Training;

namespace Microsoft.ML.RevRnn;

/// <summary>
/// A trained tagger of token sequences of any length: it tells one of C classes of each token, from what has been read up to it: embedding, recurrent layers, a
/// linear map from the top layer's hidden state after each token, and softmax. With <see cref="NetworkOptions.Feedback"/> it reads the class of the token before as well.
/// </summary>
/// <remarks>Immutable and safe for use from many threads. The same tokens give the same probabilities, bit for bit.</remarks>
public sealed partial class SequenceTagger
{
    private readonly NetworkParameters _parameters;
    private readonly SessionPool<TaggingSession> _sessions;

    internal SequenceTagger(NetworkParameters parameters)
    {
        _parameters = parameters;
        var weights = new SharedWeights();
        _sessions = new(() => new(parameters, weights));
    }

    /// <summary>C: the number of classes.</summary>
    public int ClassCount => _parameters.Output.Outcomes;

    /// <summary>V: tokens are numbers from 0 to V - 1.</summary>
    public int VocabularySize => _parameters.Encoder.Shape.Vocabulary;

    /// <summary>The shape of the network.</summary>
    public NetworkOptions Network => _parameters.Encoder.Shape.Options;

    internal NetworkParameters Parameters => _parameters;

    private bool FeedsBack => _parameters.Encoder.Shape.FedBack > 0;

    /// <summary>Trains a tagger on the cross-entropy of each token's class, in batches of sequences of about equal length; none is cut off.</summary>
    /// <param name="sequences">Token numbers of each sequence; empty ones are left out.</param>
    /// <param name="labels">Of each sequence the class of each token, 0 to <paramref name="classCount"/> - 1.</param>
    /// <param name="classCount">C, at least 2.</param>
    /// <param name="vocabularySize">V, at least 2.</param>
    /// <param name="network">Shape of the network. With <see cref="NetworkOptions.Bidirectional"/> a class hangs on the tokens behind it too.</param>
    /// <param name="training">How to train.</param>
    /// <param name="pretrained">A language model of the same tokens and network to start from, instead of random weights; null for these.</param>
    /// <param name="fineTuning">How its layers are trained on; null for the defaults.</param>
    /// <param name="examples">What the sequences weigh, label smoothing, and which of them are held back; null for the defaults.</param>
    /// <param name="vectors">
    /// Vectors of the tokens to start from, of the same vocabulary and as long as <see cref="NetworkOptions.EmbeddingSize"/>; not together with <paramref name="pretrained"/>.
    /// Null for random ones.
    /// </param>
    /// <param name="progress">Told where training stands; called on the training thread.</param>
    /// <param name="cancellationToken">Ends training within the batch under way, which is given up; the best weights so far are returned.</param>
    /// <exception cref="ArgumentException">The data do not fit together; the message says which part.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    /// <exception cref="InvalidOperationException">Training diverged.</exception>
    /// <exception cref="ReversalException">Reversal failed its integrity checks, or the state of a cell without forgetting outgrew its range.</exception>
    public static TrainingResult<SequenceTagger> Train(
        IReadOnlyList<int[]> sequences,
        IReadOnlyList<int[]> labels,
        int classCount,
        int vocabularySize,
        NetworkOptions network,
        TrainingOptions training,
        LanguageModel? pretrained = null,
        FineTuningOptions? fineTuning = null,
        ExampleOptions? examples = null,
        WordVectors? vectors = null,
        IProgress<TrainingProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        TrainingInput.Check(sequences, vocabularySize, network, training, hasFeedback: true);
        network.RequireSequence("a tagger");
        var shape = new NetworkShape(network with { Pooling = default }, vocabularySize);
        if (network.Feedback != FeedbackKind.None)
            shape = WithFeedback(shape, classCount, pretrained, vectors);
        var start = TrainingInput.Start(pretrained, fineTuning, vectors, network, vocabularySize);
        return Train(sequences, labels, classCount, shape, training, start, examples, progress, cancellationToken);
    }

    /// <summary>Trains the tagger further: from its weights, with its tokens, network and classes, on other or more sequences. This one stays as it is.</summary>
    /// <param name="sequences">Token numbers of each sequence; empty ones are left out.</param>
    /// <param name="labels">Of each sequence the class of each token, 0 to C - 1; not every class need occur.</param>
    /// <param name="training">How to train. Optimiser and schedule begin anew.</param>
    /// <param name="examples">What the sequences weigh, label smoothing, and which of them are held back; null for the defaults.</param>
    /// <param name="progress">Told where training stands; called on the training thread.</param>
    /// <param name="cancellationToken">Ends training within the batch under way, which is given up; the best weights so far are returned.</param>
    /// <exception cref="ArgumentException">The data do not fit together or to the tagger; the message says which part.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    /// <exception cref="InvalidOperationException">Training diverged.</exception>
    /// <exception cref="ReversalException">Reversal failed its integrity checks, or the state of a cell without forgetting outgrew its range.</exception>
    public TrainingResult<SequenceTagger> ContinueTraining(
        IReadOnlyList<int[]> sequences,
        IReadOnlyList<int[]> labels,
        TrainingOptions training,
        ExampleOptions? examples = null,
        IProgress<TrainingProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        TrainingInput.Check(sequences, VocabularySize, Network, training, hasFeedback: true);
        return Train(
            sequences, labels, ClassCount, _parameters.Encoder.Shape, training, new StartingNetwork(_parameters), examples, progress, cancellationToken);
    }

    private static TrainingResult<SequenceTagger> Train(
        IReadOnlyList<int[]> sequences,
        IReadOnlyList<int[]> labels,
        int classCount,
        NetworkShape shape,
        TrainingOptions training,
        StartingWeights? start,
        ExampleOptions? examples,
        IProgress<TrainingProgress>? progress,
        CancellationToken cancellationToken,
        Func<NetworkTask, TrainingReport>? work = null)
    {
        CheckLabels(sequences, labels, classCount);
        // An empty sequence would be read as a token, which has no label.
        int[] members = [.. Enumerable.Range(0, sequences.Count).Where(member => sequences[member].Length > 0)];
        if (members.Length == 0)
            throw new ArgumentException("The sequences have no tokens, so there is nothing to learn from.", nameof(sequences));
        int[][] taught = Array.ConvertAll(members, member => labels[member]);
        int[][] read = Array.ConvertAll(members, member => shape.FedBack > 0 ? FeedbackInput.Pairs(shape, sequences[member], labels[member]) : sequences[member]);
        training = training.WithSeed();
        examples ??= new ExampleOptions();
        examples.Validate(sequences.Count, classCount);
        examples = examples.Of(members, sequences.Count);
        var set = ExampleSet.OfTokens(examples, taught, classCount, training);
        training = training.ForSequences(set.Parts.Training.Length, start is { GoesOn: true });
        var parameters = NetworkParameters.OfTokens(shape, classCount);
        var run = new NetworkTraining(training, progress, cancellationToken) { Start = start, Work = work };
        var objective = new TokenObjective(taught, set, training) { Examples = examples, Counts = run.CountsOf(classCount) };
        var report = run.OfClassifier(parameters, objective, read, set.Parts);
        return new TrainingResult<SequenceTagger>(new SequenceTagger(parameters), report);
    }

    /// <summary>Class probabilities of each token of one sequence.</summary>
    /// <param name="tokens">T token numbers.</param>
    /// <param name="probabilities">[T, C]: receives the probabilities, token after token; those of a token add up to 1.</param>
    /// <exception cref="ArgumentException">A token is not in the vocabulary, or the span's length is not T C.</exception>
    /// <exception cref="InvalidOperationException">Weights are so large that there is no finite result.</exception>
    /// <exception cref="ReversalException">The state of a cell without forgetting outgrew its range.</exception>
    public void Predict(ReadOnlySpan<int> tokens, Span<float> probabilities)
    {
        if (probabilities.Length != (long)tokens.Length * ClassCount)
        {
            throw new ArgumentException(
                $"There are {tokens.Length} tokens and {ClassCount} classes, and room for {probabilities.Length} probabilities.", nameof(probabilities));
        }
        TrainingInput.CheckTokens(tokens, VocabularySize);
        if (tokens.IsEmpty)
            return;
        var session = _sessions.Take();
        session.Predict(tokens, probabilities);
        _sessions.Return(session);
    }

    /// <summary>Class probabilities of each token of many sequences, to the bits that each gets by itself; those of about equal length are run side by side, unless classes are fed back.</summary>
    /// <param name="sequences">Token numbers of each.</param>
    /// <returns>[T, C] of each, token after token.</returns>
    /// <exception cref="ArgumentException">A token is not in the vocabulary, or a result would have more values than an array.</exception>
    /// <exception cref="InvalidOperationException">Weights are so large that there is no finite result.</exception>
    /// <exception cref="ReversalException">The state of a cell without forgetting outgrew its range.</exception>
    public float[][] PredictMany(IReadOnlyList<int[]> sequences)
    {
        ArgumentNullException.ThrowIfNull(sequences);
        foreach (var sequence in sequences)
            TrainingInput.CheckTokens(sequence ?? throw new ArgumentNullException(nameof(sequences)), VocabularySize);
        var probabilities = new float[sequences.Count][];
        foreach (var members in SequenceBatches.Of(sequences, ClassCount))
        {
            var session = _sessions.Take();
            session.Predict(sequences, members, probabilities);
            _sessions.Return(session);
        }
        return probabilities;
    }

    /// <summary>Mean cross-entropy and accuracy with the true class before each token, and with the one that was told: what exposure bias there is.</summary>
    /// <param name="sequences">Token numbers of each sequence.</param>
    /// <param name="labels">Of each sequence the class of each token.</param>
    /// <exception cref="ArgumentException">The data do not fit together or to the tagger, or there are no tokens.</exception>
    /// <exception cref="InvalidOperationException">Nothing is fed back, or weights are so large that there is no finite result.</exception>
    public FeedbackLosses EvaluateFeedback(IReadOnlyList<int[]> sequences, IReadOnlyList<int[]> labels)
    {
        ArgumentNullException.ThrowIfNull(sequences);
        CheckLabels(sequences, labels, ClassCount);
        if (!FeedsBack)
            throw new InvalidOperationException($"{nameof(NetworkOptions.Feedback)} of the tagger is {Network.Feedback}: nothing is fed back, so there are not two losses.");
        var session = _sessions.Take();
        var (forced, free) = (default(BatchResult), default(BatchResult));
        for (var i = 0; i < sequences.Count; i++)
        {
            TrainingInput.CheckTokens(sequences[i], VocabularySize);
            if (sequences[i].Length == 0)
                continue;
            var probabilities = new float[sequences[i].Length * ClassCount];
            session.Force(sequences[i], labels[i], probabilities);
            forced = Add(forced, probabilities, labels[i]);
            session.Predict(sequences[i], probabilities);
            free = Add(free, probabilities, labels[i]);
        }
        _sessions.Return(session);
        if (forced.Predictions == 0)
            throw new ArgumentException("The sequences have no tokens.", nameof(sequences));
        return new FeedbackLosses(
            forced.LossSum / forced.Predictions, free.LossSum / free.Predictions, (double)forced.Correct / forced.Predictions, (double)free.Correct / free.Predictions, forced.Predictions);
    }

    /// <inheritdoc cref="SequenceClassifier.WeightPrecision"/>
    public WeightPrecision WeightPrecision => Weights.PrecisionOf(_parameters.All);

    /// <inheritdoc cref="SequenceClassifier.WithWeights"/>
    public SequenceTagger WithWeights(WeightPrecision precision)
    {
        OptionCheck.Defined(nameof(precision), precision);
        if (precision == WeightPrecision)
            return this;
        var copy = NetworkParameters.OfTokens(_parameters.Network, ClassCount);
        Weights.Copy(_parameters.All, copy.All, precision);
        return new SequenceTagger(copy);
    }

    /// <summary>Writes the network; the layout is documented in the source of ModelFile.</summary>
    public void Save(BinaryWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        ModelFile.WriteHeader(writer, new(FeedsBack ? ModelKind.FeedbackTagger : ModelKind.Tagger, _parameters.Network, ClassCount, Features: 0) { Precision = WeightPrecision });
        ModelFile.WriteParameters(writer, _parameters.All);
    }

    /// <summary>Reads what <see cref="Save"/> wrote, from a seekable stream.</summary>
    /// <exception cref="FormatException">The content is damaged, or from a newer version.</exception>
    public static SequenceTagger Load(BinaryReader reader)
    {
        ArgumentNullException.ThrowIfNull(reader);
        var header = ModelFile.ReadHeader(reader, ModelKind.Tagger, ModelKind.FeedbackTagger);
        var (_, shape, classCount, _) = header;
        if (shape.Options.Bidirectional && shape.FedBack > 0)
            throw new FormatException("The network is damaged: a tagger that reads the class before reads in one direction.");
        if (!FeedbackInput.Fits(shape.Vocabulary, shape.FedBack))
            throw new FormatException("The network is damaged: it has more pairs of tokens and classes than there are numbers.");
        var parameters = NetworkParameters.OfTokens(shape, classCount);
        ModelFile.ReadParameters(reader, parameters.All, header.Precision);
        return new SequenceTagger(parameters);
    }

    /// <exception cref="ArgumentException">What training is to start from has no vectors of classes, or there are too many pairs.</exception>
    private static NetworkShape WithFeedback(NetworkShape shape, int classCount, LanguageModel? pretrained, WordVectors? vectors)
    {
        if (pretrained != null || vectors != null)
        {
            throw new ArgumentException(
                $"{nameof(NetworkOptions.Feedback)} is {shape.Options.Feedback}, and what training is to start from has no vectors of classes; leave either out.",
                pretrained != null ? nameof(pretrained) : nameof(vectors));
        }
        OptionCheck.Range(nameof(classCount), classCount, 2, 10_000_000);
        return FeedbackInput.Fits(shape.Vocabulary, classCount)
            ? shape with { FedBack = classCount }
            : throw new ArgumentException(
                $"{nameof(NetworkOptions.Feedback)} is {shape.Options.Feedback}, and {shape.Vocabulary} tokens have {classCount} classes; there may be {int.MaxValue} pairs of both at the most.",
                nameof(classCount));
    }

    private static BatchResult Add(BatchResult sum, float[] probabilities, int[] labels)
    {
        var classes = probabilities.Length / labels.Length;
        for (var t = 0; t < labels.Length; t++)
        {
            ReadOnlySpan<float> ofToken = probabilities.AsSpan(t * classes, classes);
            var isRight = TensorPrimitives.IndexOfMax(ofToken) == labels[t];
            sum = new BatchResult(sum.LossSum - HostMath.Log(Math.Max(ofToken[labels[t]], float.Epsilon)), sum.Predictions + 1, sum.Correct + (isRight ? 1 : 0));
        }
        return sum;
    }

    private static void CheckLabels(IReadOnlyList<int[]> sequences, IReadOnlyList<int[]> labels, int classCount)
    {
        OptionCheck.Range(nameof(classCount), classCount, 2, 10_000_000);
        TrainingInput.CheckLabels(sequences, labels, classCount);
        for (var i = 0; i < sequences.Count; i++)
        {
            if (labels[i].Length != sequences[i].Length)
                throw new ArgumentException($"Sequence {i} has {sequences[i].Length} tokens and {labels[i].Length} labels; it must have one for each.", nameof(labels));
        }
    }
}
