using Microsoft.ML.Data;
using Microsoft.ML.RevRnn.Exports;
using Microsoft.ML.RevRnn.Input;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.RevRnn;

/// <summary>
/// Makes the tokens of a text that a model was exported with, by the tokenizer in the metadata of its ONNX file: a vector of Int64, which ML.NET's ApplyOnnxModel hands to the model. There is
/// nothing to train.
/// </summary>
public sealed class RevTokensEstimator : IEstimator<RevTokensTransformer>
{
    private readonly IHost _host;
    private readonly TokensColumns _columns;
    private readonly TextTokenizer _tokenizer;
    private readonly NGramOptions? _nGrams;

    internal RevTokensEstimator(IHostEnvironment env, string outputColumnName, IReadOnlyList<string> inputColumnNames, string modelPath)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(outputColumnName);
        ArgumentException.ThrowIfNullOrEmpty(modelPath);
        foreach (var name in inputColumnNames)
            ArgumentException.ThrowIfNullOrWhiteSpace(name, nameof(inputColumnNames));
        if (inputColumnNames.Count == 0)
            throw new ArgumentException("There must be a column to read.", nameof(inputColumnNames));
        _host = env.Register(nameof(RevTokensEstimator));
        _columns = new TokensColumns(outputColumnName, inputColumnNames);
        var model = Read(modelPath);
        _tokenizer = model.Tokenizer ?? throw _host.Process(new InvalidOperationException(
            $"The model in '{modelPath}' was exported without a tokenizer: it is of keys, of which key k is token k + 1, or {nameof(OnnxExportOptions.Tokenizer)} was not given."));
        _nGrams = model.NGrams;
    }

    /// <summary>Gives the transformer; nothing is learned.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A column to read is missing or holds no text.</exception>
    public RevTokensTransformer Fit(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        var transformer = new RevTokensTransformer(_host, _columns, _tokenizer, _nGrams);
        transformer.GetOutputSchema(input.Schema);
        return transformer;
    }

    /// <summary>The shape of the columns after it.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A column to read is missing or holds no text.</exception>
    public SchemaShape GetOutputSchema(SchemaShape inputSchema)
    {
        ArgumentNullException.ThrowIfNull(inputSchema);
        InputSchema.CheckText(_host, inputSchema, _columns.Input);
        SchemaShape.Column[] added = [.. _columns.Added(_nGrams != null).Select(column => new SchemaShape.Column(
            column.Name, SchemaShape.Column.VectorKind.VariableVector, ((VectorDataViewType)column.Type).ItemType, isKey: false))];
        return InputSchema.With(inputSchema, added);
    }

    private OnnxModelInfo Read(string path)
    {
        try
        {
            return OnnxModelInfo.Read(path);
        }
        catch (FormatException failure)
        {
            throw _host.Process(new InvalidDataException($"The model could not be read from '{path}'. {failure.Message}", failure));
        }
    }
}
