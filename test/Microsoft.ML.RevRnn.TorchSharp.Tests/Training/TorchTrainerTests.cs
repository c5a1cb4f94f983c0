using Microsoft.ML.RevRnn.Heads;
using Microsoft.ML.RevRnn.Networks;
using Microsoft.ML.RevRnn.Training;

namespace Microsoft.ML.RevRnn.Torch.Tests;

/// <summary>Training on libtorch against the managed engine's: losses, norms, weights.</summary>
[TestClass]
public sealed class TorchTrainerTests
{
    private const int Vocabulary = 11;
    private const int Classes = 3;

    private static readonly TrainingOptions _options = new() { BatchSize = 6, Dropout = 0, Seed = 1 };

    private static readonly int[][] _sequences = Random(24, 1, 40);

    private static readonly int[] _labels = Array.ConvertAll(_sequences, sequence => sequence.Sum() % Classes);

    public static IEnumerable<object[]> Cells => [[CellKind.RevLstm], [CellKind.RevGru]];

    [TestMethod]
    [DynamicData(nameof(Cells))]
    public void AClassifierLearnsAsTheManagedOneDoes(CellKind cell)
    {
        using var pair = Classifier(new NetworkOptions { Cell = cell, EmbeddingSize = 9, HiddenSize = 14 }, _options);
        AssertSame(pair, 200, OfSequences);
    }

    [TestMethod]
    [DynamicData(nameof(Cells))]
    public void ALanguageModelLearnsAsTheManagedOneDoes(CellKind cell)
    {
        using var pair = LanguageModel(new NetworkOptions { Cell = cell, EmbeddingSize = 9, HiddenSize = 14 }, new LanguageModelOptions(), _options);
        AssertSame(pair, 200, OfSequences);
    }

    [TestMethod]
    [DynamicData(nameof(Cells))]
    public void GradientsAreTheManagedOnes(CellKind cell)
    {
        var network = new NetworkOptions { Cell = cell, EmbeddingSize = 9, HiddenSize = 14 };
        AssertSameGradients(LanguageModel(network, new LanguageModelOptions(), _options), "a language model");
        foreach (var pooling in Enum.GetValues<PoolingKind>())
            AssertSameGradients(Classifier(network with { Pooling = pooling }, _options), $"a classifier, {pooling}");
    }

    private static void OfSequences(PackedBatch batch, int step)
    {
        var members = Enumerable.Range(0, 6).Select(i => (step * 6 + i) % _sequences.Length).ToArray();
        batch.Fill(_sequences, members, 0);
    }

    private static void AssertSameGradients(TrainerPair pair, string what)
    {
        using (pair)
        {
            var differences = pair.GradientDifferences(batch => OfSequences(batch, 0), seed: 1);
            Assert.IsTrue(differences.Values.All(difference => difference < 1e-4), $"{what}: {string.Join(", ", differences)}");
        }
    }

    private static void AssertSame(TrainerPair pair, int steps, Action<PackedBatch, int> fill)
    {
        for (var step = 0; step < steps; step++)
        {
            var (managed, torch, managedNorm, torchNorm) = pair.Step(batch => fill(batch, step), (ulong)step);
            Assert.AreEqual(managed.Predictions, torch.Predictions);
            Assert.AreEqual(managed.LossSum / managed.Weight, torch.LossSum / torch.Weight, 1e-5, $"loss of step {step}");
            Assert.AreEqual(managedNorm, torchNorm, 1e-4 * managedNorm, $"norm of step {step}");
        }
        var (difference, name) = pair.Compare();
        Assert.IsTrue(difference < 1e-4, $"{name} differs by {difference}.");
    }

    private static TrainerPair Classifier(NetworkOptions network, TrainingOptions options) => new(
        () => NetworkParameters.OfSequences(new NetworkShape(network, Vocabulary), Classes),
        _ => new SequenceObjective(new SoftmaxLoss(_labels), _labels, options), options);

    private static TrainerPair LanguageModel(NetworkOptions network, LanguageModelOptions model, TrainingOptions options, bool carriesStates = false) => new(
        () => NetworkParameters.OfNextTokens(new NetworkShape(network, Vocabulary)),
        _ => new NextTokenObjective(TokenFrequencies.Count(_sequences, Vocabulary), model, options), options, carriesStates);

    private static int[][] Random(int count, int least, int most)
    {
        var random = new Random(3);
        return [.. Enumerable.Range(0, count).Select(_ => Enumerable.Range(0, random.Next(least, most + 1)).Select(_ => random.Next(1, Vocabulary)).ToArray())];
    }
}
