using System.Collections.Concurrent;
using Microsoft.ML.RevRnn.Cells;
using Microsoft.ML.RevRnn.Compute;
using Microsoft.ML.RevRnn.Networks;
using Microsoft.ML.RevRnn.Tasks;

namespace Microsoft.ML.RevRnn;

/// <summary>
/// Turns token sequences of any length into vectors of H features: the mean over time of the top layer's hidden state, of a network that was
/// trained to predict the next token. No labels are needed.
/// </summary>
/// <remarks>Immutable and safe for use from many threads. The same tokens give the same features, bit for bit.</remarks>
public sealed class SequenceEncoder
{
    private readonly StackParameters _parameters;
    private readonly ConcurrentBag<Session> _sessions = [];

    private SequenceEncoder(StackParameters parameters) => _parameters = parameters;

    /// <summary>Makes features of a language model's states; it shares the model's weights.</summary>
    public SequenceEncoder(LanguageModel model)
    {
        ArgumentNullException.ThrowIfNull(model);
        _parameters = model.Parameters.Stack;
    }

    /// <summary>H: the number of features.</summary>
    public int FeatureCount => _parameters.Options.UnitsOf(_parameters.Options.Layers - 1);

    /// <summary>V: tokens are numbers from 0 to V - 1.</summary>
    public int VocabularySize => _parameters.Options.Vocabulary;

    /// <summary>The shape of the network.</summary>
    public NetworkOptions Network => ModelFile.Network(_parameters.Options);

    /// <summary>Trains a language model of whole sequences, none of which is cut off, and makes an encoder of it.</summary>
    /// <param name="sequences">Token numbers of each sequence; an empty sequence is read as <see cref="Vocabulary.EmptyToken"/>.</param>
    /// <param name="vocabularySize">V, at least 2.</param>
    /// <param name="network">Shape of the network.</param>
    /// <param name="training">How to train.</param>
    /// <param name="progress">Told where training stands; called on the training thread.</param>
    /// <param name="cancellationToken">Ends training after the batch under way; the best weights so far are returned.</param>
    /// <exception cref="ArgumentException">The data do not fit together; the message says which part.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    /// <exception cref="InvalidOperationException">Training diverged.</exception>
    /// <exception cref="ReversalException">Reversal failed its integrity checks, or the state of a cell without forgetting outgrew its range.</exception>
    public static TrainingResult<SequenceEncoder> Train(
        IReadOnlyList<int[]> sequences,
        int vocabularySize,
        NetworkOptions network,
        TrainingOptions training,
        IProgress<TrainingProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        var model = new LanguageModelOptions { Layout = TextLayout.Documents };
        var result = LanguageModel.Train(sequences, vocabularySize, network, model, training, validation: null, progress, epochEnded: null, cancellationToken);
        return new TrainingResult<SequenceEncoder>(new SequenceEncoder(result.Model), result.Report);
    }

    /// <summary>Features of one sequence.</summary>
    /// <param name="tokens">Token numbers; empty is read as <see cref="Vocabulary.EmptyToken"/>.</param>
    /// <param name="features">[H]: receives the features.</param>
    /// <exception cref="ArgumentException">A token is not in the vocabulary, or the span's length is not H.</exception>
    /// <exception cref="ReversalException">The state of a cell without forgetting outgrew its range.</exception>
    public void Encode(ReadOnlySpan<int> tokens, Span<float> features)
    {
        if (features.Length != FeatureCount)
            throw new ArgumentException($"There are {FeatureCount} features, and room for {features.Length}.", nameof(features));
        TrainingInput.CheckTokens(tokens, VocabularySize);
        if (!_sessions.TryTake(out var session))
            session = new Session(_parameters);
        session.Encode(tokens, features);
        _sessions.Add(session);
    }

    /// <summary>Writes the network; the layout is documented in the source of ModelFile.</summary>
    public void Save(BinaryWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        ModelFile.WriteHeader(writer, ModelKind.Encoder, _parameters.Options);
        ModelFile.WriteParameters(writer, _parameters.All);
    }

    /// <summary>Reads what <see cref="Save"/> wrote, from a seekable stream.</summary>
    /// <exception cref="FormatException">The content is damaged, or from a newer version.</exception>
    public static SequenceEncoder Load(BinaryReader reader)
    {
        ArgumentNullException.ThrowIfNull(reader);
        var (options, _) = ModelFile.ReadHeader(reader, ModelKind.Encoder);
        var parameters = new StackParameters(options);
        ModelFile.ReadParameters(reader, parameters.All);
        return new SequenceEncoder(parameters);
    }

    /// <summary>What one thread needs to encode.</summary>
    private sealed unsafe class Session
    {
        private readonly RecurrentStack _stack;
        private readonly MeanMaxPooling _pooling;
        private readonly PackedBatch _batch = new();
        private int[] _tokens = [Vocabulary.EmptyToken];

        public Session(StackParameters parameters)
        {
            _stack = new RecurrentStack(
                parameters, CellArithmetic.Inference, ActivationStrategy.Reversible, DropoutRates.None, new WorkerTeam(1), SimdWidths.Best);
            _stack.PackWeights(forTraining: false);
            _pooling = MeanMaxPooling.For(SimdWidths.Best, _stack.OutputStride, _stack.Memory);
        }

        public void Encode(ReadOnlySpan<int> tokens, Span<float> features)
        {
            // As in training, a text has a boundary before it.
            if (_tokens.Length <= tokens.Length)
                _tokens = new int[tokens.Length + 1];
            tokens.CopyTo(_tokens.AsSpan(1));
            _batch.Fill(_tokens.AsSpan(0, tokens.Length + 1), Vocabulary.EmptyToken);
            _stack.Begin(_batch, training: false, 0);
            _pooling.Begin(1);
            for (var i = 0; i < _stack.ChunkCount; i++)
            {
                var chunk = _stack.GetChunk(i);
                _stack.Forward(chunk, training: false);
                _pooling.Forward(chunk, _stack.Outputs(chunk), 0, 1);
            }
            _pooling.Finish(_batch);
            for (var unit = 0; unit < features.Length; unit++)
                features[unit] = _pooling.Mean[_stack.TopShape.StateIndex(unit)];
        }
    }
}
