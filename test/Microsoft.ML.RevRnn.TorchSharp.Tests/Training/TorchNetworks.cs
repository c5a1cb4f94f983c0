using Microsoft.ML.RevRnn.Heads;
using Microsoft.ML.RevRnn.Networks;
using Microsoft.ML.RevRnn.Training;

namespace Microsoft.ML.RevRnn.Torch.Tests;

/// <summary>Small networks of all kinds and what they learn, for both trainers.</summary>
internal static class TorchNetworks
{
    public const int Vocabulary = 11;
    public const int Classes = 3;
    private const int Rows = 6;

    public static int[][] Sequences { get; } = Random(24, 1, 40);

    public static TrainingOptions Options { get; } = new() { BatchSize = Rows, Dropout = 0, Seed = 1 };

    public static NetworkOptions Network(CellKind cell) => new() { Cell = cell, EmbeddingSize = 9, HiddenSize = 14 };

    private static int[] Labels { get; } = Array.ConvertAll(Sequences, sequence => sequence.Sum() % Classes);

    /// <summary>A batch of some of the sequences.</summary>
    public static void Fill(PackedBatch batch, int step)
        => batch.Fill(Sequences, Enumerable.Range(0, Rows).Select(i => (step * Rows + i) % Sequences.Length).ToArray(), 0);

    /// <summary>A batch of the longest sequence, as often as there are rows.</summary>
    public static void FillEqual(PackedBatch batch, int longest)
        => batch.Fill(Sequences, Enumerable.Repeat(Array.FindIndex(Sequences, sequence => sequence.Length == longest), Rows).ToArray(), 0);

    /// <summary>A window of streams over all sequences.</summary>
    public static void FillWindow(PackedBatch batch, int step)
    {
        int[] stream = [.. Sequences.SelectMany(sequence => sequence)];
        var length = (stream.Length - 1) / Rows;
        const int Steps = 12;
        var first = step * Steps % (length - Steps);
        batch.FillWindow(stream, Rows, length, first, Steps);
    }

    public static TrainerPair Classifier(NetworkOptions network, TrainingOptions options) => new(
        () => NetworkParameters.OfSequences(new NetworkShape(network, Vocabulary), Classes),
        _ => new SequenceObjective(new SoftmaxLoss(Labels), Labels, options), options);

    /// <summary>Any of several labels, smoothed and weighted, and numbers that go with each sequence.</summary>
    public static TrainerPair MultiLabel(NetworkOptions network, TrainingOptions options)
    {
        int[][] labels = Array.ConvertAll(Sequences, sequence => (int[])[.. sequence.Select(token => token % Classes).Distinct()]);
        float[][] features = Array.ConvertAll(Sequences, sequence => (float[])[sequence.Length, sequence[0]]);
        float[] weights = Array.ConvertAll(Sequences, sequence => 0.5f + sequence.Length % 3);
        return new(
            () => NetworkParameters.OfSequences(
                new NetworkShape(network, Vocabulary), Classes, DenseFeatures.Learn(Classes, features, [.. Enumerable.Range(0, Sequences.Length)])),
            _ => new SequenceObjective(new SigmoidLoss(labels) { LabelSmoothing = 0.1f, Weights = weights }, [], options) { Examples = new ExampleOptions { Features = features } },
            options);
    }

    /// <summary>A label for each token, smoothed and weighted.</summary>
    public static TrainerPair Tagger(NetworkOptions network, TrainingOptions options)
    {
        int[][] labels = Array.ConvertAll(Sequences, sequence => Array.ConvertAll(sequence, token => token % Classes));
        var set = new ExampleSet(HeldBack.Random(Sequences.Length, options), Array.ConvertAll(Sequences, sequence => 0.5f + sequence.Length % 3), [1, 2, 0.5f]);
        return new(
            () => NetworkParameters.OfTokens(new NetworkShape(network, Vocabulary), Classes),
            _ => new TokenObjective(labels, set, options) { Examples = new ExampleOptions { LabelSmoothing = 0.1f } }, options);
    }

    public static TrainerPair LanguageModel(NetworkOptions network, TrainingOptions options, LanguageModelOptions? model = null, bool carriesStates = false) => new(
        () => NetworkParameters.OfNextTokens(new NetworkShape(network, Vocabulary)),
        _ => new NextTokenObjective(TokenFrequencies.Count(Sequences, Vocabulary), model ?? new LanguageModelOptions(), options), options, carriesStates);

    private static int[][] Random(int count, int least, int most)
    {
        var random = new Random(3);
        return [.. Enumerable.Range(0, count).Select(_ => Enumerable.Range(0, random.Next(least, most + 1)).Select(_ => random.Next(1, Vocabulary)).ToArray())];
    }
}
