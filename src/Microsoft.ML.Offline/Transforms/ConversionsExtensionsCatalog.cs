using Microsoft.ML.Data;
using Microsoft.ML.Transforms;

namespace Microsoft.ML;

/// <summary>The conversions.</summary>
public static class ConversionsExtensionsCatalog
{
    /// <summary>Numbers the values of a column.</summary>
    /// <param name="catalog">The catalog.</param>
    /// <param name="outputColumnName">The column of keys.</param>
    /// <param name="inputColumnName">The column of values; null when it has the same name.</param>
    /// <param name="maximumNumberOfKeys">How many values are numbered at most; others count as missing.</param>
    /// <param name="keyOrdinality">In which order.</param>
    /// <param name="addKeyValueAnnotationsAsText">Whether the values are told as text, whatever they are.</param>
    /// <param name="keyData">The values, in their order; null to learn them.</param>
    public static ValueToKeyMappingEstimator MapValueToKey(
        this TransformsCatalog.ConversionTransforms catalog,
        string outputColumnName,
        string? inputColumnName = null,
        int maximumNumberOfKeys = ValueToKeyMappingEstimator.Defaults.MaximumNumberOfKeys,
        ValueToKeyMappingEstimator.KeyOrdinality keyOrdinality = ValueToKeyMappingEstimator.Defaults.Ordinality,
        bool addKeyValueAnnotationsAsText = ValueToKeyMappingEstimator.Defaults.AddKeyValueAnnotationsAsText,
        IDataView? keyData = null)
        => new(
            catalog.GetEnvironment(),
            [new(outputColumnName, inputColumnName, maximumNumberOfKeys, keyOrdinality, addKeyValueAnnotationsAsText)],
            keyData);

    /// <summary>Numbers the values of columns, each for itself.</summary>
    /// <param name="catalog">The catalog.</param>
    /// <param name="columns">The columns of keys and of values.</param>
    /// <param name="maximumNumberOfKeys">How many values are numbered at most; others count as missing.</param>
    /// <param name="keyOrdinality">In which order.</param>
    /// <param name="addKeyValueAnnotationsAsText">Whether the values are told as text, whatever they are.</param>
    /// <param name="keyData">The values, in their order; null to learn them.</param>
    public static ValueToKeyMappingEstimator MapValueToKey(
        this TransformsCatalog.ConversionTransforms catalog,
        InputOutputColumnPair[] columns,
        int maximumNumberOfKeys = ValueToKeyMappingEstimator.Defaults.MaximumNumberOfKeys,
        ValueToKeyMappingEstimator.KeyOrdinality keyOrdinality = ValueToKeyMappingEstimator.Defaults.Ordinality,
        bool addKeyValueAnnotationsAsText = ValueToKeyMappingEstimator.Defaults.AddKeyValueAnnotationsAsText,
        IDataView? keyData = null)
        => new(
            catalog.GetEnvironment(),
            Array.ConvertAll(columns, pair => new ValueToKeyMappingEstimator.ColumnOptions(
                pair.OutputColumnName, pair.InputColumnName, maximumNumberOfKeys, keyOrdinality, addKeyValueAnnotationsAsText)),
            keyData);

    /// <summary>Puts the values that keys stand for back in the place of the keys.</summary>
    public static KeyToValueMappingEstimator MapKeyToValue(
        this TransformsCatalog.ConversionTransforms catalog, string outputColumnName, string? inputColumnName = null)
        => new(catalog.GetEnvironment(), (outputColumnName, inputColumnName ?? outputColumnName));

    /// <summary>Puts the values that keys stand for back in the place of the keys.</summary>
    public static KeyToValueMappingEstimator MapKeyToValue(this TransformsCatalog.ConversionTransforms catalog, InputOutputColumnPair[] columns)
        => new(catalog.GetEnvironment(), Array.ConvertAll(columns, pair => (pair.OutputColumnName, pair.InputColumnName)));
}
