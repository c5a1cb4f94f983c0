using Microsoft.ML.RevRnn.LanguageModels;

namespace Microsoft.ML.RevRnn;

/// <summary>
/// A language model that was told what a text is about: it writes and reads texts of that kind. Made by <see cref="RevLanguageModelTransformer.Given(string)"/>. Immutable and safe for use from
/// many threads.
/// </summary>
public sealed class RevConditionedLanguageModel
{
    private readonly LanguageModel _model;
    private readonly Func<TextTokenizer> _tokenizer;
    private readonly float[] _context;

    /// <param name="model">The model.</param>
    /// <param name="tokenizer">Gives its tokenizer; throws where it has none.</param>
    /// <param name="context">[C].</param>
    internal RevConditionedLanguageModel(LanguageModel model, Func<TextTokenizer> tokenizer, float[] context)
    {
        _model = model;
        _tokenizer = tokenizer;
        _context = context;
    }

    /// <summary>[C]: what the model was told; of a label or key a 1 at its place, and zeros.</summary>
    public ReadOnlySpan<float> Context => _context;

    /// <inheritdoc cref="RevLanguageModelTransformer.StartText"/>
    public TextSession StartText(string prompt = "", CacheOptions? cache = null)
    {
        ArgumentNullException.ThrowIfNull(prompt);
        var session = new TextSession(_model, _tokenizer(), cache, _context);
        session.Read(prompt);
        return session;
    }

    /// <inheritdoc cref="RevLanguageModelTransformer.StartTokens"/>
    public LanguageModelSession StartTokens(CacheOptions? cache = null) => _model.CreateSession(cache, _context);

    /// <inheritdoc cref="RevLanguageModelTransformer.Generate"/>
    public IEnumerable<string> Generate(string prompt = "", GenerationOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(prompt);
        _tokenizer();
        options ??= new GenerationOptions();
        options.Validate();
        return GeneratedText.Pieces(() => StartText(prompt, options.Cache), options, cancellationToken);
    }

    /// <summary>log p of a text of this kind, its end included.</summary>
    /// <param name="text">The text. What the model does not know is read as unknown.</param>
    /// <exception cref="InvalidOperationException">The model is of key vectors.</exception>
    public SequenceScore Score(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return _model.Score(_tokenizer().Encode(text), cache: null, _context);
    }
}
