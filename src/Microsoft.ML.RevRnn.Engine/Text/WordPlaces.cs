using System.Text;

namespace Microsoft.ML.RevRnn.Text;

/// <summary>Which tokens each word of a text is in, where n-grams have the words and a tokenizer of any kind the tokens.</summary>
internal static class WordPlaces
{
    /// <summary>[words]: the tokens of each word, of which one may be of several words, or of none, such as a space.</summary>
    /// <param name="tokenizer">Cuts the text into tokens.</param>
    /// <param name="text">The text.</param>
    /// <param name="words">How many words n-grams have of it. Where tokenizer and n-grams do not see the same ones, none has a token.</param>
    /// <returns>The tokens, and how many tokens the text has.</returns>
    public static (TokenRun[] Words, int TokenCount) Of(TextTokenizer tokenizer, string text, int words)
    {
        var tokens = tokenizer.Encode(text);
        if (tokenizer.Kind == TokenKind.Words)
            return (tokens.Length == words ? [.. Enumerable.Range(0, words).Select(word => new TokenRun(word, 1))] : new TokenRun[words], tokens.Length);
        var normalized = TextNormalizer.Apply(text.AsMemory(), tokenizer.Normalization).Span;
        var lengths = tokenizer.Kind == TokenKind.Characters ? CharacterLengths(normalized, tokens.Length) : PieceLengths(tokenizer, tokens);
        var runs = new List<TokenRun>();
        var (next, start) = (0, 0);
        foreach (var word in new WordTokenizer(normalized))
        {
            normalized.Overlaps(word, out var first);
            // The first token that goes on behind the word's start, and all that begin before its end.
            for (; next < lengths.Length && start + lengths[next] <= first && !(lengths[next] == 0 && start == first); next++)
                start += lengths[next];
            var (last, end) = (next, start);
            for (; last < lengths.Length && end < first + word.Length; last++)
                end += lengths[last];
            runs.Add(new TokenRun(next, last - next));
        }
        return (runs.Count == words && lengths.Sum() == normalized.Length ? [.. runs] : new TokenRun[words], tokens.Length);
    }

    private static int[] CharacterLengths(ReadOnlySpan<char> text, int tokens)
    {
        var lengths = new int[tokens];
        for (var t = 0; t < tokens; t++)
        {
            Rune.DecodeFromUtf16(text, out _, out lengths[t]);
            text = text[lengths[t]..];
        }
        return lengths;
    }

    /// <summary>Of a token that is a part of a character 0, but for the last one.</summary>
    private static int[] PieceLengths(TextTokenizer tokenizer, int[] tokens)
    {
        var assembler = tokenizer.CreateAssembler();
        return Array.ConvertAll(tokens, token => assembler.Append(token).Length);
    }
}
