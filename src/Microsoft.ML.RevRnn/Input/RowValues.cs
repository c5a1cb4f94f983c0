namespace Microsoft.ML.RevRnn.Input;

/// <summary>What a model is given of one row.</summary>
/// <param name="Tokens">The tokens.</param>
/// <param name="Features">The numbers; empty where no columns of numbers are read.</param>
/// <param name="NGrams">The n-grams; null where none are read.</param>
internal readonly record struct RowValues(int[] Tokens, float[] Features, NGramVector? NGrams)
{
    /// <summary>Rows as the engine takes them.</summary>
    public static (int[][] Tokens, float[][]? Features, NGramVector[]? NGrams) Columns(RowValues[] rows) => (
        Array.ConvertAll(rows, row => row.Tokens),
        rows is [{ Features.Length: > 0 }, ..] ? Array.ConvertAll(rows, row => row.Features) : null,
        rows is [{ NGrams: not null }, ..] ? Array.ConvertAll(rows, row => row.NGrams!) : null);
}
