namespace Microsoft.ML.RevRnn.Engine.Tests;

/// <summary>Random token sequences.</summary>
internal static class Sequences
{
    /// <summary>Lengths between shortest and longest, both of which occur where there are two sequences.</summary>
    public static int[][] Random(int count, int shortest, int longest, int vocabulary = 11, int seed = 1)
    {
        var random = new Random(seed);
        var sequences = new int[count][];
        for (var i = 0; i < count; i++)
        {
            var length = i switch
            {
                0 => longest,
                1 => shortest,
                _ => random.Next(shortest, longest + 1),
            };
            sequences[i] = new int[length];
            foreach (ref var token in sequences[i].AsSpan())
                token = random.Next(vocabulary);
        }
        return sequences;
    }

    public static int[] Labels(int count, int classes = 3, int seed = 2)
    {
        var random = new Random(seed);
        var labels = new int[count];
        foreach (ref var label in labels.AsSpan())
            label = random.Next(classes);
        return labels;
    }
}
