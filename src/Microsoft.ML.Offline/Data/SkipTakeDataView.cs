namespace Microsoft.ML.Offline;

/// <summary>The rows of a table from one on, up to a number.</summary>
internal sealed class SkipTakeDataView(IDataView source, long skip, long take) : IDataView
{
    public bool CanShuffle => false;

    public DataViewSchema Schema => source.Schema;

    public long? GetRowCount() => source.GetRowCount() is long count ? Math.Min(Math.Max(count - skip, 0), take) : null;

    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random? rand = null)
        => new Cursor(source.GetRowCursor(columnsNeeded), skip, take);

    public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random? rand = null)
        => [GetRowCursor(columnsNeeded)];

    private sealed class Cursor(DataViewRowCursor input, long skip, long take) : WrappingCursor(input)
    {
        private long _toSkip = skip;
        private long _position = -1;
        private bool _done;

        public override long Position => _position;

        public override bool MoveNext()
        {
            while (!_done && _toSkip > 0)
            {
                _toSkip--;
                _done = !input.MoveNext();
            }

            _done = _done || _position + 1 >= take || !input.MoveNext();
            _position = _done ? -1 : _position + 1;
            return !_done;
        }
    }
}
