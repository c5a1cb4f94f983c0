using Microsoft.ML.Data;

namespace Microsoft.ML.RevRnn.Exports;

/// <summary>The columns of a transformer of tokens.</summary>
/// <param name="Output">The column of tokens.</param>
/// <param name="Input">The columns of text that are read as one.</param>
internal sealed record TokensColumns(string Output, IReadOnlyList<string> Input)
{
    /// <summary>The columns that are added; those of n-grams have the names of the model's inputs, by which ApplyOnnxModel finds them.</summary>
    public IEnumerable<DataViewSchema.DetachedColumn> Added(bool hasNGrams)
    {
        yield return new(Output, new VectorDataViewType(NumberDataViewType.Int64), null);
        if (!hasNGrams)
            yield break;
        yield return new(OnnxExport.NGramPlacesName, new VectorDataViewType(NumberDataViewType.Int64), null);
        yield return new(OnnxExport.NGramValuesName, new VectorDataViewType(NumberDataViewType.Single), null);
    }
}
