using System.Collections.Immutable;
using System.Diagnostics;
using Microsoft.ML.Offline;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.Data;

/// <summary>The first rows of a table, read at once, to be looked at.</summary>
public sealed class DataDebuggerPreview
{
    internal DataDebuggerPreview(IDataView data, int maxRows = Defaults.MaxRows)
    {
        Contracts.CheckValue(data, nameof(data));
        Contracts.CheckParam(maxRows >= 0, nameof(maxRows), "The number of rows cannot be negative.");
        Schema = data.Schema;
        var rows = new List<RowInfo>();
        var columns = Schema.Select(_ => new List<object>()).ToArray();
        using (var cursor = data.GetRowCursor(Schema))
        {
            var readers = Schema.Select(column =>
                GenericMethods.Invoke<Func<object>>(MakeReader<int>, column.Type.RawType, cursor, column)).ToArray();
            while (rows.Count < maxRows && cursor.MoveNext())
            {
                var row = new RowInfo(readers.Length);
                for (int i = 0; i < readers.Length; i++)
                {
                    row.Values[i] = new(Schema[i].Name, readers[i]());

                    // Read twice: the row's value and the column's share no buffer.
                    columns[i].Add(readers[i]());
                }

                rows.Add(row);
            }
        }

        RowView = [.. rows];
        ColumnView = [.. Schema.Select((column, i) => new ColumnInfo(column, [.. columns[i]]))];
    }

    /// <summary>The table's columns.</summary>
    public DataViewSchema Schema { get; }

    /// <summary>The values by column.</summary>
    public ImmutableArray<ColumnInfo> ColumnView { get; }

    /// <summary>The values by row.</summary>
    public ImmutableArray<RowInfo> RowView { get; }

    /// <inheritdoc/>
    public override string ToString() => $"{Schema.Count} columns, {RowView.Length} rows";

    private static Func<object> MakeReader<T>(DataViewRow row, DataViewSchema.Column column)
    {
        var getter = row.GetGetter<T>(column);
        return () =>
        {
            T value = default!;
            getter(ref value);
            return value!;
        };
    }

    internal static class Defaults
    {
        public const int MaxRows = 100;
    }

    /// <summary>A row.</summary>
    public sealed class RowInfo
    {
        internal RowInfo(int columnCount) => Values = new KeyValuePair<string, object>[columnCount];

        /// <summary>The values with their columns' names.</summary>
        [DebuggerBrowsable(DebuggerBrowsableState.RootHidden)]
        public KeyValuePair<string, object>[] Values { get; }

        /// <inheritdoc/>
        public override string ToString() => $"{Values.Length} columns";
    }

    /// <summary>A column.</summary>
    public sealed class ColumnInfo
    {
        internal ColumnInfo(DataViewSchema.Column column, object[] values)
        {
            Column = column;
            Values = values;
        }

        /// <summary>Which column.</summary>
        public DataViewSchema.Column Column { get; }

        /// <summary>Its values, from the first row on.</summary>
        public object[] Values { get; }

        /// <inheritdoc/>
        public override string ToString() => $"{Column.Name}: {Column.Type}";
    }
}
