using Microsoft.ML.Offline;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.Data;

/// <summary>A transformer that makes each of its output columns of one input column.</summary>
public abstract class OneToOneTransformerBase : RowToRowTransformerBase
{
    private protected OneToOneTransformerBase(IHost host, params (string outputColumnName, string inputColumnName)[] columns)
        : base(host)
    {
        host.CheckNonEmpty(columns, nameof(columns));
        var names = new HashSet<string>();
        foreach (var (output, input) in columns)
        {
            host.CheckNonEmpty(input, nameof(columns));
            host.CheckParam(names.Add(host.CheckNonEmpty(output, nameof(columns))), nameof(columns), $"There are two output columns '{output}'.");
        }

        ColumnPairs = columns;
    }

    private protected OneToOneTransformerBase(IHost host, ModelLoadContext ctx)
        : this(host, LoadColumns(host, ctx))
    {
    }

    /// <summary>The output columns and what they are made of.</summary>
    private protected (string outputColumnName, string inputColumnName)[] ColumnPairs { get; }

    private static (string, string)[] LoadColumns(IHost host, ModelLoadContext ctx)
    {
        int count = ctx.Reader.ReadInt32();
        host.CheckDecode(0 < count && count <= ctx.Header.CbModel, "The number of columns is corrupt.");
        var columns = new (string, string)[count];
        for (int i = 0; i < count; i++)
            columns[i] = (ctx.LoadNonEmptyString(), ctx.LoadNonEmptyString());
        return columns;
    }

    /// <summary>Saves an int32 number of columns, then for each the string ids of output and input.</summary>
    private protected void SaveColumns(ModelSaveContext ctx)
    {
        ctx.Writer.Write(ColumnPairs.Length);
        foreach (var (output, input) in ColumnPairs)
        {
            ctx.SaveNonEmptyString(output);
            ctx.SaveNonEmptyString(input);
        }
    }

    private protected sealed override RowMapping MakeMapping(DataViewSchema inputSchema)
        => RowMapping.Add(inputSchema, ColumnPairs.Select((pair, i) =>
        {
            var source = inputSchema.GetColumnOrNull(pair.inputColumnName)
                ?? throw Host.ExceptSchemaMismatch(nameof(inputSchema), "input", pair.inputColumnName);
            return MapColumn(i, source);
        }));

    /// <summary>The output column at an index, over the input column that was found for it.</summary>
    private protected abstract OutputColumn MapColumn(int index, DataViewSchema.Column source);
}
