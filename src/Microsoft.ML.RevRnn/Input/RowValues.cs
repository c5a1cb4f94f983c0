namespace Microsoft.ML.RevRnn.Input;

/// <summary>What a model is given of one row.</summary>
/// <param name="Tokens">The tokens.</param>
/// <param name="Features">The numbers; empty where no columns of numbers are read.</param>
/// <param name="NGrams">The n-grams; null where none are read.</param>
internal readonly record struct RowValues(int[] Tokens, float[] Features, NGramVector? NGrams)
{
    /// <summary>Has many rows predicted as the engine takes them: their tokens, their numbers and their n-grams, each by itself, or null where there are none.</summary>
    public static Func<RowValues[], TResult[]> OfMany<TResult>(Func<int[][], float[][]?, NGramVector[]?, TResult[]> predict) => rows => predict(
        Array.ConvertAll(rows, row => row.Tokens),
        rows is [{ Features.Length: > 0 }, ..] ? Array.ConvertAll(rows, row => row.Features) : null,
        rows is [{ NGrams: not null }, ..] ? Array.ConvertAll(rows, row => row.NGrams!) : null);
}
