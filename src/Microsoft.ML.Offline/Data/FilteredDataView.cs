namespace Microsoft.ML.Offline;

/// <summary>The rows of a table that pass a test.</summary>
internal sealed class FilteredDataView : IDataView
{
    private readonly IDataView _source;
    private readonly DataViewSchema.Column[] _tested;
    private readonly Func<DataViewRow, Func<bool>> _makeTest;
    private readonly bool _inOrder;

    /// <param name="source">The table.</param>
    /// <param name="tested">The columns that the test looks at.</param>
    /// <param name="makeTest">Makes the test of the row as it is then.</param>
    /// <param name="inOrder">Whether the test depends on the order of the rows, so that there is no other.</param>
    public FilteredDataView(IDataView source, DataViewSchema.Column[] tested, Func<DataViewRow, Func<bool>> makeTest, bool inOrder)
    {
        _source = source;
        _tested = tested;
        _makeTest = makeTest;
        _inOrder = inOrder;
    }

    public bool CanShuffle => !_inOrder && _source.CanShuffle;

    public DataViewSchema Schema => _source.Schema;

    public long? GetRowCount() => null;

    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random? rand = null)
    {
        var cursor = _source.GetRowCursor(columnsNeeded.Concat(_tested), _inOrder ? null : rand);
        return new Cursor(cursor, _makeTest(cursor));
    }

    public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random? rand = null)
    {
        if (_inOrder)
            return [GetRowCursor(columnsNeeded)];
        return Array.ConvertAll(
            _source.GetRowCursorSet(columnsNeeded.Concat(_tested), n, rand), cursor => new Cursor(cursor, _makeTest(cursor)));
    }

    private sealed class Cursor(DataViewRowCursor input, Func<bool> test) : WrappingCursor(input)
    {
        private long _position = -1;

        public override long Position => _position;

        public override bool MoveNext()
        {
            while (input.MoveNext())
            {
                if (test())
                {
                    _position++;
                    return true;
                }
            }

            _position = -1;
            return false;
        }
    }
}
