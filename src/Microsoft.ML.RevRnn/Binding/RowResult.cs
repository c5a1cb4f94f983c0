namespace Microsoft.ML.RevRnn.Binding;

/// <summary>
/// A value that is computed once for each row, however many columns ask for it. It belongs to one row or cursor, so to one thread at a time.
/// </summary>
/// <param name="row">The row, or the cursor at a row, that it belongs to.</param>
/// <param name="compute">Computes it of the row's current values.</param>
internal sealed class RowResult<T>(DataViewRow row, Func<T> compute)
{
    private T _value = default!;
    private long _position = -1;

    /// <summary>The value of the current row.</summary>
    public T Value
    {
        get
        {
            // A row that does not count its positions may have changed unnoticed.
            if (_position < 0 || _position != row.Position)
            {
                _position = -1;
                _value = compute();
                _position = row.Position;
            }
            return _value;
        }
    }
}
