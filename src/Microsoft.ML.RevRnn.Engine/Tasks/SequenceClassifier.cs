using System.Collections.Concurrent;
using Microsoft.ML.RevRnn.Cells;
using Microsoft.ML.RevRnn.Compute;
using Microsoft.ML.RevRnn.Networks;
using Microsoft.ML.RevRnn.Tasks;
using Microsoft.ML.RevRnn.Training;

namespace Microsoft.ML.RevRnn;

/// <summary>
/// A trained classifier of token sequences of any length: embedding, reversible recurrent layers, mean and maximum of the top layer's
/// hidden state over time, a linear map and softmax.
/// </summary>
/// <remarks>Immutable and safe for use from many threads. The same tokens give the same probabilities, bit for bit.</remarks>
public sealed class SequenceClassifier
{
    private readonly ClassifierParameters _parameters;
    private readonly ConcurrentBag<Session> _sessions = [];

    private SequenceClassifier(ClassifierParameters parameters) => _parameters = parameters;

    /// <summary>C: the number of classes.</summary>
    public int ClassCount => _parameters.ClassCount;

    /// <summary>V: tokens are numbers from 0 to V - 1.</summary>
    public int VocabularySize => _parameters.Stack.Options.Vocabulary;

    /// <summary>The shape of the network.</summary>
    public NetworkOptions Network => ModelFile.Network(_parameters.Stack.Options);

    /// <summary>Trains a classifier by Adam on the softmax cross-entropy, in batches of sequences of about equal length; none is cut off.</summary>
    /// <param name="sequences">Token numbers of each sequence; an empty sequence is read as <see cref="Vocabulary.EmptyToken"/>.</param>
    /// <param name="labels">Class of each sequence, 0 to <paramref name="classCount"/> - 1.</param>
    /// <param name="classCount">C, at least 2.</param>
    /// <param name="vocabularySize">V, at least 2.</param>
    /// <param name="network">Shape of the network.</param>
    /// <param name="training">How to train.</param>
    /// <param name="pretrained">
    /// A language model of the same tokens and network to start from (Howard and Ruder 2018), instead of random weights; null for these.
    /// </param>
    /// <param name="fineTuning">How its layers are trained on; null for the defaults.</param>
    /// <param name="progress">Told where training stands; called on the training thread.</param>
    /// <param name="cancellationToken">Ends training after the batch under way; the best weights so far are returned.</param>
    /// <exception cref="ArgumentException">The data do not fit together; the message says which part.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    /// <exception cref="InvalidOperationException">Training diverged.</exception>
    /// <exception cref="ReversalException">Reversal failed its integrity checks, or the state of a cell without forgetting outgrew its range.</exception>
    public static TrainingResult<SequenceClassifier> Train(
        IReadOnlyList<int[]> sequences,
        IReadOnlyList<int> labels,
        int classCount,
        int vocabularySize,
        NetworkOptions network,
        TrainingOptions training,
        LanguageModel? pretrained = null,
        FineTuningOptions? fineTuning = null,
        IProgress<TrainingProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        TrainingInput.Check(sequences, vocabularySize, network, training);
        training = training.WithSeed();
        fineTuning ??= new FineTuningOptions();
        fineTuning.Validate();
        if (pretrained != null && (pretrained.Network != network || pretrained.VocabularySize != vocabularySize))
        {
            throw new ArgumentException(
                $"The language model has {pretrained.VocabularySize} tokens and the network {pretrained.Network}, not {vocabularySize} and {network}; " +
                "a classifier that starts from it must have the same.", nameof(pretrained));
        }
        ArgumentNullException.ThrowIfNull(labels);
        OptionCheck.Range(nameof(classCount), classCount, 2, 10_000_000);
        if (labels.Count != sequences.Count)
            throw new ArgumentException($"There are {sequences.Count} sequences and {labels.Count} labels.", nameof(labels));
        for (var i = 0; i < labels.Count; i++)
        {
            if ((uint)labels[i] >= (uint)classCount)
                throw new ArgumentException($"Label {labels[i]} of sequence {i} is not from 0 to {classCount - 1}.", nameof(labels));
        }

        var parameters = new ClassifierParameters(ModelFile.Options(network, vocabularySize), classCount);
        parameters.Initialize(CounterRandom.Key(training.RandomSeed, 0));
        if (pretrained != null)
            parameters.Stack.CopyFrom(pretrained.Parameters.Stack);
        var rates = pretrained == null ? null : new LayerRates(parameters.Stack, fineTuning);
        using var team = new WorkerTeam(TrainingInput.Threads(training));
        using var task = new ClassificationTask(parameters, sequences, labels, training, team, rates == null ? null : fineTuning);
        using var loop = new TrainingLoop(task, training, team, progress) { EpochBegins = rates == null ? null : rates.BeginEpoch };
        var report = loop.Run(cancellationToken);
        rates?.End();
        return new TrainingResult<SequenceClassifier>(new SequenceClassifier(parameters), report);
    }

    /// <summary>Class probabilities of one sequence.</summary>
    /// <param name="tokens">Token numbers; empty is read as <see cref="Vocabulary.EmptyToken"/>.</param>
    /// <param name="probabilities">[C]: receives the probabilities, which add up to 1.</param>
    /// <exception cref="ArgumentException">A token is not in the vocabulary, or the span's length is not C.</exception>
    /// <exception cref="ReversalException">The state of a cell without forgetting outgrew its range.</exception>
    public void Predict(ReadOnlySpan<int> tokens, Span<float> probabilities)
    {
        if (probabilities.Length != ClassCount)
            throw new ArgumentException($"There are {ClassCount} classes, and room for {probabilities.Length} probabilities.", nameof(probabilities));
        TrainingInput.CheckTokens(tokens, VocabularySize);
        if (!_sessions.TryTake(out var session))
            session = new Session(_parameters);
        session.Predict(tokens).CopyTo(probabilities);
        _sessions.Add(session);
    }

    /// <summary>Writes the network; the layout is documented in the source of ModelFile.</summary>
    public void Save(BinaryWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        ModelFile.WriteHeader(writer, ModelKind.Classifier, _parameters.Stack.Options, ClassCount);
        ModelFile.WriteParameters(writer, [_parameters.Stack.Embedding.Value, .. _parameters.Dense]);
    }

    /// <summary>Reads what <see cref="Save"/> wrote, from a seekable stream.</summary>
    /// <exception cref="FormatException">The content is damaged, or from a newer version.</exception>
    public static SequenceClassifier Load(BinaryReader reader)
    {
        ArgumentNullException.ThrowIfNull(reader);
        var (options, classCount) = ModelFile.ReadHeader(reader, ModelKind.Classifier);
        var parameters = new ClassifierParameters(options, classCount);
        ModelFile.ReadParameters(reader, [parameters.Stack.Embedding.Value, .. parameters.Dense]);
        return new SequenceClassifier(parameters);
    }

    /// <summary>What one thread needs to predict.</summary>
    private sealed class Session
    {
        private readonly RecurrentStack _stack;
        private readonly ClassificationHead _head;
        private readonly PackedBatch _batch = new();

        public Session(ClassifierParameters parameters)
        {
            var team = new WorkerTeam(1);
            _stack = new RecurrentStack(parameters.Stack, CellArithmetic.Inference, ActivationStrategy.Reversible, DropoutRates.None, team, SimdWidths.Best);
            _stack.PackWeights(forTraining: false);
            _head = new ClassificationHead(parameters, _stack, 0, team, SimdWidths.Best);
        }

        public ReadOnlySpan<float> Predict(ReadOnlySpan<int> tokens)
        {
            _batch.Fill(tokens, Vocabulary.EmptyToken);
            _stack.Begin(_batch, training: false, 0);
            _head.Begin(_batch, training: false, 0);
            for (var i = 0; i < _stack.ChunkCount; i++)
            {
                var chunk = _stack.GetChunk(i);
                _stack.Forward(chunk, training: false);
                _head.Forward(chunk);
            }
            _head.Finish();
            return _head.Probabilities(0);
        }
    }
}
