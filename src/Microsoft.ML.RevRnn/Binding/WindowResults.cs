namespace Microsoft.ML.RevRnn.Binding;

/// <summary>Values that are made of many rows side by side where those were read ahead, and else row by row.</summary>
internal static class WindowResults
{
    /// <param name="row">The row, or the cursor at a row, that the value belongs to.</param>
    /// <param name="read">Reads what it is made of, of the row's current values.</param>
    /// <param name="readToKeep">Reads the same, which the next row's does not overwrite.</param>
    /// <param name="compute">Makes it of one row.</param>
    /// <param name="computeMany">Makes those of many rows, which are to be the same.</param>
    /// <param name="sizeOf">How many numbers a row's value has, where that goes by its length: then as few rows are made at once as take little memory. Null where it does not.</param>
    public static RowResult<TResult> Create<TInput, TResult>(
        DataViewRow row,
        Func<TInput> read,
        Func<TInput> readToKeep,
        Func<TInput, TResult> compute,
        Func<TInput[], TResult[]> computeMany,
        Func<TInput, long>? sizeOf = null)
    {
        if (row is not RowWindow window)
            return new RowResult<TResult>(row, () => compute(read()));
        var group = new RowGroup<TInput, TResult>(window, readToKeep, computeMany, sizeOf ?? (_ => 0));
        return new RowResult<TResult>(row, () => group.TryGet(out var result) ? result : compute(read()));
    }
}
