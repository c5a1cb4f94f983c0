using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Offline;
using Microsoft.ML.Runtime;
using Microsoft.ML.Transforms;

[assembly: LoadableClass(
    typeof(ValueToKeyMappingTransformer), null, typeof(SignatureLoadModel), "Value to key", ValueToKeyMappingTransformer.LoaderSignature)]

namespace Microsoft.ML.Transforms;

/// <summary>Puts numbers in the place of values.</summary>
public sealed class ValueToKeyMappingTransformer : OneToOneTransformerBase
{
    internal const string LoaderSignature = "TermTransform";

    private static readonly VersionInfo _version = new(
        modelSignature: "TERMTRAN",
        verWrittenCur: 0x00010001,
        verReadableCur: 0x00010001,
        verWeCanReadBack: 0x00010001,
        loaderAssemblyName: typeof(ValueToKeyMappingTransformer).Assembly.FullName,
        loaderSignature: LoaderSignature);

    private readonly KeyMap[] _maps;

    internal ValueToKeyMappingTransformer(IHostEnvironment env, ValueToKeyMappingEstimator.ColumnOptions[] columns, KeyMap[] maps)
        : base(env.Register(nameof(ValueToKeyMappingTransformer)), columns.Select(c => (c.OutputColumnName, c.InputColumnName)).ToArray())
        => _maps = maps;

    private ValueToKeyMappingTransformer(IHost host, ModelLoadContext ctx)
        : base(host, ctx)
    {
        _maps = new KeyMap[ColumnPairs.Length];
        for (int i = 0; i < _maps.Length; i++)
            _maps[i] = KeyMap.Load(ctx.Reader);
    }

    private static ValueToKeyMappingTransformer Create(IHostEnvironment env, ModelLoadContext ctx)
    {
        ctx.CheckAtModel(_version);
        return new(env.Register(nameof(ValueToKeyMappingTransformer)), ctx);
    }

    /// <summary>Saves the columns, then the key map of each; ML.NET has another format for the latter.</summary>
    private protected override void SaveModel(ModelSaveContext ctx)
    {
        ctx.SetVersionInfo(_version);
        SaveColumns(ctx);
        foreach (var map in _maps)
            map.Save(ctx.Writer);
    }

    private protected override OutputColumn MapColumn(int index, DataViewSchema.Column source)
    {
        var map = _maps[index];
        if (!source.Type.GetItemType().Equals(map.Type))
            throw Host.ExceptSchemaMismatch("inputSchema", "input", source.Name, $"{map.Type} or a vector of it", source.Type.ToString());
        DataViewType type = source.Type is VectorDataViewType vector ? new VectorDataViewType(map.KeyType, vector.Dimensions) : map.KeyType;
        var annotations = new DataViewSchema.Annotations.Builder();
        map.AddKeyValues(annotations);
        annotations.Add(source.Annotations, kind => kind == AnnotationUtils.Kinds.SlotNames);
        var column = new DataViewSchema.DetachedColumn(ColumnPairs[index].outputColumnName, type, annotations.ToAnnotations());
        return new OutputColumn(column, [source.Index], input => map.MakeGetter(input, source));
    }
}
