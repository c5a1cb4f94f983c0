using Microsoft.ML.RevRnn.Heads;
using Microsoft.ML.RevRnn.Models;
using Microsoft.ML.RevRnn.Networks;

namespace Microsoft.ML.RevRnn;

/// <summary>
/// A text that a language model reads and goes on with. It keeps the model's state, so each further token costs one step, however long the text. For one
/// thread at a time; a model can have any number of them.
/// </summary>
public sealed class LanguageModelSession : IPooledSession
{
    private readonly NetworkSession<NextTokenReader> _session;
    private readonly EncoderStates _states;
    private readonly float[] _logProbabilities;
    private readonly float[] _context;
    private double _loss;
    private bool _isScored;

    /// <param name="parameters">The model.</param>
    /// <param name="weights">What the sessions of the model share.</param>
    /// <param name="cache">Adapts it to the text; null for none.</param>
    /// <param name="context">[C]; the session's own. Empty of a model without.</param>
    internal LanguageModelSession(NetworkParameters parameters, SharedWeights weights, CacheOptions? cache, float[] context)
        : this(parameters, weights, cache?.Effective is { } effective ? stride => new CachedTokens(effective, stride) : null, context) => Cache = cache?.Effective;

    /// <param name="parameters">The model.</param>
    /// <param name="weights">What the sessions of the model share.</param>
    /// <param name="createMemory">Makes what is kept of the text, for outputs of a length; null for nothing.</param>
    /// <param name="context">[C]; the session's own. Empty of a model without.</param>
    internal LanguageModelSession(NetworkParameters parameters, SharedWeights weights, Func<int, ITokenMemory>? createMemory, float[] context)
    {
        _context = context;
        _session = new(parameters.Encoder, weights, encoder => new NextTokenReader(parameters.Output, encoder, createMemory), contexts: [_context]);
        _states = _session.Encoder.CreateStates();
        _logProbabilities = new float[parameters.Output.Outcomes];
        Restart();
    }

    /// <summary>V.</summary>
    public int VocabularySize => _logProbabilities.Length;

    /// <summary>Adapts the model to the text as it is read; null for the model as it is. It is forgotten with a <see cref="Restart"/>.</summary>
    public CacheOptions? Cache { get; }

    /// <summary>[C]: what the text is about, as the model is told; empty of a model without.</summary>
    public ReadOnlySpan<float> Context => _context;

    /// <summary>Tokens read so far.</summary>
    public long TokenCount { get; private set; }

    /// <summary>log p of the tokens read so far, in nats; without that of an end.</summary>
    public double LogLikelihood => 0 - _loss;

    /// <summary>[V]: log p of each token as the next one. Valid until more is read.</summary>
    /// <exception cref="InvalidOperationException">Weights are so large that there is no finite result.</exception>
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
        _session.Head.Forget();
        Advance([Vocabulary.EmptyToken], continues: false);
        TokenCount = 0;
        _loss = 0;
    }

    /// <summary>Reads one more token.</summary>
    /// <exception cref="ArgumentException">It is not in the vocabulary.</exception>
    /// <exception cref="InvalidOperationException">Weights are so large that there is no finite result.</exception>
    public void Read(int token) => Read([token]);

    /// <summary>Reads more tokens.</summary>
    /// <exception cref="ArgumentException">A token is not in the vocabulary; none was read.</exception>
    /// <exception cref="InvalidOperationException">Weights are so large that there is no finite result.</exception>
    public void Read(ReadOnlySpan<int> tokens)
    {
        TrainingInput.CheckTokens(tokens, VocabularySize);
        if (tokens.IsEmpty)
            return;
        // The first token's probability is at hand; those of the others come with them, added one by one however the text is cut.
        ScoreNext();
        _loss += _session.Head.Read(tokens[0]);
        TokenCount += tokens.Length;
        Advance(tokens, continues: true);
        ResultCheck.Finite(_loss);
    }

    /// <summary>
    /// Goes on with the text: chooses tokens, reads them, and gives each as soon as it is chosen. Ends after <see cref="GenerationOptions.MaximumTokens"/> or before the
    /// end of the text, which is not read. Stop strings are of texts, not of tokens, and have no meaning here.
    /// </summary>
    /// <param name="options">How to choose.</param>
    /// <param name="cancellationToken">Ends it before the next token is chosen.</param>
    /// <exception cref="ArgumentException">An option is out of its range, or the options have a cache that the session was not created with.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled; tokens given so far have been read.</exception>
    /// <exception cref="InvalidOperationException">Weights are so large that there is no finite result.</exception>
    public IEnumerable<int> Generate(GenerationOptions options, CancellationToken cancellationToken = default)
    {
        return Generate(options, () => null, cancellationToken);
    }

    /// <param name="options">How to choose.</param>
    /// <param name="allows">Asked before each token: which ones may be chosen, null for all.</param>
    /// <param name="cancellationToken">Ends it before the next token is chosen.</param>
    internal IEnumerable<int> Generate(GenerationOptions options, Func<Predicate<int>?> allows, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        if (options.Cache?.Effective is { } cache && cache != Cache)
        {
            throw new ArgumentException(
                $"{nameof(GenerationOptions)}.{nameof(GenerationOptions.Cache)} is set, and the session was created without it, so that it has kept nothing of what it read; " +
                "give the cache to what creates the session.", nameof(options));
        }
        return GenerateTokens(options, allows, cancellationToken);
    }

    /// <summary>Texts from the next beginning on have this context.</summary>
    internal void SetContext(ReadOnlySpan<float> context) => context.CopyTo(_context);

    /// <summary>log p of a text of its own, from its beginning to its end. The session then stands where it ends.</summary>
    internal SequenceScore Score(ReadOnlySpan<int> tokens)
    {
        Restart();
        Read(tokens);
        ScoreNext();
        var score = new SequenceScore(LogLikelihood - _session.Head.CrossEntropy(Vocabulary.EmptyToken, _logProbabilities), TokenCount + 1);
        ResultCheck.Finite(score.LogLikelihood);
        return score;
    }

    /// <summary>log p of texts together, their ends included, each as it follows the one before or from a beginning of its own.</summary>
    internal SequenceScore ReadAll(IEnumerable<int[]> texts, bool carriesOver)
    {
        var sum = default(SequenceScore);
        foreach (var text in texts)
        {
            ArgumentNullException.ThrowIfNull(text, nameof(texts));
            Read(text);
            Read(Vocabulary.EmptyToken);
            if (carriesOver)
                continue;
            sum += new SequenceScore(LogLikelihood, TokenCount);
            Restart();
        }
        return sum + new SequenceScore(LogLikelihood, TokenCount);
    }

    private IEnumerable<int> GenerateTokens(GenerationOptions options, Func<Predicate<int>?> allows, CancellationToken cancellationToken)
    {
        var sampler = new TokenSampler(options, VocabularySize);
        for (var i = 0; i < options.MaximumTokens; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var token = sampler.Choose(LogProbabilities, allows());
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
            _session.Head.LogProbabilities(_logProbabilities);
        _isScored = true;
    }

    /// <summary>Runs the tokens and adds the cross-entropies of all but the first.</summary>
    private void Advance(ReadOnlySpan<int> tokens, bool continues)
    {
        _session.Head.Loss = _loss;
        _session.Run(tokens, continues ? _states : null, _states);
        _loss = _session.Head.Loss;
        _isScored = false;
        _session.Release();
    }

    /// <summary>Nothing is left: it is given back after each piece of a text.</summary>
    void IPooledSession.Release()
    {
    }
}
