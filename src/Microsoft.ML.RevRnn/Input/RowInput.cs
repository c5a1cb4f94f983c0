using Microsoft.ML.Runtime;

namespace Microsoft.ML.RevRnn.Input;

/// <summary>What a model is given of a row.</summary>
/// <param name="Tokens">Gives the tokens of the row's current values.</param>
/// <param name="Features">Gives its numbers; empty where no columns of numbers are read.</param>
/// <param name="NGrams">Gives the n-grams of the values that tokens were given of last, until it is asked for those of others; null where none are read.</param>
/// <param name="PlacedNGrams">Gives the same with their places.</param>
internal sealed record RowInput(Func<int[]> Tokens, Func<float[]> Features, Func<NGramVector?> NGrams, Func<PlacedNGrams?> PlacedNGrams)
{
    /// <summary>All of it, of the row's current values, until the next row is read.</summary>
    public RowValues Read() => new(Tokens(), Features(), NGrams());

    /// <summary>All of it, of the row's current values, to keep.</summary>
    public RowValues ReadToKeep() => new(Tokens(), Features(), NGrams()?.Copy());

    /// <summary>Reads a row.</summary>
    /// <param name="row">The row, or the cursor at a row.</param>
    /// <param name="sources">Its columns.</param>
    /// <param name="tokenization">How a value becomes tokens.</param>
    /// <param name="nGrams">Which n-grams are read; null for none.</param>
    /// <param name="context">Told of errors.</param>
    public static RowInput Of(DataViewRow row, ReadSources sources, Tokenization tokenization, NGramOptions? nGrams, IExceptionContext context)
    {
        var (readTokens, readNGrams, readPlaced) = RowNGrams.CreateReaders(row, sources.Sequence, tokenization, nGrams);
        return new RowInput(readTokens, RowFeatures.CreateReader(row, sources.Features, context), readNGrams, readPlaced);
    }
}
