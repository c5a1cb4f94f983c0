using Microsoft.ML.Data;
using Microsoft.ML.Offline;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.Transforms;

/// <summary>Learns which values a column has, and numbers them.</summary>
public sealed class ValueToKeyMappingEstimator : IEstimator<ValueToKeyMappingTransformer>
{
    private readonly IHost _host;
    private readonly ColumnOptions[] _columns;
    private readonly IDataView? _keyData;

    internal ValueToKeyMappingEstimator(IHostEnvironment env, ColumnOptions[] columns, IDataView? keyData = null)
    {
        Contracts.CheckValue(env, nameof(env));
        _host = env.Register(nameof(ValueToKeyMappingEstimator));
        _host.CheckNonEmpty(columns, nameof(columns));
        _host.CheckParam(
            keyData == null || keyData.Schema.Count == 1, nameof(keyData), "The data with the keys must have one column, the keys.");
        _columns = columns;
        _keyData = keyData;
    }

    /// <summary>In which order values are numbered.</summary>
    public enum KeyOrdinality : byte
    {
        /// <summary>As they come.</summary>
        ByOccurrence = 0,

        /// <summary>By their size; text by its characters' codes.</summary>
        ByValue = 1,
    }

    /// <summary>Learns.</summary>
    public ValueToKeyMappingTransformer Fit(IDataView input)
    {
        _host.CheckValue(input, nameof(input));
        var sources = _columns.Select(column => input.Schema.GetColumnOrNull(column.InputColumnName)
            ?? throw _host.ExceptSchemaMismatch(nameof(input), "input", column.InputColumnName)).ToArray();
        var builders = _columns.Select((column, i) => KeyMapBuilder.Create(_host, column, sources[i].Type)).ToArray();
        if (_keyData == null)
        {
            Learn(input, sources, builders);
        }
        else
        {
            foreach (var builder in builders)
                Learn(_keyData, [builder.CheckKeys(_host, _keyData.Schema[0])], [builder.WithoutLimit()]);
        }

        return new ValueToKeyMappingTransformer(_host, _columns, builders.Select(builder => builder.Finish()).ToArray());
    }

    private void Learn(IDataView data, DataViewSchema.Column[] sources, KeyMapBuilder[] builders)
    {
        using var cursor = data.GetRowCursor(sources);
        var readers = builders.Select((builder, i) => builder.Bind(cursor, sources[i])).ToArray();
        while (builders.Any(builder => !builder.IsFull) && cursor.MoveNext())
        {
            _host.CheckAlive();
            foreach (var read in readers)
                read();
        }
    }

    /// <summary>What columns the transformer would give.</summary>
    public SchemaShape GetOutputSchema(SchemaShape inputSchema)
    {
        _host.CheckValue(inputSchema, nameof(inputSchema));
        return inputSchema.With(_columns.Select(options =>
        {
            var source = inputSchema.Find(_host, options.InputColumnName);
            var valueType = options.AddKeyValueAnnotationsAsText ? TextDataViewType.Instance : source.ItemType;
            var annotations = new List<SchemaShape.Column>
            {
                new(AnnotationUtils.Kinds.KeyValues, SchemaShape.Column.VectorKind.Vector, valueType, false),
            };
            if (source.Annotations.TryFindColumn(AnnotationUtils.Kinds.SlotNames, out var slotNames))
                annotations.Add(slotNames);
            return new SchemaShape.Column(options.OutputColumnName, source.Kind, NumberDataViewType.UInt32, true, new SchemaShape(annotations));
        }));
    }

    /// <summary>What is used where nothing is said.</summary>
    internal static class Defaults
    {
        public const int MaximumNumberOfKeys = 1000000;
        public const KeyOrdinality Ordinality = KeyOrdinality.ByOccurrence;
        public const bool AddKeyValueAnnotationsAsText = false;
    }

    /// <summary>What to do with one column.</summary>
    internal sealed class ColumnOptions
    {
        public readonly string OutputColumnName;
        public readonly string InputColumnName;
        public readonly KeyOrdinality KeyOrdinality;
        public readonly int MaximumNumberOfKeys;
        public readonly bool AddKeyValueAnnotationsAsText;

        public ColumnOptions(
            string outputColumnName,
            string? inputColumnName = null,
            int maximumNumberOfKeys = Defaults.MaximumNumberOfKeys,
            KeyOrdinality keyOrdinality = Defaults.Ordinality,
            bool addKeyValueAnnotationsAsText = Defaults.AddKeyValueAnnotationsAsText)
        {
            OutputColumnName = Contracts.CheckNonWhiteSpace(outputColumnName, nameof(outputColumnName));
            InputColumnName = inputColumnName ?? outputColumnName;
            KeyOrdinality = keyOrdinality;
            MaximumNumberOfKeys = maximumNumberOfKeys;
            AddKeyValueAnnotationsAsText = addKeyValueAnnotationsAsText;
        }
    }
}
