namespace Microsoft.ML.RevRnn.Binding;

/// <summary>Values that are made of many rows side by side where those were read ahead, and else row by row.</summary>
internal static class WindowResults
{
    /// <param name="row">The row, or the cursor at a row, that the value belongs to.</param>
    /// <param name="read">Reads what it is made of, of the row's current values.</param>
    /// <param name="compute">Makes it of one row.</param>
    /// <param name="computeMany">Makes those of many rows, which are to be the same.</param>
    public static RowResult<TResult> Create<TInput, TResult>(
        DataViewRow row, Func<TInput> read, Func<TInput, TResult> compute, Func<TInput[], TResult[]> computeMany)
    {
        if (row is not RowWindow window)
            return new RowResult<TResult>(row, () => compute(read()));
        var number = -1L;
        TResult[]? results = null;
        return new RowResult<TResult>(row, () =>
        {
            if (number != window.Number)
            {
                results = ComputeMany();
                number = window.Number;
            }
            return results == null ? compute(read()) : results[window.Index];
        });

        TResult[]? ComputeMany()
        {
            try
            {
                return window.Count == 1 ? null : computeMany(window.ReadAll(read));
            }
            catch (Exception failure) when (failure is not OutOfMemoryException)
            {
                // One of the rows ahead may be to blame: it is told of when it is asked for.
                return null;
            }
        }
    }
}
