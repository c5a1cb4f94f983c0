using Microsoft.ML.RevRnn.Models;

namespace Microsoft.ML.RevRnn;

/// <summary>
/// How well words are told from their characters by a tagger that has the word as the class of each of its characters, and of the separator before it: the accuracy by how many letters of the
/// word it has read (Madsen 2019, Visualizing memorization in RNNs). Few letters are a matter of what was read before, many of spelling.
/// </summary>
public static class AccuracyByLetters
{
    private const int MostTop = 1000;

    /// <summary>Measures a tagger.</summary>
    /// <param name="tagger">The tagger.</param>
    /// <param name="sequences">Token numbers of each sequence.</param>
    /// <param name="labels">Of each sequence the class of each token.</param>
    /// <param name="separator">The token that begins a word.</param>
    /// <param name="top">How many of the most probable classes count, 1 to 1,000.</param>
    /// <param name="ignored">Classes that are not to be told, such as that of all unknown words; null for none.</param>
    /// <returns>A figure for each number of letters, ascending, from 0. Of classes that are as probable the first counts as more so.</returns>
    /// <exception cref="ArgumentException">Sequences and labels do not fit together or to the tagger.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An argument is out of its range.</exception>
    /// <exception cref="InvalidOperationException">Weights are so large that there is no finite result.</exception>
    public static IReadOnlyList<LetterAccuracy> Of(
        SequenceTagger tagger, IReadOnlyList<int[]> sequences, IReadOnlyList<int[]> labels, int separator, int top = 3, IReadOnlySet<int>? ignored = null)
    {
        ArgumentNullException.ThrowIfNull(tagger);
        ArgumentNullException.ThrowIfNull(sequences);
        OptionCheck.Range(nameof(separator), separator, 0, tagger.VocabularySize - 1);
        OptionCheck.Range(nameof(top), top, 1, MostTop);
        TrainingInput.CheckLabels(sequences, labels, tagger.ClassCount);
        var counts = new List<long[]>();
        for (var i = 0; i < sequences.Count; i++)
        {
            if (labels[i].Length != sequences[i].Length)
                throw new ArgumentException($"Sequence {i} has {sequences[i].Length} tokens and {labels[i].Length} labels; it must have one for each.", nameof(labels));
            var probabilities = new float[sequences[i].Length * tagger.ClassCount];
            tagger.Predict(sequences[i], probabilities);
            var letters = 0;
            for (var t = 0; t < sequences[i].Length; t++)
            {
                letters = sequences[i][t] == separator ? 0 : letters + 1;
                if (ignored?.Contains(labels[i][t]) != true)
                    Count(counts, letters, Rank(probabilities.AsSpan(t * tagger.ClassCount, tagger.ClassCount), labels[i][t]), top);
            }
        }
        return [.. counts.Select((ofLetters, letters) => Figure(ofLetters, letters, top))];
    }

    /// <summary>How many classes are more probable.</summary>
    private static int Rank(ReadOnlySpan<float> probabilities, int label)
    {
        var rank = 0;
        for (var other = 0; other < probabilities.Length; other++)
        {
            if (probabilities[other] > probabilities[label] || (probabilities[other] == probabilities[label] && other < label))
                rank++;
        }
        return rank;
    }

    /// <summary>Of each number of letters: how often there were so many, then how often the rank was below 1, 2, ...</summary>
    private static void Count(List<long[]> counts, int letters, int rank, int top)
    {
        while (counts.Count <= letters)
            counts.Add(new long[top + 1]);
        counts[letters][0]++;
        for (var k = rank + 1; k <= top; k++)
            counts[letters][k]++;
    }

    private static LetterAccuracy Figure(long[] counts, int letters, int top)
        => new(letters, counts[0], [.. Enumerable.Range(1, top).Select(k => counts[0] == 0 ? 0 : (double)counts[k] / counts[0])]);
}
