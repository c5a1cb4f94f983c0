using Microsoft.ML.Data;
using Microsoft.ML.Transforms.Text;

namespace Microsoft.ML;

/// <summary>The transforms of text.</summary>
public static class TextCatalog
{
    /// <summary>Splits text into words.</summary>
    /// <param name="catalog">The catalog.</param>
    /// <param name="outputColumnName">The column of words.</param>
    /// <param name="inputColumnName">The column of text; null when it has the same name.</param>
    /// <param name="separators">What stands between words; null for the space.</param>
    public static WordTokenizingEstimator TokenizeIntoWords(
        this TransformsCatalog.TextTransforms catalog, string outputColumnName, string? inputColumnName = null, char[]? separators = null)
        => new(catalog.GetEnvironment(), outputColumnName, inputColumnName ?? outputColumnName, separators ?? [' ']);
}
