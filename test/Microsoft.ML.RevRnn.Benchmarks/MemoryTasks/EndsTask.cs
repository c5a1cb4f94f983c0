namespace Microsoft.ML.RevRnn.Benchmarks;

/// <summary>Whether a text ends with the token that it begins with: half of them do.</summary>
internal static class EndsTask
{
    public const int Vocabulary = 4;

    /// <summary>Texts to learn from, and as many to be asked about.</summary>
    public const int Texts = 1000;

    public const int Epochs = 12;

    /// <param name="count">Texts.</param>
    /// <param name="length">T.</param>
    /// <param name="seed">What tokens are drawn from.</param>
    public static (int[][] Sequences, int[] Labels) Draw(int count, int length, int seed)
    {
        var random = new Random(seed);
        var sequences = new int[count][];
        for (var i = 0; i < count; i++)
        {
            sequences[i] = [.. Enumerable.Range(0, length).Select(_ => random.Next(Vocabulary))];
            // As often the same as not.
            var shift = i % 2 == 0 ? 0 : random.Next(1, Vocabulary);
            sequences[i][^1] = (sequences[i][0] + shift) % Vocabulary;
        }
        return (sequences, Array.ConvertAll(sequences, tokens => tokens[0] == tokens[^1] ? 1 : 0));
    }

    /// <summary>Part of the texts that a model is right about.</summary>
    public static double Accuracy(SequenceClassifier model, int[][] sequences, int[] labels)
    {
        var correct = 0;
        var probabilities = new float[2];
        for (var i = 0; i < sequences.Length; i++)
        {
            model.Predict(sequences[i], probabilities);
            correct += (probabilities[1] > 0.5f ? 1 : 0) == labels[i] ? 1 : 0;
        }
        return (double)correct / sequences.Length;
    }
}
