using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.RevRnn.Input;

/// <summary>The numbers of a row, of all its columns of numbers one after the other. NaN is what ML.NET calls missing.</summary>
internal static class RowFeatures
{
    /// <summary>A function that gives the numbers of the row's current values, each time in an array of its own.</summary>
    /// <param name="row">The row, or the cursor at a row.</param>
    /// <param name="columns">Its columns of numbers.</param>
    /// <param name="context">Told of errors: an infinite number is an <see cref="InvalidOperationException"/>.</param>
    public static Func<float[]> CreateReader(DataViewRow row, IReadOnlyList<DataViewSchema.Column> columns, IExceptionContext context)
    {
        if (columns.Count == 0)
            return () => [];
        var size = columns.Sum(column => FeatureColumn.Of(column).Size);
        Action<Memory<float>>[] readers = [.. columns.Select(column => Reader(row, column, context))];
        int[] sizes = [.. columns.Select(column => FeatureColumn.Of(column).Size)];
        return () =>
        {
            var values = new float[size];
            var first = 0;
            for (var i = 0; i < readers.Length; i++)
            {
                readers[i](values.AsMemory(first, sizes[i]));
                first += sizes[i];
            }
            return values;
        };
    }

    private static Action<Memory<float>> Reader(DataViewRow row, DataViewSchema.Column column, IExceptionContext context)
    {
        if (column.Type is not VectorDataViewType)
        {
            var getter = row.GetGetter<float>(column);
            return target =>
            {
                getter(ref target.Span[0]);
                Check(target.Span, row, column, context);
            };
        }
        var getVector = row.GetGetter<VBuffer<float>>(column);
        var vector = default(VBuffer<float>);
        return target =>
        {
            getVector(ref vector);
            vector.CopyTo(target.Span);
            Check(target.Span, row, column, context);
        };
    }

    private static void Check(ReadOnlySpan<float> values, DataViewRow row, DataViewSchema.Column column, IExceptionContext context)
    {
        for (var i = 0; i < values.Length; i++)
        {
            if (float.IsInfinity(values[i]))
            {
                var place = column.Type is VectorDataViewType ? $" at place {i}" : "";
                throw context.Process(new InvalidOperationException(
                    $"The feature column '{column.Name}' has an infinite number in row {row.Position}{place}; numbers must be finite, or NaN where they are missing."));
            }
        }
    }
}
