using System.Buffers;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.ML.RevRnn.Text;

namespace Microsoft.ML.RevRnn;

/// <summary>
/// Words and their numbers. Number 0 stands for a text without words, 1 for a word that is not known, the rest are the training texts'
/// most frequent words in descending order of frequency.
/// </summary>
/// <remarks>Immutable and safe for use from many threads.</remarks>
public sealed class Vocabulary
{
    /// <summary>The token of a text that has no words.</summary>
    public const int EmptyToken = 0;

    /// <summary>The token of a word that is not in the vocabulary.</summary>
    public const int UnknownToken = 1;

    private const int ReservedTokens = 2;
    private const int FormatVersion = 1;
    private const int LongestWord = 256;

    private readonly string[] _words;
    private readonly bool _lowercase;
    private readonly Dictionary<string, int> _numbers;

    private Vocabulary(string[] words, bool lowercase)
    {
        _words = words;
        _lowercase = lowercase;
        _numbers = new Dictionary<string, int>(words.Length, StringComparer.Ordinal);
        for (var i = 0; i < words.Length; i++)
            _numbers.Add(words[i], i + ReservedTokens);
    }

    /// <summary>V: the number of tokens, the two reserved ones included.</summary>
    public int Size => _words.Length + ReservedTokens;

    /// <summary>Counts the words of <paramref name="texts"/> and keeps the most frequent; ties go to the word that sorts first.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    public static Vocabulary Learn(IEnumerable<ReadOnlyMemory<char>> texts, VocabularyOptions options)
    {
        ArgumentNullException.ThrowIfNull(texts);
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        var counts = new Dictionary<string, int>(StringComparer.Ordinal);
        var lookup = counts.GetAlternateLookup<ReadOnlySpan<char>>();
        var buffer = new char[LongestWord];
        foreach (var text in texts)
        {
            foreach (var word in new WordTokenizer(text.Span))
                CollectionsMarshal.GetValueRefOrAddDefault(lookup, Normalize(word, buffer, options.Lowercase), out _)++;
        }
        var words = counts
            .Where(entry => entry.Value >= options.MinimumCount)
            .OrderByDescending(entry => entry.Value)
            .ThenBy(entry => entry.Key, StringComparer.Ordinal)
            .Take(options.MaximumSize - ReservedTokens)
            .Select(entry => entry.Key)
            .ToArray();
        return new Vocabulary(words, options.Lowercase);
    }

    /// <summary>The token numbers of a text's words; empty for a text without words.</summary>
    public int[] Encode(ReadOnlySpan<char> text)
    {
        var lookup = _numbers.GetAlternateLookup<ReadOnlySpan<char>>();
        var buffer = (stackalloc char[LongestWord]);
        var tokens = ArrayPool<int>.Shared.Rent(Math.Max(16, text.Length));
        var count = 0;
        foreach (var word in new WordTokenizer(text))
            tokens[count++] = lookup.TryGetValue(Normalize(word, buffer, _lowercase), out var number) ? number : UnknownToken;
        var result = tokens.AsSpan(0, count).ToArray();
        ArrayPool<int>.Shared.Return(tokens);
        return result;
    }

    /// <summary>The word of a token number; of a reserved number a name in angle brackets.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such token.</exception>
    public string Word(int token)
    {
        OptionCheck.Range(nameof(token), token, 0, Size - 1);
        return token switch
        {
            EmptyToken => "<empty>",
            UnknownToken => "<unk>",
            _ => _words[token - ReservedTokens],
        };
    }

    /// <summary>Writes: int version; bool lowercase; int count; count strings (length-prefixed UTF-8), from token 2 on.</summary>
    public void Save(BinaryWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.Write(FormatVersion);
        writer.Write(_lowercase);
        writer.Write(_words.Length);
        foreach (var word in _words)
            writer.Write(word);
    }

    /// <summary>Reads what <see cref="Save"/> wrote.</summary>
    /// <exception cref="FormatException">The content is damaged or from a newer version.</exception>
    public static Vocabulary Load(BinaryReader reader)
    {
        ArgumentNullException.ThrowIfNull(reader);
        try
        {
            var version = reader.ReadInt32();
            if (version != FormatVersion)
                throw new FormatException($"The vocabulary has format version {version}; this library reads version {FormatVersion}. A newer library may have written it.");
            var lowercase = reader.ReadBoolean();
            var count = reader.ReadInt32();
            if (count < 0 || count > 10_000_000)
                throw new FormatException($"The vocabulary is damaged: it claims {count} words.");
            var words = new List<string>(Math.Min(count, 4096));
            for (var i = 0; i < count; i++)
                words.Add(reader.ReadString());
            if (words.Distinct(StringComparer.Ordinal).Count() != count)
                throw new FormatException("The vocabulary is damaged: a word occurs twice.");
            return new Vocabulary([.. words], lowercase);
        }
        catch (Exception failure) when (failure is IOException or DecoderFallbackException or ArgumentException)
        {
            throw new FormatException("The vocabulary is damaged: " + failure.Message, failure);
        }
    }

    /// <summary>The form under which a word is counted and found: of a bounded length, and in lower case if asked for.</summary>
    private static ReadOnlySpan<char> Normalize(ReadOnlySpan<char> word, Span<char> buffer, bool lowercase)
    {
        if (word.Length > buffer.Length)
            word = word[..(char.IsHighSurrogate(word[buffer.Length - 1]) ? buffer.Length - 1 : buffer.Length)];
        if (!lowercase)
            return word;
        var length = word.ToLowerInvariant(buffer);
        return buffer[..length];
    }
}
