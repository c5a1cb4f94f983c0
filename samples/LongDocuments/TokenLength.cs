using Microsoft.ML.RevRnn;

namespace LongDocuments;

/// <summary>Texts measured in tokens, as the network reads them.</summary>
internal static class TokenLength
{
    /// <summary>Knows no word, which does not matter to how a text falls into tokens.</summary>
    private static readonly Vocabulary _tokenizer = Vocabulary.Learn([], new VocabularyOptions());

    public static int Of(ReadOnlySpan<char> text) => _tokenizer.Encode(text).Length;

    /// <summary>The first <paramref name="count"/> tokens of a text, or all of it if there are not so many.</summary>
    public static string Cut(string text, int count)
    {
        // A longer beginning never has fewer tokens: find the longest one that has not too many.
        var (fits, tooLong) = (Math.Min(count, text.Length), text.Length + 1);
        while (tooLong - fits > 1)
        {
            var middle = fits + (tooLong - fits) / 2;
            if (Of(text.AsSpan(0, middle)) <= count)
                fits = middle;
            else
                tooLong = middle;
        }
        return text[..fits];
    }
}
