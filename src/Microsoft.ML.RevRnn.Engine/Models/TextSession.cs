using System.Runtime.InteropServices;
using Microsoft.ML.RevRnn.Compute;
using Microsoft.ML.RevRnn.Models;

namespace Microsoft.ML.RevRnn;

/// <summary>
/// A text that a language model reads and goes on with, by its tokenizer: <see cref="LanguageModelSession"/> in terms of text. It keeps the model's state, so
/// each further token costs one step, however long the text. For one thread at a time.
/// </summary>
public sealed class TextSession
{
    private readonly TextTokenizer _tokenizer;
    private readonly LanguageModelSession _session;
    private readonly HeldSpace _held;
    private TextAssembler _assembler;

    /// <summary>How much white space of what the assembler gives next was read and is not to be given back.</summary>
    private int _given;

    /// <summary>Begins a text.</summary>
    /// <param name="model">The model that reads and writes.</param>
    /// <param name="tokenizer">The one that it was trained with.</param>
    /// <param name="cache">Adapts the model to the text as it is read; null for the model as it is.</param>
    /// <param name="context">[C]: what the text is about; empty of a model without contexts.</param>
    /// <exception cref="ArgumentException">Model and tokenizer have vocabularies of different sizes, the context has another length, or an option of the cache is out of its range.</exception>
    public TextSession(LanguageModel model, TextTokenizer tokenizer, CacheOptions? cache = null, ReadOnlySpan<float> context = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(tokenizer);
        if (model.VocabularySize != tokenizer.Size)
            throw new ArgumentException($"The model has {model.VocabularySize} tokens, and the tokenizer {tokenizer.Size}.", nameof(tokenizer));
        _tokenizer = tokenizer;
        _session = model.CreateSession(cache, context);
        _held = new HeldSpace(tokenizer);
        _assembler = tokenizer.CreateAssembler();
    }

    /// <summary>Tokens read and written so far.</summary>
    public long TokenCount => _session.TokenCount;

    /// <summary>log p of the text so far, in nats.</summary>
    public double LogLikelihood => _session.LogLikelihood;

    /// <summary>Goes back to the beginning of a text.</summary>
    public void Restart()
    {
        _session.Restart();
        _assembler = _tokenizer.CreateAssembler();
        _held.Clear();
        _given = 0;
    }

    /// <summary>
    /// Reads a piece of text. What the tokenizer does not know is read as unknown. Pieces are cut into tokens each by itself, so they should end where a token does:
    /// anywhere for characters and bytes, between words otherwise.
    /// </summary>
    /// <remarks>
    /// White space at the end is not given again by <see cref="Generate"/>. In byte pairs a space is often one token with what follows, so it is held back until that is
    /// known: <see cref="TokenCount"/> and <see cref="LogLikelihood"/> are without it, and the next token is one that begins with it.
    /// </remarks>
    public void Read(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (text.Length == 0)
            return;
        ReadTokens(_held.TakePartialCharacter());
        var (certain, held) = _held.Split(text);
        ReadTokens(_tokenizer.Encode(certain));
        _assembler.Finish();
        var spaceBetweenWords = _tokenizer.Kind == TokenKind.Words && char.IsWhiteSpace(text[^1]);
        _given = spaceBetweenWords ? 1 : held;
    }

    /// <summary>
    /// The tokens that are most likely to come next, in descending order of their probability. Behind white space that is held back (<see cref="Read"/>) they are those that
    /// begin with it, and their probabilities are given that one of them comes.
    /// </summary>
    /// <param name="count">How many, 1 to the vocabulary's size; there may be fewer.</param>
    /// <param name="includesReserved">
    /// Whether <see cref="TextTokenizer.BoundaryToken"/>, the end of the text, and <see cref="TextTokenizer.UnknownToken"/> are among them; they are no text.
    /// </param>
    /// <exception cref="InvalidOperationException">Weights are so large that there is no finite result.</exception>
    public IReadOnlyList<TokenProbability> NextTokens(int count, bool includesReserved = false)
    {
        OptionCheck.Range(nameof(count), count, 1, _tokenizer.Size);
        var scores = _session.LogProbabilities;
        var keys = new List<float>(scores.Length);
        var tokens = new List<int>(scores.Length);
        var total = 0.0;
        for (var token = includesReserved ? 0 : TextTokenizer.ReservedTokens; token < scores.Length; token++)
        {
            if (!_held.IsEmpty && !_held.Allows(token))
                continue;
            keys.Add(-scores[token]);
            tokens.Add(token);
            total += _held.IsEmpty ? 0 : HostMath.ExpSingle(scores[token]);
        }
        CollectionsMarshal.AsSpan(keys).Sort(CollectionsMarshal.AsSpan(tokens));
        var whole = _held.IsEmpty ? 1 : (float)total;
        var next = new TokenProbability[Math.Min(count, tokens.Count)];
        for (var i = 0; i < next.Length; i++)
            next[i] = new TokenProbability(tokens[i], _tokenizer.Token(tokens[i]), HostMath.ExpSingle(-keys[i]) / whole);
        return next;
    }

    /// <summary>
    /// Goes on with the text, and gives it piece by piece as it is written. It ends after <see cref="GenerationOptions.MaximumTokens"/>, where the model says that it
    /// ends, or before a stop string, of which nothing is given. What has been given, and a stop string, have been read when it ends.
    /// </summary>
    /// <param name="options">How to choose tokens.</param>
    /// <param name="cancellationToken">Ends it before the next token is chosen.</param>
    /// <exception cref="ArgumentException">An option is out of its range, a stop string is empty, or the options have a cache that the session was not created with.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public IEnumerable<string> Generate(GenerationOptions? options = null, CancellationToken cancellationToken = default)
    {
        options ??= new GenerationOptions();
        var tokens = _session.Generate(options, () => _held.IsEmpty ? null : _held.Allows, cancellationToken);
        return options.StopStrings.Count == 0 ? Pieces(tokens) : new StopStrings(options.StopStrings).Cut(Pieces(tokens));
    }

    private IEnumerable<string> Pieces(IEnumerable<int> tokens)
    {
        foreach (var token in tokens)
        {
            _held.Take(token);
            if (NotGiven(_assembler.Append(token)) is { Length: > 0 } piece)
                yield return piece;
        }
        if (NotGiven(_assembler.Finish()) is { Length: > 0 } rest)
            yield return rest;
    }

    /// <summary>What of a piece was not read before. A word without a space before it, such as a comma, has none to leave out.</summary>
    private string NotGiven(string piece)
    {
        if (_given == 0 || piece.Length == 0)
            return piece;
        if (_tokenizer.Kind == TokenKind.Words)
        {
            _given = 0;
            return piece.TrimStart(' ');
        }
        var left = Math.Min(_given, piece.Length);
        _given -= left;
        return piece[left..];
    }

    private void ReadTokens(int[] tokens)
    {
        _session.Read(tokens);
        // What is written next depends on what it follows: a word has a space before it.
        foreach (var token in tokens)
            _assembler.Append(token);
    }
}
