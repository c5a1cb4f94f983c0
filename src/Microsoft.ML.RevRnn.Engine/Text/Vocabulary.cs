using System.Buffers;
using System.Runtime.InteropServices;
using Microsoft.ML.RevRnn.Text;

namespace Microsoft.ML.RevRnn;

/// <summary>
/// Words and their numbers. Number 0 stands for a text without words, 1 for a word that is not known, the rest are the training texts'
/// most frequent words in descending order of frequency. <c>&lt;unk&gt;</c> in a text is read as a word that is not known, as it is meant in
/// the Penn Treebank and WikiText.
/// </summary>
/// <remarks>Immutable and safe for use from many threads.</remarks>
public sealed class Vocabulary : TextTokenizer
{
    /// <summary>The token of a text that has no words.</summary>
    public const int EmptyToken = BoundaryToken;

    private const int LongestWord = WordMatcher.LongestWord;

    private readonly string[] _words;
    private readonly Dictionary<string, int> _numbers;

    private Vocabulary(string[] words, bool lowercase, TextNormalization normalization, bool hasClusters = true)
        : base(normalization)
    {
        _words = words;
        Lowercase = lowercase;
        HasClusters = hasClusters;
        _numbers = new Dictionary<string, int>(words.Length, StringComparer.Ordinal);
        for (var i = 0; i < words.Length; i++)
            _numbers.Add(words[i], i + ReservedTokens);
    }

    /// <inheritdoc/>
    public override TokenKind Kind => TokenKind.Words;

    /// <inheritdoc/>
    public override int Size => _words.Length + ReservedTokens;

    /// <summary>Whether upper and lower case of a word are the same.</summary>
    public bool Lowercase { get; }

    /// <summary>Whether words are as in version 2: see <see cref="WordTokenizer"/>; and whether they are folded, not put into lower case.</summary>
    internal bool HasClusters { get; }

    /// <summary>Counts the words of <paramref name="texts"/> and keeps the most frequent; ties go to the word that sorts first.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    /// <exception cref="ArgumentException">The options ask for another kind of tokens.</exception>
    public static Vocabulary Learn(IEnumerable<ReadOnlyMemory<char>> texts, VocabularyOptions options) => Learn(texts, options, vectors: null, null, default);

    /// <summary>The same, and words that vectors know are kept however rare they are in the texts, and others of the file's if it is asked for.</summary>
    internal static Vocabulary Learn(
        IEnumerable<ReadOnlyMemory<char>> texts, VocabularyOptions options, WordVectorOptions? vectors, IProgress<double>? progress, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(texts);
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        if (options.Kind != TokenKind.Words)
            throw new ArgumentException($"{nameof(options.Kind)} is {options.Kind}; a vocabulary is of {TokenKind.Words}.", nameof(options));
        var counts = Count(texts, options);
        var least = TokenSelection.LeastCount(counts, options);
        if (vectors == null || (least == 1 && !vectors.AddsUnseenWords))
            return new Vocabulary(TokenSelection.MostFrequent(counts, options, StringComparer.Ordinal), options.Lowercase, options.NormalizationOfKind);

        // What the file knows is looked up among all words of the texts, and only then it is known which of them have room.
        var all = new Vocabulary([.. counts.Keys], options.Lowercase, options.NormalizationOfKind);
        var (known, unseen) = all.FindIn(vectors, options.MaximumSize - ReservedTokens, progress, cancellationToken);
        var words = TokenSelection.MostFrequent(counts, options, StringComparer.Ordinal, known.Contains);
        return new Vocabulary([.. words.Concat(unseen).Take(options.MaximumSize - ReservedTokens)], options.Lowercase, options.NormalizationOfKind);
    }

    /// <summary>The token numbers of a text's words; empty for a text without words.</summary>
    public override int[] Encode(ReadOnlySpan<char> text)
    {
        var lookup = _numbers.GetAlternateLookup<ReadOnlySpan<char>>();
        var buffer = (stackalloc char[LongestWord]);
        text = TextNormalizer.Apply(text, Normalization);
        var tokens = ArrayPool<int>.Shared.Rent(Math.Max(16, text.Length));
        var count = 0;
        foreach (var word in new WordTokenizer(text, HasClusters))
            tokens[count++] = lookup.TryGetValue(Key(word, buffer), out var number) ? number : UnknownToken;
        var result = tokens.AsSpan(0, count).ToArray();
        ArrayPool<int>.Shared.Return(tokens);
        return result;
    }

    /// <inheritdoc/>
    public override string[] Pieces(ReadOnlySpan<char> text)
    {
        var words = new List<string>();
        foreach (var word in new WordTokenizer(TextNormalizer.Apply(text, Normalization), HasClusters))
            words.Add(word.ToString());
        return [.. words];
    }

    /// <summary>Puts words together with spaces where they are usual; the spaces of the text that was encoded are not kept.</summary>
    public override TextAssembler CreateAssembler() => new WordAssembler(this);

    /// <inheritdoc/>
    internal override WordMatcher CreateWordMatcher() => new(
        _words.Select((word, i) => (word, i + ReservedTokens)), (word, buffer) => Key(TextNormalizer.Apply(word, Normalization), buffer), isCased: !Lowercase);

    /// <exception cref="FormatException">The content is damaged or from a newer version.</exception>
    internal static Vocabulary LoadContent(BinaryReader reader)
    {
        var version = TokenizerContent.ReadVersion(reader);
        var lowercase = reader.ReadBoolean();
        var normalization = version == TokenizerContent.NormalizedVersion ? TokenizerContent.ReadNormalization(reader) : TextNormalization.None;
        var count = TokenizerContent.ReadCount(reader);
        var words = new List<string>(Math.Min(count, 4096));
        for (var i = 0; i < count; i++)
            words.Add(reader.ReadString());
        if (words.Distinct(StringComparer.Ordinal).Count() != count)
            throw new FormatException("The tokenizer is damaged: a word occurs twice.");
        return new Vocabulary([.. words], lowercase, normalization, version == TokenizerContent.NormalizedVersion);
    }

    private protected override string KnownToken(int token) => _words[token - ReservedTokens];

    /// <summary>
    /// Writes: int32 version; bool lowercase; version 2: byte normalization; int32 count; count strings (length-prefixed UTF-8), from token 2 on. What was version 1 stays so.
    /// </summary>
    private protected override void SaveContent(BinaryWriter writer)
    {
        writer.Write(HasClusters ? TokenizerContent.NormalizedVersion : 1);
        writer.Write(Lowercase);
        if (HasClusters)
            writer.Write((byte)Normalization);
        writer.Write(_words.Length);
        foreach (var word in _words)
            writer.Write(word);
    }

    private static Dictionary<string, long> Count(IEnumerable<ReadOnlyMemory<char>> texts, VocabularyOptions options)
    {
        var form = options.NormalizationOfKind;
        var counts = new Dictionary<string, long>(StringComparer.Ordinal);
        var lookup = counts.GetAlternateLookup<ReadOnlySpan<char>>();
        var buffer = new char[LongestWord];
        foreach (var text in texts)
        {
            foreach (var word in new WordTokenizer(TextNormalizer.Apply(text.Span, form)))
            {
                if (word is not UnknownName)
                    CollectionsMarshal.GetValueRefOrAddDefault(lookup, options.Lowercase ? Fold(word, buffer, form) : Cut(word), out _)++;
            }
        }
        return counts;
    }

    /// <summary>Which of the words a file of vectors knows, and, if they are asked for, the file's first words of others, in its order.</summary>
    private (HashSet<string> Known, List<string> Unseen) FindIn(WordVectorOptions vectors, int most, IProgress<double>? progress, CancellationToken cancellationToken)
    {
        var known = new HashSet<string>(StringComparer.Ordinal);
        var unseen = new OrderedDictionary<string, bool>(StringComparer.Ordinal);
        var matcher = CreateWordMatcher();
        var buffer = new char[LongestWord];
        WordVectors.Scan(vectors.Path, progress, cancellationToken, file =>
        {
            var token = matcher.Find(file.Word);
            if (token >= ReservedTokens)
                known.Add(_words[token - ReservedTokens]);
            foreach (var other in matcher.FindOfAnyCase(file.Word))
                known.Add(_words[other - ReservedTokens]);
            if (token < 0 && vectors.AddsUnseenWords && unseen.Count < most && ReadsAsOne(file.Word, buffer) is { } word)
                unseen.TryAdd(word, true);
        });
        return (known, [.. unseen.Keys]);
    }

    /// <summary>The form of what the tokenizer reads as one word; null for anything else.</summary>
    private string? ReadsAsOne(ReadOnlySpan<char> text, Span<char> buffer)
    {
        text = TextNormalizer.Apply(text, Normalization);
        var words = new WordTokenizer(text, HasClusters);
        return text.Length is > 0 and <= LongestWord && words.MoveNext() && words.Current.Length == text.Length && text is not UnknownName ? Key(text, buffer).ToString() : null;
    }

    /// <summary>The form under which a word is found.</summary>
    private ReadOnlySpan<char> Key(ReadOnlySpan<char> word, Span<char> buffer)
    {
        if (!Lowercase)
            return Cut(word);
        if (HasClusters)
            return Fold(word, buffer, Normalization);
        var length = Cut(word).ToLowerInvariant(buffer);
        return buffer[..length];
    }

    /// <summary>As much of the folded word as has room. Folding may undo the normalization, which is done again then (the Unicode Standard, definition D145).</summary>
    private static ReadOnlySpan<char> Fold(ReadOnlySpan<char> word, Span<char> buffer, TextNormalization form)
    {
        var length = CaseFolding.Fold(word, buffer);
        return Cut(TextNormalizer.Apply(buffer[..length], form));
    }

    /// <summary>A word of a bounded length.</summary>
    private static ReadOnlySpan<char> Cut(ReadOnlySpan<char> word) =>
        word.Length <= LongestWord ? word : word[..(char.IsHighSurrogate(word[LongestWord - 1]) ? LongestWord - 1 : LongestWord)];
}
