using Microsoft.ML.Data;
using Microsoft.ML.Offline;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.Transforms;

/// <summary>Makes a vector of columns of one type.</summary>
public sealed class ColumnConcatenatingEstimator : IEstimator<ColumnConcatenatingTransformer>
{
    private readonly IHost _host;
    private readonly string _name;
    private readonly string[] _sources;

    internal ColumnConcatenatingEstimator(IHostEnvironment env, string outputColumnName, params string[] inputColumnNames)
    {
        Contracts.CheckValue(env, nameof(env));
        _host = env.Register(nameof(ColumnConcatenatingEstimator));
        _name = _host.CheckNonEmpty(outputColumnName, nameof(outputColumnName));
        _sources = _host.CheckNonEmpty(inputColumnNames, nameof(inputColumnNames));
        _host.CheckParam(!inputColumnNames.Any(string.IsNullOrEmpty), nameof(inputColumnNames), "A column has no name.");
    }

    /// <summary>The transformer; there is nothing to learn.</summary>
    public ColumnConcatenatingTransformer Fit(IDataView input)
    {
        _host.CheckValue(input, nameof(input));
        return new ColumnConcatenatingTransformer(_host.Register(nameof(ColumnConcatenatingTransformer)), _name, _sources);
    }

    /// <summary>What columns the transformer would give.</summary>
    public SchemaShape GetOutputSchema(SchemaShape inputSchema)
    {
        _host.CheckValue(inputSchema, nameof(inputSchema));
        var sources = Array.ConvertAll(_sources, name => inputSchema.Find(_host, name));
        foreach (var source in sources)
        {
            _host.Check(!source.IsKey, $"The column '{source.Name}' has keys; keys are not concatenated.");
            _host.Check(
                source.ItemType.Equals(sources[0].ItemType),
                $"The column '{source.Name}' has values of {source.ItemType}; those of '{sources[0].Name}' are of {sources[0].ItemType}.");
        }

        bool varies = sources.Any(source => source.Kind == SchemaShape.Column.VectorKind.VariableVector);
        var annotations = new List<SchemaShape.Column>();
        if (sources.Any(source => source.Kind == SchemaShape.Column.VectorKind.Scalar || source.HasSlotNames()))
            annotations.Add(new(AnnotationUtils.Kinds.SlotNames, SchemaShape.Column.VectorKind.Vector, TextDataViewType.Instance, false));
        var kind = varies ? SchemaShape.Column.VectorKind.VariableVector : SchemaShape.Column.VectorKind.Vector;
        return inputSchema.With([new SchemaShape.Column(_name, kind, sources[0].ItemType, false, new SchemaShape(annotations))]);
    }
}
