using System.Collections.Concurrent;
using System.Text;

namespace Microsoft.ML.RevRnn.Translations;

/// <summary>A model with the tokens of both sides: from what a row has to what its translation is. Safe for use from many threads.</summary>
/// <param name="model">The model.</param>
/// <param name="tokens">How both sides are cut.</param>
/// <param name="copiesUnknown">Whether an unknown token of a translation becomes the piece of the source that most attention was on.</param>
internal sealed class Translator(TranslationModel model, TranslationTokens tokens, bool copiesUnknown)
{
    private static readonly Translation _empty = new([], 0, 0, [], IsComplete: true);

    private readonly ConcurrentBag<TranslationSession> _free = [];

    public TranslationModel Model => model;

    public TranslationTokens Tokens => tokens;

    public bool CopiesUnknown => copiesUnknown;

    /// <summary>The best translation; of an empty source the empty one.</summary>
    public Translation Translate(SideValue source, DecodingOptions decoding, CancellationToken cancellationToken = default)
        => source.Tokens(tokens.Source) is { Length: > 0 } read ? Use(session => session.Translate(read, decoding, cancellationToken)) : _empty;

    /// <summary>The same of several sources, side by side, to the bit.</summary>
    public Translation[] Translate(IReadOnlyList<SideValue> sources, DecodingOptions decoding, CancellationToken cancellationToken = default)
    {
        int[][] read = [.. sources.Select(source => source.Tokens(tokens.Source))];
        return Use(session => session.TranslateAll(read, decoding, cancellationToken));
    }

    /// <summary>The best translations, best first; of an empty source the empty one.</summary>
    public Translation[] TranslateBest(SideValue source, int count, DecodingOptions decoding, CancellationToken cancellationToken)
        => source.Tokens(tokens.Source) is { Length: > 0 } read ? Use(session => session.TranslateBest(read, count, decoding, cancellationToken)) : [_empty];

    /// <summary>log p of a target.</summary>
    public TranslationScore Score(SideValue source, SideValue target) => model.Score(source.Tokens(tokens.Source), target.Tokens(tokens.Target));

    /// <summary>The text of a translation.</summary>
    public string Text(SideValue source, Translation translation)
    {
        var copied = Copied(source);
        var assembler = tokens.Target.Tokenizer!.CreateAssembler();
        var text = new StringBuilder();
        for (var i = 0; i < translation.Tokens.Count; i++)
            text.Append(assembler.Append(translation.Tokens[i], copied(translation.Tokens[i], translation.Alignment[i])));
        return text.Append(assembler.Finish()).ToString();
    }

    /// <summary>A translation with the pieces of both sides.</summary>
    public TranslatedText WithPieces(string source, Translation translation)
    {
        var value = new SideValue(source, null);
        var copied = Copied(value);
        var target = tokens.Target.Tokenizer!;
        return new TranslatedText
        {
            Source = source,
            Text = Text(value, translation),
            LogProbability = translation.LogProbability,
            Score = translation.Score,
            SourcePieces = value.IsEmpty ? [] : tokens.Source.Tokenizer!.Pieces(source),
            Pieces = [.. translation.Tokens.Select((token, i) => copied(token, translation.Alignment[i]) ?? target.Token(token))],
            Alignment = translation.Alignment,
        };
    }

    /// <summary>The keys of a translation: token k + 1 is key k, and an unknown one the missing key, 0.</summary>
    public static uint[] Keys(Translation translation) => [.. translation.Tokens.Select(token => (uint)Math.Max(0, token - 1))];

    /// <summary>A translation as it is compared with others: text, or numbers of keys with spaces between.</summary>
    public string Output(SideValue source, Translation translation)
        => tokens.Target.Tokenizer != null ? Text(source, translation) : string.Join(' ', Keys(translation));

    /// <summary>A target as it is compared with translations.</summary>
    public static string Output(SideValue target) => target.Keys == null ? target.Text! : string.Join(' ', target.Keys.Select(token => token - 1));

    /// <summary>How BLEU is computed unless it is said.</summary>
    public BleuOptions BleuOptions => new() { Tokenization = tokens.Target.Tokenizer != null ? BleuTokenization.Mteval13a : BleuTokenization.None };

    /// <summary>The text of a translation piece by piece, as soon as each is known: the most likely token each time.</summary>
    public IEnumerable<string> Stream(string source, int? maximumLength, CancellationToken cancellationToken)
    {
        var value = new SideValue(source, null);
        var read = value.Tokens(tokens.Source);
        if (read.Length == 0)
            yield break;
        var session = Take();
        var copied = Copied(value);
        var assembler = tokens.Target.Tokenizer!.CreateAssembler();
        foreach (var (token, alignment) in session.Stream(read, maximumLength, cancellationToken))
        {
            if (assembler.Append(token, copied(token, alignment)) is { Length: > 0 } piece)
                yield return piece;
        }
        // One that was left in the middle is not given back.
        _free.Add(session);
        if (assembler.Finish() is { Length: > 0 } rest)
            yield return rest;
    }

    /// <summary>What stands for a token of a translation, with the place of the source that most attention was on, if it is unknown; null for what it is called.</summary>
    private Func<int, int, string?> Copied(SideValue source)
    {
        if (!copiesUnknown || source.IsEmpty || tokens.Source.Tokenizer is not { } tokenizer)
            return (_, _) => null;
        IReadOnlyList<string>? pieces = null;
        return (token, place) => token == TextTokenizer.UnknownToken ? (pieces ??= tokenizer.Pieces(source.Text))[place].Trim() : null;
    }

    private T Use<T>(Func<TranslationSession, T> use)
    {
        var session = Take();
        var result = use(session);
        // One that failed is not given back.
        _free.Add(session);
        return result;
    }

    private TranslationSession Take() => _free.TryTake(out var session) ? session : model.CreateSession();
}
