using Microsoft.ML.Data;

namespace Microsoft.ML.RevRnn.Binding;

/// <summary>Vectors that are computed once for each row, however many columns ask for them, and columns of their values.</summary>
internal static class RowVectors
{
    /// <summary>A vector of one length for all rows, which share one array.</summary>
    /// <param name="row">The row, or the cursor at a row, that it belongs to.</param>
    /// <param name="length">Its length.</param>
    /// <param name="compute">Computes it of the row's current values.</param>
    public static RowResult<float[]> Create(DataViewRow row, int length, Action<float[]> compute)
    {
        var values = new float[length];
        return new RowResult<float[]>(row, () =>
        {
            compute(values);
            return values;
        });
    }

    /// <summary>The vector itself.</summary>
    public static ValueGetter<VBuffer<T>> Getter<T>(this RowResult<T[]> result) => (ref VBuffer<T> destination) =>
    {
        var values = result.Value;
        var editor = VBufferEditor.Create(ref destination, values.Length);
        values.CopyTo(editor.Values);
        destination = editor.Commit();
    };

    /// <summary>A vector with something made of each of its values.</summary>
    public static ValueGetter<VBuffer<TTo>> Getter<T, TTo>(this RowResult<T[]> result, Func<T, TTo> convert) => (ref VBuffer<TTo> destination) =>
    {
        var values = result.Value;
        var editor = VBufferEditor.Create(ref destination, values.Length);
        for (var i = 0; i < values.Length; i++)
            editor.Values[i] = convert(values[i]);
        destination = editor.Commit();
    };
}
