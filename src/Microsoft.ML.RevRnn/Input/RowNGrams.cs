namespace Microsoft.ML.RevRnn.Input;

/// <summary>Reads a row's tokens and, of the same values, its n-grams: a column is asked for its value once, as there may be much to do for it.</summary>
internal static class RowNGrams
{
    /// <summary>
    /// Functions that give the tokens of the row's current values, and the n-grams of those that tokens were asked of last, without and with their places; null where none are read.
    /// </summary>
    /// <param name="row">The row, or the cursor at a row.</param>
    /// <param name="columns">Those that are read as one sequence.</param>
    /// <param name="tokenization">How a value becomes tokens.</param>
    /// <param name="options">Which n-grams count; null for none.</param>
    public static (Func<int[]> Tokens, Func<NGramVector?> NGrams, Func<PlacedNGrams?> Placed) CreateReaders(
        DataViewRow row, IReadOnlyList<DataViewSchema.Column> columns, Tokenization tokenization, NGramOptions? options)
    {
        if (options == null)
            return (tokenization.CreateReader(row, columns), () => null, () => null);
        if (tokenization.Tokenizer is not { } tokenizer)
        {
            var readTokens = tokenization.CreateReader(row, columns);
            int[] tokens = [];
            return (() => tokens = readTokens(), () => NGramVector.OfTokens(tokens, options), () => PlacedNGrams.OfTokens(tokens, options));
        }
        var readTexts = TextReader(row, columns);
        string[] texts = [];
        return (
            () => Tokenization.Join(Array.ConvertAll(texts = readTexts(), text => tokenizer.Encode(text))),
            () => NGramVector.Of(texts, options),
            () => PlacedNGrams.Of(texts, options, tokenizer));
    }

    /// <summary>A function that gives the row's texts. They are copied: the view may overwrite its own with the next row.</summary>
    public static Func<string[]> TextReader(DataViewRow row, IReadOnlyList<DataViewSchema.Column> columns)
    {
        ValueGetter<ReadOnlyMemory<char>>[] getters = [.. columns.Select(row.GetGetter<ReadOnlyMemory<char>>)];
        var text = default(ReadOnlyMemory<char>);
        return () => Array.ConvertAll(getters, getter =>
        {
            getter(ref text);
            return text.ToString();
        });
    }
}
