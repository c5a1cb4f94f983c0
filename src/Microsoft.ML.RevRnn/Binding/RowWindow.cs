using System.Runtime.ExceptionServices;
using Microsoft.ML.Data;

namespace Microsoft.ML.RevRnn.Binding;

/// <summary>
/// Goes through the rows of a cursor with some of them read ahead, so that what is made of rows can be made of many side by side (<see cref="WindowResults"/>). First one row, then twice as many
/// as before up to <see cref="MostRows"/>: who wants a few rows only waits for no more.
/// </summary>
internal sealed class RowWindow : DataViewRowCursor
{
    /// <summary>A few batches of texts that are sorted by length.</summary>
    public const int MostRows = 256;

    private readonly DataViewRowCursor _input;
    private readonly WindowColumn?[] _columns;
    private readonly WindowColumn<DataViewRowId> _ids;
    private readonly long[] _positions = new long[MostRows];
    private readonly long[] _batches = new long[MostRows];
    private ExceptionDispatchInfo? _failure;
    private int _size;

    private RowWindow(DataViewRowCursor input)
    {
        _input = input;
        _columns = [.. input.Schema.Select(column => input.IsColumnActive(column) ? WindowColumn.Create(input, column, this) : null)];
        _ids = new WindowColumn<DataViewRowId>(input.GetIdGetter(), this);
    }

    /// <summary>The row that the cursor is at, within those that were read.</summary>
    public int Index { get; private set; } = -1;

    /// <summary>Rows that were read.</summary>
    public int Count { get; private set; }

    /// <summary>Tells one filling from another.</summary>
    public long Number { get; private set; }

    public override long Position => Index < 0 ? -1 : _positions[Index];

    public override long Batch => Index < 0 ? 0 : _batches[Index];

    public override DataViewSchema Schema => _input.Schema;

    /// <summary>A window over a cursor; the cursor itself where it has a column whose values cannot be kept.</summary>
    public static DataViewRowCursor Over(DataViewRowCursor input)
        => input.Schema.All(column => !input.IsColumnActive(column) || WindowColumn.CanKeep(column.Type)) ? new RowWindow(input) : input;

    public override bool MoveNext()
    {
        if (++Index < Count)
            return true;
        _failure?.Throw();
        _size = Math.Clamp(2 * _size, 1, MostRows);
        Number++;
        (Index, Count) = (0, 0);
        try
        {
            while (Count < _size && _input.MoveNext())
                Read();
        }
        catch (Exception failure) when (Count > 0)
        {
            // The rows before it are as good as ever; whoever goes on to it is told.
            _failure = ExceptionDispatchInfo.Capture(failure);
        }
        if (Count == 0)
            Index = -1;
        return Count > 0;
    }

    /// <summary>Something of each row that was read.</summary>
    public T[] ReadAll<T>(Func<T> read)
    {
        var values = new T[Count];
        var index = Index;
        try
        {
            for (Index = 0; Index < values.Length; Index++)
                values[Index] = read();
        }
        finally
        {
            Index = index;
        }
        return values;
    }

    public override ValueGetter<DataViewRowId> GetIdGetter() => _ids.Get;

    public override bool IsColumnActive(DataViewSchema.Column column) => _input.IsColumnActive(column);

    public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column)
    {
        if (!IsColumnActive(column))
            throw new InvalidOperationException($"Column '{column.Name}' was not asked for when this cursor was made, so it has no values.");
        return _columns[column.Index]!.Getter as ValueGetter<TValue>
            ?? throw new InvalidOperationException($"Column '{column.Name}' holds {column.Type.RawType}, not {typeof(TValue)}.");
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            _input.Dispose();
        base.Dispose(disposing);
    }

    private void Read()
    {
        foreach (var column in _columns)
            column?.Read(Count);
        _ids.Read(Count);
        _positions[Count] = _input.Position;
        _batches[Count] = _input.Batch;
        Count++;
    }
}
