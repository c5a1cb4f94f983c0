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
    private readonly RowResult<float[]> _values = new(row, Computing(length, compute));

    /// <summary>The vector as the value of a column.</summary>
    public ValueGetter<VBuffer<float>> Getter => (ref VBuffer<float> destination) =>
    {
        var editor = VBufferEditor.Create(ref destination, Values.Length);
        Values.CopyTo(editor.Values);
        destination = editor.Commit();
    };

    /// <summary>The vector of the current row.</summary>
    public ReadOnlySpan<float> Values => _values.Value;

    /// <summary>All rows share one array.</summary>
    private static Func<float[]> Computing(int length, Action<float[]> compute)
    {
        var values = new float[length];
        return () =>
        {
            compute(values);
            return values;
        };
    }
}
