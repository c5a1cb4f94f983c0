namespace Microsoft.ML.RevRnn.Input;

/// <summary>Reads a row's tokens and, of the same values, its n-grams: a column is asked for its value once, as there may be much to do for it.</summary>
internal static class RowNGrams
{
    /// <summary>
    /// Functions that give the tokens of the row's current values, and the n-grams of those that tokens were asked of last, without and with their places; null where none are read. The next row's
    /// n-grams take the place of those without.
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
        var reader = new NGramReader(options);
        if (tokenization.Tokenizer is not { } tokenizer)
        {
            var readTokens = tokenization.CreateReader(row, columns);
            int[] tokens = [];
            return (() => tokens = readTokens(), () => reader.ReadTokens(tokens), () => PlacedNGrams.OfTokens(tokens, options));
        }
        ValueGetter<ReadOnlyMemory<char>>[] getters = [.. columns.Select(row.GetGetter<ReadOnlyMemory<char>>)];
        var texts = new ReadOnlyMemory<char>[getters.Length];
        return (Encode, () => reader.Read(texts), () => PlacedNGrams.Of(Array.ConvertAll(texts, text => text.ToString()), options, tokenizer));

        int[] Encode()
        {
            for (var i = 0; i < getters.Length; i++)
                getters[i](ref texts[i]);
            return texts.Length == 1 ? tokenizer.Encode(texts[0].Span) : Tokenization.Join(Array.ConvertAll(texts, text => tokenizer.Encode(text.Span)));
        }
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
