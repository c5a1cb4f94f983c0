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
    private TextAssembler _assembler;

    /// <summary>Begins a text.</summary>
    /// <param name="model">The model that reads and writes.</param>
    /// <param name="tokenizer">The one that it was trained with.</param>
    /// <exception cref="ArgumentException">Model and tokenizer have vocabularies of different sizes.</exception>
    public TextSession(LanguageModel model, TextTokenizer tokenizer)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(tokenizer);
        if (model.VocabularySize != tokenizer.Size)
            throw new ArgumentException($"The model has {model.VocabularySize} tokens, and the tokenizer {tokenizer.Size}.", nameof(tokenizer));
        _tokenizer = tokenizer;
        _session = model.CreateSession();
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
    }

    /// <summary>
    /// Reads a piece of text. What the tokenizer does not know is read as unknown. Pieces are cut into tokens each by itself, so they should end where a token does:
    /// anywhere for characters and bytes, between words otherwise.
    /// </summary>
    public void Read(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var tokens = _tokenizer.Encode(text);
        _session.Read(tokens);
        // What is written next depends on what it follows: a word has a space before it.
        foreach (var token in tokens)
            _assembler.Append(token);
        _assembler.Finish();
    }

    /// <summary>The tokens that are most likely to come next, in descending order of their probability.</summary>
    /// <param name="count">How many, 1 to the vocabulary's size.</param>
    public IReadOnlyList<TokenProbability> NextTokens(int count)
    {
        OptionCheck.Range(nameof(count), count, 1, _tokenizer.Size);
        var scores = _session.LogProbabilities;
        var keys = scores.ToArray();
        var tokens = new int[keys.Length];
        for (var i = 0; i < tokens.Length; i++)
        {
            keys[i] = -keys[i];
            tokens[i] = i;
        }
        Array.Sort(keys, tokens);
        var next = new TokenProbability[count];
        for (var i = 0; i < count; i++)
            next[i] = new TokenProbability(tokens[i], _tokenizer.Token(tokens[i]), HostMath.ExpSingle(-keys[i]));
        return next;
    }

    /// <summary>
    /// Goes on with the text, and gives it piece by piece as it is written. It ends after <see cref="GenerationOptions.MaximumTokens"/>, where the model says that it
    /// ends, or before a stop string, of which nothing is given. What has been given, and a stop string, have been read when it ends.
    /// </summary>
    /// <param name="options">How to choose tokens.</param>
    /// <param name="cancellationToken">Ends it before the next token is chosen.</param>
    /// <exception cref="ArgumentException">An option is out of its range, or a stop string is empty.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public IEnumerable<string> Generate(GenerationOptions? options = null, CancellationToken cancellationToken = default)
    {
        options ??= new GenerationOptions();
        var tokens = _session.Generate(options, cancellationToken);
        return options.StopStrings.Count == 0 ? Pieces(tokens) : new StopStrings(options.StopStrings).Cut(Pieces(tokens));
    }

    private IEnumerable<string> Pieces(IEnumerable<int> tokens)
    {
        foreach (var token in tokens)
        {
            if (_assembler.Append(token) is { Length: > 0 } piece)
                yield return piece;
        }
        if (_assembler.Finish() is { Length: > 0 } rest)
            yield return rest;
    }
}
