namespace Microsoft.ML.RevRnn.Tasks;

/// <summary>Checks of training data before any work is done with it.</summary>
internal static class TrainingInput
{
    public static void Check(IReadOnlyList<int[]> sequences, int vocabularySize, NetworkOptions network, TrainingOptions training)
    {
        ArgumentNullException.ThrowIfNull(sequences);
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(training);
        network.Validate();
        training.Validate();
        OptionCheck.Range(nameof(vocabularySize), vocabularySize, 2, 10_000_002);
        if ((long)vocabularySize * network.EmbeddingSize > int.MaxValue / 2)
        {
            throw new ArgumentException(
                $"A vocabulary of {vocabularySize} times {nameof(NetworkOptions.EmbeddingSize)} {network.EmbeddingSize} is more than {int.MaxValue / 2} values; lower either.",
                nameof(vocabularySize));
        }
        if (sequences.Count == 0)
            throw new ArgumentException("There are no sequences to train on.", nameof(sequences));
        for (var i = 0; i < sequences.Count; i++)
        {
            foreach (var token in sequences[i] ?? throw new ArgumentException($"Sequence {i} is null.", nameof(sequences)))
            {
                if ((uint)token >= (uint)vocabularySize)
                    throw new ArgumentException($"Sequence {i} holds token {token}; tokens must be from 0 to {vocabularySize - 1}.", nameof(sequences));
            }
        }
    }

    public static void CheckTokens(ReadOnlySpan<int> tokens, int vocabularySize)
    {
        foreach (var token in tokens)
        {
            if ((uint)token >= (uint)vocabularySize)
                throw new ArgumentException($"The sequence holds token {token}; tokens must be from 0 to {vocabularySize - 1}.", nameof(tokens));
        }
    }

    public static int Threads(TrainingOptions training) => training.ThreadCount ?? Environment.ProcessorCount;
}
