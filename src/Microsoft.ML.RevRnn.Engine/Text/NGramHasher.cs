namespace Microsoft.ML.RevRnn.Text;

/// <summary>
/// Collects the hashes of a text's n-grams, in room that it keeps for the next text. A hash depends on the characters alone: it is part of every saved model.
/// </summary>
/// <param name="options">Which n-grams count.</param>
/// <param name="occurrences">Receives each n-gram with its place; null for none.</param>
internal sealed class NGramHasher(NGramOptions options, List<NGramOccurrence>? occurrences = null)
{
    private const uint Offset = 2166136261;
    private const uint Prime = 16777619;
    private const int LongestWord = 256;

    private readonly NGramSums _sums = new();
    private readonly List<uint> _words = [];

    /// <summary>The words of all texts so far.</summary>
    public int WordCount { get; private set; }

    /// <summary>Forgets all texts.</summary>
    public void Clear()
    {
        _sums.Clear();
        WordCount = 0;
    }

    /// <summary>Adds the n-grams of a text.</summary>
    public void Add(ReadOnlySpan<char> text)
    {
        var buffer = (stackalloc char[LongestWord + 2]);
        buffer[0] = '\u0002';
        _words.Clear();
        foreach (var word in new WordTokenizer(TextNormalizer.Apply(text, TextNormalization.Canonical)))
        {
            var length = CaseFolding.Fold(word.Length <= LongestWord ? word : word[..LongestWord], buffer[1..^1]);
            buffer[length + 1] = '\u0003';
            _words.Add(OfCharacters(Offset, buffer.Slice(1, length)));
            AddCharacters(buffer[..(length + 2)]);
        }
        AddWords();
    }

    /// <summary>Adds the n-grams of tokens.</summary>
    public void Add(ReadOnlySpan<int> tokens)
    {
        _words.Clear();
        foreach (var token in tokens)
            _words.Add(Mix((uint)token + Offset));
        AddWords();
    }

    /// <summary>The n-grams of all texts so far.</summary>
    public NGramVector ToVector()
    {
        var vector = new NGramVector();
        MoveTo(vector);
        return vector;
    }

    /// <summary>The n-grams of all texts so far.</summary>
    /// <param name="vector">Takes them, in place of what it had.</param>
    public void MoveTo(NGramVector vector) => vector.Set(_sums.Sum());

    private void AddWords()
    {
        for (var first = 0; first < _words.Count; first++)
        {
            var hash = Offset;
            var value = 1f;
            for (var n = 1; n <= options.WordLength && first + n <= _words.Count; n++)
            {
                hash = (hash ^ _words[first + n - 1]) * Prime;
                if (n > 2)
                    value /= 2;
                Add(Mix(hash + (uint)n), value, first, n);
            }
        }
        WordCount += _words.Count;
    }

    /// <summary>Adds the runs of characters of a word with its ends.</summary>
    private void AddCharacters(ReadOnlySpan<char> word)
    {
        for (var first = 0; first < word.Length; first++)
        {
            var hash = ~Offset;
            for (var n = 1; n <= options.LongestCharacters && first + n <= word.Length; n++)
            {
                hash = (hash ^ word[first + n - 1]) * Prime;
                if (n >= options.ShortestCharacters)
                    Add(Mix(hash), options.CharacterWeight, _words.Count - 1, 1);
            }
        }
    }

    /// <param name="hash">The n-gram.</param>
    /// <param name="value">What it counts.</param>
    /// <param name="first">Its first word, of this text.</param>
    /// <param name="count">How many words it is of.</param>
    private void Add(uint hash, float value, int first, int count)
    {
        _sums.Add(hash, value);
        occurrences?.Add(new NGramOccurrence(hash, value, WordCount + first, count));
    }

    private static uint OfCharacters(uint hash, ReadOnlySpan<char> characters)
    {
        foreach (var character in characters)
            hash = (hash ^ character) * Prime;
        return hash;
    }

    /// <summary>So that every bit depends on all: the finaliser of MurmurHash3.</summary>
    private static uint Mix(uint x)
    {
        x = (x ^ (x >> 16)) * 0x85EBCA6B;
        x = (x ^ (x >> 13)) * 0xC2B2AE35;
        return x ^ (x >> 16);
    }
}
