using Microsoft.ML.Data;
using Microsoft.ML.Offline;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.Transforms;

/// <summary>Keeps or drops columns.</summary>
public sealed class ColumnSelectingEstimator : TrivialEstimator<ColumnSelectingTransformer>
{
    private readonly string[] _names;
    private readonly bool _keep;

    internal ColumnSelectingEstimator(IHostEnvironment env, string[] names, bool keep, bool keepHidden)
        : base(
            Contracts.CheckRef(env, nameof(env)).Register(nameof(ColumnSelectingEstimator)),
            new ColumnSelectingTransformer(env.Register(nameof(ColumnSelectingTransformer)), names, keep, keepHidden))
    {
        _names = names;
        _keep = keep;
    }

    /// <summary>What columns the transformer would give.</summary>
    public override SchemaShape GetOutputSchema(SchemaShape inputSchema)
    {
        Host.CheckValue(inputSchema, nameof(inputSchema));
        foreach (string name in _names)
            inputSchema.Find(Host, name);
        return new SchemaShape(inputSchema.Where(column => _names.Contains(column.Name) == _keep));
    }
}
