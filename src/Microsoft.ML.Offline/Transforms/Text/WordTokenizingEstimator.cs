using Microsoft.ML.Data;
using Microsoft.ML.Offline;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.Transforms.Text;

/// <summary>Splits text into words.</summary>
public sealed class WordTokenizingEstimator : TrivialEstimator<WordTokenizingTransformer>
{
    private readonly string _output;
    private readonly string _input;

    internal WordTokenizingEstimator(IHostEnvironment env, string outputColumnName, string inputColumnName, char[] separators)
        : base(
            Contracts.CheckRef(env, nameof(env)).Register(nameof(WordTokenizingEstimator)),
            new WordTokenizingTransformer(env.Register("DelimitedTokenize"), outputColumnName, inputColumnName, separators))
    {
        _output = outputColumnName;
        _input = inputColumnName;
    }

    /// <summary>What columns the transformer would give.</summary>
    public override SchemaShape GetOutputSchema(SchemaShape inputSchema)
    {
        Host.CheckValue(inputSchema, nameof(inputSchema));
        var source = inputSchema.Find(Host, _input);
        if (source.ItemType is not TextDataViewType)
            throw Host.ExceptSchemaMismatch(nameof(inputSchema), "input", _input, WordTokenizingTransformer.ExpectedType, source.GetTypeString());
        return inputSchema.With([new SchemaShape.Column(_output, SchemaShape.Column.VectorKind.VariableVector, source.ItemType, false)]);
    }
}
