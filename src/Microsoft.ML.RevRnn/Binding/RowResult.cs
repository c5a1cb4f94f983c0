using Microsoft.ML.Data;

namespace Microsoft.ML.RevRnn.Binding;

/// <summary>
/// A vector that is computed once for each row, however many columns ask for it. It belongs to one row or cursor, so to one thread at a time.
/// </summary>
/// <param name="row">The row, or the cursor at a row, that it belongs to.</param>
/// <param name="length">Its length.</param>
/// <param name="compute">Computes it of the row's current values.</param>
internal sealed class RowResult(DataViewRow row, int length, Action<float[]> compute)
{
    private readonly float[] _values = new float[length];
    private long _position = -1;

    /// <summary>The vector as the value of a column.</summary>
    public ValueGetter<VBuffer<float>> Getter => (ref VBuffer<float> destination) =>
    {
        var editor = VBufferEditor.Create(ref destination, _values.Length);
        Values.CopyTo(editor.Values);
        destination = editor.Commit();
    };

    /// <summary>The vector of the current row.</summary>
    public ReadOnlySpan<float> Values
    {
        get
        {
            // A row that does not count its positions may have changed unnoticed.
            if (_position < 0 || _position != row.Position)
            {
                _position = -1;
                compute(_values);
                _position = row.Position;
            }
            return _values;
        }
    }
}
