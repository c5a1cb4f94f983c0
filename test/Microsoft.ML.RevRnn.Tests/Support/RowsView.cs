using Microsoft.ML.Data;

namespace Microsoft.ML.RevRnn.Tests.Support;

/// <summary>Texts and label keys, with no regard for whether the keys fit their type; it counts how often a text is read.</summary>
internal sealed class RowsView : IDataView
{
    private readonly (string Text, uint Label)[] _rows;
    private int _textsRead;
    private int _cursors;

    public RowsView(int keyCount, params (string Text, uint Label)[] rows)
    {
        _rows = rows;
        var builder = new DataViewSchema.Builder();
        builder.AddColumn("Text", TextDataViewType.Instance);
        builder.AddColumn("Label", new KeyDataViewType(typeof(uint), keyCount));
        Schema = builder.ToSchema();
    }

    public int TextsRead => _textsRead;

    public int Cursors => _cursors;

    public bool CanShuffle => false;

    public DataViewSchema Schema { get; }

    public long? GetRowCount() => _rows.Length;

    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random? rand = null)
    {
        Interlocked.Increment(ref _cursors);
        return new Cursor(this, [.. columnsNeeded.Select(column => column.Index)]);
    }

    public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random? rand = null)
        => [GetRowCursor(columnsNeeded, rand)];

    private sealed class Cursor(RowsView view, HashSet<int> active) : DataViewRowCursor
    {
        private int _position = -1;

        public override long Position => _position;

        public override long Batch => 0;

        public override DataViewSchema Schema => view.Schema;

        public override bool MoveNext() => ++_position < view._rows.Length;

        public override bool IsColumnActive(DataViewSchema.Column column) => active.Contains(column.Index);

        public override ValueGetter<DataViewRowId> GetIdGetter() => (ref DataViewRowId id) => id = new DataViewRowId((ulong)_position, 0);

        public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column)
        {
            if (!IsColumnActive(column))
                throw new InvalidOperationException($"Column {column.Name} is not active.");
            Delegate getter = column.Index == 0
                ? (ValueGetter<ReadOnlyMemory<char>>)GetText
                : (ValueGetter<uint>)((ref uint label) => label = view._rows[_position].Label);
            return (ValueGetter<TValue>)getter;
        }

        private void GetText(ref ReadOnlyMemory<char> text)
        {
            Interlocked.Increment(ref view._textsRead);
            text = view._rows[_position].Text.AsMemory();
        }
    }
}
