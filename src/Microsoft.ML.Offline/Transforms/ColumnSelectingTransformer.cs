using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Offline;
using Microsoft.ML.Runtime;
using Microsoft.ML.Transforms;

[assembly: LoadableClass(
    typeof(ColumnSelectingTransformer), null, typeof(SignatureLoadModel), "Select columns", ColumnSelectingTransformer.LoaderSignature)]

namespace Microsoft.ML.Transforms;

/// <summary>Keeps or drops columns.</summary>
public sealed class ColumnSelectingTransformer : ITransformer
{
    internal const string LoaderSignature = "SelectColumnsTransform";

    private static readonly VersionInfo _version = new(
        modelSignature: "SELCOLST",
        verWrittenCur: 0x00010001,
        verReadableCur: 0x00010001,
        verWeCanReadBack: 0x00010001,
        loaderAssemblyName: typeof(ColumnSelectingTransformer).Assembly.FullName,
        loaderSignature: LoaderSignature);

    private readonly IHost _host;
    private readonly string[] _names;
    private readonly bool _keep;
    private readonly bool _keepHidden;

    internal ColumnSelectingTransformer(IHost host, string[] names, bool keep, bool keepHidden)
    {
        _host = host;
        _host.Check(names is { Length: > 0 }, "There must be one column at least to keep or to drop.");
        _names = names.Distinct().ToArray();
        _keep = keep;
        _keepHidden = keepHidden;
    }

    /// <summary>Loads byte keep or drop, byte keep hidden, int32 number of names, their string ids.</summary>
    private static ColumnSelectingTransformer Create(IHostEnvironment env, ModelLoadContext ctx)
    {
        ctx.CheckAtModel(_version);
        bool keep = ctx.Reader.ReadBoolean();
        bool keepHidden = ctx.Reader.ReadBoolean();
        int count = ctx.Reader.ReadInt32();
        env.CheckDecode(0 < count && count <= ctx.Header.CbModel, "The number of columns is corrupt.");
        var names = new string[count];
        for (int i = 0; i < count; i++)
            names[i] = ctx.LoadNonEmptyString();
        return new(env.Register(nameof(ColumnSelectingTransformer)), names, keep, keepHidden);
    }

    bool ITransformer.IsRowToRowMapper => true;

    /// <summary>The columns of the output.</summary>
    public DataViewSchema GetOutputSchema(DataViewSchema inputSchema) => MakeMapping(inputSchema).OutputSchema;

    /// <summary>The table without the columns that were not kept.</summary>
    public IDataView Transform(IDataView input)
    {
        _host.CheckValue(input, nameof(input));
        return new MappedDataView(input, MakeMapping(input.Schema));
    }

    IRowToRowMapper ITransformer.GetRowToRowMapper(DataViewSchema inputSchema) => MakeMapping(inputSchema);

    void ICanSaveModel.Save(ModelSaveContext ctx)
    {
        ctx.CheckAtModel();
        ctx.SetVersionInfo(_version);
        ctx.Writer.Write(_keep);
        ctx.Writer.Write(_keepHidden);
        ctx.Writer.Write(_names.Length);
        foreach (string name in _names)
            ctx.SaveNonEmptyString(name);
    }

    private RowMapping MakeMapping(DataViewSchema inputSchema)
    {
        _host.CheckValue(inputSchema, nameof(inputSchema));
        var missing = _names.Where(name => inputSchema.GetColumnOrNull(name) == null).ToArray();
        if (missing.Length > 0)
            throw _host.ExceptSchemaMismatch(nameof(inputSchema), "input", string.Join(",", missing));

        // Kept columns come in the order in which they were named, all others in that of the input.
        var columns = _keep
            ? _names.SelectMany(name => inputSchema.Where(column => column.Name == name && (_keepHidden || !column.IsHidden)))
            : inputSchema.Where(column => !_names.Contains(column.Name));
        return new RowMapping(inputSchema, columns.Select(OutputColumn.PassThrough).ToArray());
    }
}
