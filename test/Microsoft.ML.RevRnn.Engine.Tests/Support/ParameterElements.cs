using Microsoft.ML.RevRnn.Networks;

namespace Microsoft.ML.RevRnn.Engine.Tests;

/// <summary>A parameter's elements [rows, columns] as numbers, without padding.</summary>
internal static class ParameterElements
{
    public static double[] Elements(this Parameter parameter) => parameter.Each((row, column) => (double)parameter.At(row, column));

    public static double[] ElementGradients(this Parameter parameter) => parameter.Each((row, column) => (double)parameter.GradientAt(row, column));

    /// <summary>Those by a table's vectors [V, I]; zero for tokens that the batch does not have.</summary>
    public static unsafe double[] ElementGradients(this EmbeddingTable table) => table.Value.Each((token, column) =>
        table.Touched.IndexOf(token) is >= 0 and var slot ? (double)table.Gradient[slot * table.Stride + table.Columns[column]] : 0);

    public static void SetElements(this Parameter parameter, double[] values)
    {
        Assert.HasCount(parameter.Rows * parameter.Columns, values, parameter.Name);
        for (var i = 0; i < values.Length; i++)
            parameter.At(i / parameter.Columns, i % parameter.Columns) = (float)values[i];
    }

    private static T[] Each<T>(this Parameter parameter, Func<int, int, T> read) =>
        [.. Enumerable.Range(0, parameter.Rows * parameter.Columns).Select(i => read(i / parameter.Columns, i % parameter.Columns))];
}
