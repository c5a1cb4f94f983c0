using Microsoft.ML.Data;

namespace Microsoft.ML.RevRnn.Binding;

/// <summary>Vectors that are computed once for each row, however many columns ask for them, and columns of their values.</summary>
internal static class RowVectors
{
    /// <summary>A vector of one length for all rows; rows that come one by one share one array.</summary>
    /// <param name="row">The row, or the cursor at a row, that it belongs to.</param>
    /// <param name="length">Its length.</param>
    /// <param name="read">Reads what it is made of, of the row's current values.</param>
    /// <param name="readToKeep">Reads the same, which the next row's does not overwrite.</param>
    /// <param name="compute">Computes it of one row.</param>
    /// <param name="computeMany">Computes those of many rows.</param>
    public static RowResult<float[]> Create<TInput>(
        DataViewRow row, int length, Func<TInput> read, Func<TInput> readToKeep, Action<TInput, float[]> compute, Func<TInput[], float[][]> computeMany)
    {
        var values = new float[length];
        return WindowResults.Create(
            row,
            read,
            readToKeep,
            input =>
            {
                compute(input, values);
                return values;
            },
            computeMany);
    }

    /// <summary>The vector itself.</summary>
    public static ValueGetter<VBuffer<T>> Getter<T>(this RowResult<T[]> result) => (ref VBuffer<T> destination) => Copy(result.Value, ref destination);

    /// <summary>Copies values to a vector.</summary>
    public static void Copy<T>(T[] values, ref VBuffer<T> destination)
    {
        var editor = VBufferEditor.Create(ref destination, values.Length);
        values.CopyTo(editor.Values);
        destination = editor.Commit();
    }

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
