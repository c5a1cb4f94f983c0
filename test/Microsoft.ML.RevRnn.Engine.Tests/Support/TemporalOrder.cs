namespace Microsoft.ML.RevRnn.Engine.Tests;

/// <summary>
/// The temporal-order problem (Hochreiter and Schmidhuber 1997, as Pascanu, Mikolov and Bengio 2013 have it): two of T tokens, one in the second tenth of the text and one in its fifth, are one of two kinds each; all others
/// say nothing. In which order there are which is one of four classes.
/// </summary>
internal static class TemporalOrder
{
    public const int Vocabulary = 8;

    public const int Classes = 4;

    private const int FirstKind = 2, Distractors = 4;

    /// <param name="count">Texts.</param>
    /// <param name="length">T, ten at the least.</param>
    /// <param name="seed">What tokens are drawn from.</param>
    public static (int[][] Sequences, int[] Labels) Draw(int count, int length, int seed)
    {
        var random = new Random(seed);
        var (sequences, labels) = (new int[count][], new int[count]);
        for (var i = 0; i < count; i++)
        {
            sequences[i] = [.. Enumerable.Range(0, length).Select(_ => FirstKind + 2 + random.Next(Distractors))];
            var (first, second) = (random.Next(2), random.Next(2));
            sequences[i][random.Next(length / 10, length / 5)] = FirstKind + first;
            sequences[i][random.Next(4 * length / 10, length / 2)] = FirstKind + second;
            labels[i] = 2 * first + second;
        }
        return (sequences, labels);
    }
}
