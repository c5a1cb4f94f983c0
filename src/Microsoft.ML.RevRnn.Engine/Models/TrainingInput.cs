using Microsoft.ML.RevRnn.Heads;
using Microsoft.ML.RevRnn.Training;

namespace Microsoft.ML.RevRnn.Models;

/// <summary>Checks of training data before any work is done with it.</summary>
internal static class TrainingInput
{
    public static void Check(IReadOnlyList<int[]> sequences, int vocabularySize, NetworkOptions network, TrainingOptions training, bool hasFeedback = false)
    {
        ArgumentNullException.ThrowIfNull(sequences);
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(training);
        network.Validate();
        training.Validate();
        if (network.Feedback != FeedbackKind.None && !hasFeedback)
        {
            throw new ArgumentException(
                $"{nameof(NetworkOptions.Feedback)} is {network.Feedback}; only a tagger has a class for each token that can be fed back. Leave it {FeedbackKind.None}.", nameof(network));
        }
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

    /// <summary>
    /// The vectors or the weights of a language model to start from, after a check that they are of the network and the tokens that are asked for; null for neither.
    /// </summary>
    public static StartingWeights? Start(LanguageModel? pretrained, FineTuningOptions? fineTuning, WordVectors? vectors, NetworkOptions network, int vocabularySize)
    {
        fineTuning ??= new FineTuningOptions();
        fineTuning.Validate();
        if (pretrained == null)
            return Start(vectors, network, vocabularySize);
        if (pretrained.ContextSize > 0)
        {
            throw new ArgumentException(
                "The language model is given a context with each text, which a classifier has not; start from one that was trained without contexts.", nameof(pretrained));
        }
        if (vectors != null)
            throw new ArgumentException("There are word vectors and a language model to start from, which has vectors of its own; leave either out.", nameof(vectors));
        if (pretrained.Network with { Pooling = network.Pooling } == network && pretrained.VocabularySize == vocabularySize)
            return new StartingEncoder(pretrained.Parameters.Encoder, fineTuning);
        if (network.Bidirectional)
        {
            throw new ArgumentException(
                $"{nameof(NetworkOptions.Bidirectional)} is set, and a language model to start from knows one direction only; leave either out.", nameof(pretrained));
        }
        throw new ArgumentException(
            $"The language model has {pretrained.VocabularySize} tokens and the network {pretrained.Network}, not {vocabularySize} and {network}; " +
            "a classifier that starts from it must have the same.", nameof(pretrained));
    }

    /// <summary>The vectors to start from, after the same check; null for none.</summary>
    public static StartingWeights? Start(WordVectors? vectors, NetworkOptions network, int vocabularySize)
    {
        if (vectors == null)
            return null;
        if (vectors.Dimension != network.EmbeddingSize)
        {
            throw new ArgumentException(
                $"{nameof(NetworkOptions.EmbeddingSize)} is {network.EmbeddingSize}, and the word vectors have {vectors.Dimension} numbers; set it to {vectors.Dimension}.",
                nameof(network));
        }
        return vectors.VocabularySize == vocabularySize
            ? new StartingVectors(vectors)
            : throw new ArgumentException(
                $"The word vectors are of {vectors.VocabularySize} tokens, and the vocabulary has {vocabularySize}; load those of its tokens.", nameof(vectors));
    }

    /// <summary>
    /// The map of the numbers that go with sequences. In a network that is trained further they mean what they did, so that mean and deviation are those it has.
    /// </summary>
    /// <param name="start">What training starts from; null for random weights.</param>
    /// <param name="outcomes">Classes or labels.</param>
    /// <param name="examples">The numbers, checked.</param>
    /// <param name="parts">Which of the sequences are trained on.</param>
    /// <returns>Null where there are none.</returns>
    /// <exception cref="ArgumentException">There are not as many as the network that is trained further takes.</exception>
    public static DenseFeatures? Features(StartingWeights? start, int outcomes, ExampleOptions examples, HeldBack parts)
    {
        if (start?.Network is not { } network)
            return DenseFeatures.Learn(outcomes, examples.Features, parts.Training);
        var count = examples.Features?[0].Length ?? 0;
        return count == network.FeatureCount
            ? network.Features?.WithNewWeight()
            : throw new ArgumentException(
                $"{nameof(ExampleOptions.Features)} has {count} numbers for each sequence, and the classifier that is trained further takes {network.FeatureCount}; " +
                "give it as many, in the same order, or train anew.", nameof(examples));
    }

    /// <summary>Checks labels of which a sequence may have several.</summary>
    public static void CheckLabels(IReadOnlyList<int[]> sequences, IReadOnlyList<int[]> labels, int labelCount)
    {
        ArgumentNullException.ThrowIfNull(labels);
        if (labels.Count != sequences.Count)
            throw new ArgumentException($"There are {sequences.Count} sequences, and labels of {labels.Count}.", nameof(labels));
        for (var i = 0; i < labels.Count; i++)
        {
            foreach (var label in labels[i] ?? throw new ArgumentException($"The labels of sequence {i} are null.", nameof(labels)))
            {
                if ((uint)label >= (uint)labelCount)
                    throw new ArgumentException($"Label {label} of sequence {i} is not from 0 to {labelCount - 1}.", nameof(labels));
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
}
