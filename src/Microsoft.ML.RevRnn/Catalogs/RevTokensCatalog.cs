using Microsoft.ML.Data;
using Microsoft.ML.RevRnn;

namespace Microsoft.ML;

/// <summary>Adds the tokens of exported models to the catalog of text transforms of an <see cref="MLContext"/>.</summary>
public static class RevTokensCatalog
{
    /// <summary>
    /// Makes the tokens of a text by the tokenizer of a model that was exported with <see cref="RevRnnTransformer.SaveAsOnnx(string, OnnxExportOptions?)"/>, so that ML.NET's ApplyOnnxModel scores
    /// text. Where the model reads n-grams, their columns are added too.
    /// </summary>
    /// <param name="catalog">The catalog of text transforms.</param>
    /// <param name="outputColumnName">The column of tokens, a vector of Int64: the name of the model's input, <c>tokens</c> if no other was chosen.</param>
    /// <param name="inputColumnName">The column of text.</param>
    /// <param name="modelPath">The ONNX file; of it only the metadata are read, now.</param>
    /// <exception cref="ArgumentException">A name is empty.</exception>
    /// <exception cref="InvalidDataException">The file is damaged, or not one of this library.</exception>
    /// <exception cref="InvalidOperationException">The file has no tokenizer.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <example>
    /// <code>
    /// classifier.SaveAsOnnx("m.onnx");
    /// var tokens = mlContext.Transforms.Text.RevTokens("tokens", "Text", "m.onnx").Fit(data).Transform(data);
    /// </code>
    /// </example>
    public static RevTokensEstimator RevTokens(this TransformsCatalog.TextTransforms catalog, string outputColumnName, string inputColumnName, string modelPath)
        => catalog.RevTokens(outputColumnName, [inputColumnName], modelPath);

    /// <summary>The same of several columns of text, for a model that was trained on as many: they are read as one text, with a boundary between each two.</summary>
    /// <inheritdoc cref="RevTokens(TransformsCatalog.TextTransforms, string, string, string)"/>
    /// <param name="catalog">The catalog of text transforms.</param>
    /// <param name="outputColumnName">The column of tokens.</param>
    /// <param name="inputColumnNames">The columns of text, in the order of training.</param>
    /// <param name="modelPath">The ONNX file.</param>
    /// <example><code>var estimator = mlContext.Transforms.Text.RevTokens("tokens", ["Title", "Text"], "m.onnx");</code></example>
    public static RevTokensEstimator RevTokens(this TransformsCatalog.TextTransforms catalog, string outputColumnName, string[] inputColumnNames, string modelPath)
    {
        ArgumentNullException.ThrowIfNull(inputColumnNames);
        return new(CatalogUtils.GetEnvironment(catalog), outputColumnName, [.. inputColumnNames], modelPath);
    }
}
