using Microsoft.ML.RevRnn.Cells;
using Microsoft.ML.RevRnn.Compute;
using Microsoft.ML.RevRnn.Networks;
using Microsoft.ML.RevRnn.Tasks;

namespace Microsoft.ML.RevRnn;

/// <summary>
/// A text that a language model reads and goes on with. It keeps the model's state, so each further token costs one step, however long the text. For one
/// thread at a time; a model can have any number of them.
/// </summary>
public sealed unsafe class LanguageModelSession
{
    private readonly LanguageModelParameters _parameters;
    private readonly RecurrentStack _stack;
    private readonly NextTokenHead _head;
    private readonly PackedBatch _batch = new();
    private readonly float[] _logProbabilities;
    private float* _output;
    private double _loss;
    private bool _isScored;

    internal LanguageModelSession(LanguageModelParameters parameters)
    {
        _parameters = parameters;
        var team = new WorkerTeam(1);
        _stack = new RecurrentStack(parameters.Stack, CellArithmetic.Inference, ActivationStrategy.Reversible, DropoutRates.None, team, SimdWidths.Best);
        _stack.PackWeights(forTraining: false);
        _head = new NextTokenHead(parameters, _stack, 0, team, SimdWidths.Best);
        _head.PackWeights(forTraining: false);
        _logProbabilities = new float[parameters.Weight.Rows];
        Restart();
    }

    /// <summary>V.</summary>
    public int VocabularySize => _logProbabilities.Length;

    /// <summary>Tokens read so far.</summary>
    public long TokenCount { get; private set; }

    /// <summary>log p of the tokens read so far, in nats; without that of an end.</summary>
    public double LogLikelihood => 0 - _loss;

    /// <summary>[V]: log p of each token as the next one. Valid until more is read.</summary>
    public ReadOnlySpan<float> LogProbabilities
    {
        get
        {
            ScoreNext();
            return _logProbabilities;
        }
    }

    /// <summary>Goes back to the beginning of a text.</summary>
    public void Restart()
    {
        Advance([Vocabulary.EmptyToken], continues: false);
        TokenCount = 0;
        _loss = 0;
    }

    /// <summary>Reads one more token.</summary>
    /// <exception cref="ArgumentException">It is not in the vocabulary.</exception>
    public void Read(int token) => Read([token]);

    /// <summary>Reads more tokens.</summary>
    /// <exception cref="ArgumentException">A token is not in the vocabulary; none was read.</exception>
    public void Read(ReadOnlySpan<int> tokens)
    {
        TrainingInput.CheckTokens(tokens, VocabularySize);
        if (tokens.IsEmpty)
            return;
        // The first token's probability is at hand; those of the others come with them, added one by one however the text is cut.
        ScoreNext();
        _loss += _head.CrossEntropy(tokens[0]);
        TokenCount += tokens.Length;
        Advance(tokens, continues: true);
    }

    /// <summary>
    /// Goes on with the text: chooses tokens, reads them, and gives each as soon as it is chosen. Ends after <see cref="GenerationOptions.MaximumTokens"/> or before the
    /// end of the text, which is not read. Stop strings are of texts, not of tokens, and have no meaning here.
    /// </summary>
    /// <param name="options">How to choose.</param>
    /// <param name="cancellationToken">Ends it before the next token is chosen.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled; tokens given so far have been read.</exception>
    public IEnumerable<int> Generate(GenerationOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        return GenerateTokens(options, cancellationToken);
    }

    /// <summary>log p of a text of its own, from its beginning to its end. The session then stands where it ends.</summary>
    internal SequenceScore Score(ReadOnlySpan<int> tokens)
    {
        Restart();
        Read(tokens);
        ScoreNext();
        return new SequenceScore(LogLikelihood - _head.CrossEntropy(Vocabulary.EmptyToken), TokenCount + 1);
    }

    private IEnumerable<int> GenerateTokens(GenerationOptions options, CancellationToken cancellationToken)
    {
        var sampler = new TokenSampler(options, VocabularySize);
        for (var i = 0; i < options.MaximumTokens; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var token = sampler.Choose(LogProbabilities);
            if (token == Vocabulary.EmptyToken)
                yield break;
            sampler.Note(token);
            Read(token);
            yield return token;
        }
    }

    /// <summary>Brings the probabilities of the next token up to date.</summary>
    private void ScoreNext()
    {
        if (!_isScored)
            _head.LogProbabilities(_output, _logProbabilities);
        _isScored = true;
    }

    /// <summary>Runs the tokens and adds the cross-entropies of all but the first.</summary>
    private void Advance(ReadOnlySpan<int> tokens, bool continues)
    {
        _batch.Fill(tokens, Vocabulary.EmptyToken);
        _stack.Begin(_batch, training: false, 0, continues);
        _isScored = false;
        for (var i = 0; i < _stack.ChunkCount; i++)
        {
            var chunk = _stack.GetChunk(i);
            _stack.Forward(chunk, training: false);
            _output = _stack.Outputs(chunk) + (nint)(chunk.FlatRows - 1) * _stack.OutputStride;
            // What follows the last output has not been read.
            var known = i + 1 < _stack.ChunkCount ? chunk.FlatRows : chunk.FlatRows - 1;
            if (known > 0)
                _loss = _head.Score(chunk, known, new BatchResult(_loss, 0, 0)).LossSum;
        }
    }
}
