using System.Diagnostics.CodeAnalysis;
using Microsoft.ML.Offline;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.Data;

/// <summary>Passes over a table on several threads.</summary>
internal static class DataViewUtils
{
    /// <summary>How many threads share a pass where nothing else is said.</summary>
    public static int GetThreadCount(int num = 0, bool preferOne = false)
    {
        int usual = Math.Max(2, Environment.ProcessorCount - 1);
        return num > 0 ? Math.Min(num, 2 * usual) : preferOne ? 1 : usual;
    }

    /// <summary>A cursor over a view's cursor set: the set's cursors run on threads of their own, and rows come in the order of one cursor.</summary>
    public static bool TryCreateConsolidatingCursor(
        [NotNullWhen(true)] out DataViewRowCursor? curs,
        IDataView view,
        IEnumerable<DataViewSchema.Column> columnsNeeded,
        IHost host,
        Random? rand)
    {
        Contracts.CheckValue(host, nameof(host));
        host.CheckValue(view, nameof(view));
        curs = null;
        int threads = GetThreadCount();
        if (threads == 1 || !AllCacheable(columnsNeeded))
            return false;
        var inputs = view.GetRowCursorSet(columnsNeeded, threads, rand);
        curs = inputs.Length == 1 ? inputs[0] : new ConsolidatingCursor(inputs);
        return true;
    }

    /// <summary>Cursors that share the rows of one, each to be used on a thread of its own; their batches tell the order.</summary>
    public static DataViewRowCursor[] CreateSplitCursors(IChannelProvider provider, DataViewRowCursor input, int num)
    {
        Contracts.CheckValue(provider, nameof(provider));
        provider.CheckValue(input, nameof(input));
        if (num <= 1 || !AllCacheable(input.Schema.Where(input.IsColumnActive)))
            return [input];
        return new SplitSource(input, num).MakeCursors();
    }

    /// <summary>Whether values of all columns can be held.</summary>
    public static bool AllCacheable(IEnumerable<DataViewSchema.Column> columnsNeeded) => columnsNeeded.All(column => column.Type.IsCacheable());

    /// <summary>Whether values of a type can be held.</summary>
    public static bool IsCacheable(this DataViewType type) => type is PrimitiveDataViewType or VectorDataViewType;
}
