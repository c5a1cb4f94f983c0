using System.Text;
using Microsoft.ML.RevRnn.Text;

namespace Microsoft.ML.RevRnn;

/// <summary>
/// Text as token numbers and back. Numbers 0 and 1 are reserved, the rest are the kind's own: see <see cref="TokenKind"/>.
/// </summary>
/// <remarks>Immutable and safe for use from many threads.</remarks>
public abstract class TextTokenizer
{
    /// <summary>The token of a text's start and end, and so what stands between two; it stands for a text without tokens too.</summary>
    public const int BoundaryToken = 0;

    /// <summary>The token of whatever is not known.</summary>
    public const int UnknownToken = 1;

    internal const int ReservedTokens = 2;
    internal const string UnknownName = "<unk>";
    private const string BoundaryName = "<boundary>";

    private protected TextTokenizer(TextNormalization normalization) => Normalization = normalization;

    /// <summary>What a token is.</summary>
    public abstract TokenKind Kind { get; }

    /// <summary>What is done to a text before it is cut into tokens, so that the tokens are those of the normalized text.</summary>
    public TextNormalization Normalization { get; }

    /// <summary>Whether round brackets in a text are its parse, see <see cref="VocabularyOptions.ReadsBrackets"/>.</summary>
    public virtual bool ReadsBrackets => false;

    /// <summary>V: the number of tokens, the two reserved ones included.</summary>
    public abstract int Size { get; }

    /// <summary>Learns from texts which tokens there are. The order of the texts does not matter.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    /// <exception cref="ArgumentException">Byte pairs are asked for, and the texts have more than 2 GB of distinct words.</exception>
    public static TextTokenizer Learn(IReadOnlyList<ReadOnlyMemory<char>> texts, VocabularyOptions options) => Learn(texts, options, vectors: null);

    /// <summary>
    /// The same for a network that starts from word vectors: words of the texts that have one are known even if they occur less often than <see
    /// cref="VocabularyOptions.MinimumCount"/>, and with <see cref="WordVectorOptions.AddsUnseenWords"/> words of the file that the texts do not have. Other kinds of tokens
    /// are what they are without vectors.
    /// </summary>
    /// <param name="texts">The texts.</param>
    /// <param name="options">How they are cut into tokens and which are known.</param>
    /// <param name="vectors">The vectors; null for none. Their file is read where the tokens depend on it.</param>
    /// <param name="progress">Told which part of the file has been read, 0 to 1.</param>
    /// <param name="cancellationToken">Ends the reading of the file.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    /// <exception cref="ArgumentException">The vectors are for no tokens of this kind; or byte pairs are asked for, and the texts have more than 2 GB of distinct words.</exception>
    /// <exception cref="IOException">There is no such file, or it cannot be read.</exception>
    /// <exception cref="FormatException">The file has no word vectors; the message names file, line and what is wrong.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static TextTokenizer Learn(
        IReadOnlyList<ReadOnlyMemory<char>> texts,
        VocabularyOptions options,
        WordVectorOptions? vectors,
        IProgress<double>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(texts);
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        vectors?.Validate(options.Kind);
        if (options.ReadsBrackets)
            return new BracketTokenizer(Learn([.. texts.Select(BracketTokenizer.Plain)], options with { ReadsBrackets = false }, vectors, progress, cancellationToken));
        return options.Kind switch
        {
            TokenKind.Words => Vocabulary.Learn(texts, options, vectors, progress, cancellationToken),
            TokenKind.Characters => CharacterTokenizer.Learn(texts, options),
            TokenKind.Bytes => new ByteTokenizer(options.NormalizationOfKind),
            _ => BytePairTokenizer.Learn(texts, options),
        };
    }

    /// <summary>Reads what <see cref="Save"/> wrote.</summary>
    /// <exception cref="FormatException">The content is damaged or from a newer version.</exception>
    public static TextTokenizer Load(BinaryReader reader)
    {
        ArgumentNullException.ThrowIfNull(reader);
        try
        {
            var tag = reader.ReadByte();
            if ((tag & BracketTokenizer.Flag) == 0)
                return LoadContent((TokenKind)tag, reader);
            var within = reader.ReadByte();
            return within == (tag & ~BracketTokenizer.Flag)
                ? new BracketTokenizer(LoadContent((TokenKind)within, reader))
                : throw new FormatException($"The tokenizer is damaged: its kind is {tag}, with brackets, and what is within them is of kind {within}.");
        }
        catch (Exception failure) when (failure is IOException or DecoderFallbackException or ArgumentException)
        {
            throw new FormatException("The tokenizer is damaged: " + failure.Message, failure);
        }
    }

    /// <summary>The token numbers of a text, [T]; empty for a text without tokens. <see cref="BoundaryToken"/> is not among them, but for joins where brackets are read.</summary>
    public abstract int[] Encode(ReadOnlySpan<char> text);

    /// <summary>
    /// [T]: what each token of <see cref="Encode"/> is in the text: words and characters as they are written there, known or not; of the other kinds the names of
    /// <see cref="Token"/>.
    /// </summary>
    public virtual string[] Pieces(ReadOnlySpan<char> text) => Array.ConvertAll(Encode(text), Token);

    /// <summary>The share of unknown tokens, 0 to 1; 0 where there are no tokens. Boundaries do not count. Of training texts it tells how much of them a model will not see.</summary>
    /// <param name="texts">Token numbers of each text.</param>
    public static double UnknownShare(IReadOnlyList<int[]> texts)
    {
        ArgumentNullException.ThrowIfNull(texts);
        long unknown = 0;
        long total = 0;
        foreach (var tokens in texts)
        {
            unknown += tokens.AsSpan().Count(UnknownToken);
            total += tokens.Length - tokens.AsSpan().Count(BoundaryToken);
        }
        return total == 0 ? 0 : (double)unknown / total;
    }

    /// <summary>What a token stands for, for display; of a reserved token a name in angle brackets.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such token.</exception>
    public string Token(int token)
    {
        OptionCheck.Range(nameof(token), token, 0, Size - 1);
        return token switch
        {
            BoundaryToken => BoundaryName,
            UnknownToken => UnknownName,
            _ => KnownToken(token),
        };
    }

    /// <summary>The text of tokens, [T].</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such token.</exception>
    public string Decode(ReadOnlySpan<int> tokens)
    {
        var assembler = CreateAssembler();
        var text = new StringBuilder();
        foreach (var token in tokens)
            text.Append(assembler.Append(token));
        return text.Append(assembler.Finish()).ToString();
    }

    /// <summary>What turns tokens into text one by one.</summary>
    public abstract TextAssembler CreateAssembler();

    /// <summary>Writes: byte kind, of a tokenizer that reads brackets and 128, and then the one of what is within; then the kind's own content, which begins with an int32 version.</summary>
    public void Save(BinaryWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.Write(Tag);
        SaveContent(writer);
    }

    /// <summary>Says what this is, in its saved form.</summary>
    internal virtual byte Tag => (byte)Kind;

    /// <summary>What finds the tokens of written words; null where tokens are no words.</summary>
    internal virtual WordMatcher? CreateWordMatcher() => null;

    private static TextTokenizer LoadContent(TokenKind kind, BinaryReader reader) => kind switch
    {
        TokenKind.Words => Vocabulary.LoadContent(reader),
        TokenKind.Characters => CharacterTokenizer.LoadContent(reader),
        TokenKind.Bytes => ByteTokenizer.LoadContent(reader),
        TokenKind.BytePairs => BytePairTokenizer.LoadContent(reader),
        _ => throw new FormatException($"The tokenizer is damaged: its kind is {kind}."),
    };

    /// <summary>The texts as they are to be learned from.</summary>
    private protected static IReadOnlyList<ReadOnlyMemory<char>> Normalize(IReadOnlyList<ReadOnlyMemory<char>> texts, VocabularyOptions options) =>
        options.NormalizationOfKind == TextNormalization.None ? texts : [.. texts.Select(text => TextNormalizer.Apply(text, options.NormalizationOfKind))];

    private protected abstract string KnownToken(int token);

    private protected abstract void SaveContent(BinaryWriter writer);
}
