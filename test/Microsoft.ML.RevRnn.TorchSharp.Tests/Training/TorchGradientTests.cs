namespace Microsoft.ML.RevRnn.Torch.Tests;

/// <summary>Gradients and losses of all kinds of networks on libtorch against the managed engine's.</summary>
[TestClass]
public sealed class TorchGradientTests
{
    private static readonly TrainingOptions _options = TorchNetworks.Options;

    private static readonly TrainingOptions _dropout = _options with { Dropout = 0.3f };

    public static IEnumerable<object[]> Cells => [[CellKind.RevLstm], [CellKind.RevGru], [CellKind.Lstm], [CellKind.Gru], [CellKind.GruResetAfter], [CellKind.Elman]];

    [TestMethod]
    [DynamicData(nameof(Cells))]
    public void OfClassifiers(CellKind cell)
    {
        var network = TorchNetworks.Network(cell);
        foreach (var pooling in Enum.GetValues<PoolingKind>())
        {
            AssertSame(TorchNetworks.Classifier(network with { Pooling = pooling }, _options), $"{pooling}");
            AssertSame(TorchNetworks.Classifier(network with { Pooling = pooling, Bidirectional = true, LayerCount = 2 }, _dropout), $"{pooling}, both directions");
        }
        AssertSame(TorchNetworks.MultiLabel(network, _dropout with { InputDropoutByToken = true }), "any of several labels");
        foreach (var limit in Enum.GetValues<ForgettingLimit>().Where(_ => cell is CellKind.RevLstm or CellKind.RevGru))
            AssertSame(TorchNetworks.Classifier(network with { ForgettingLimit = limit }, _options), $"{limit}");
    }

    [TestMethod]
    [DynamicData(nameof(Cells))]
    public void OfTaggers(CellKind cell)
    {
        var network = TorchNetworks.Network(cell);
        AssertSame(TorchNetworks.Tagger(network, _options), "one layer");
        AssertSame(TorchNetworks.Tagger(network with { Bidirectional = true, LayerCount = 2, SkipConnections = true, EmbeddingSize = 14 }, _dropout), "two layers, both directions");
    }

    [TestMethod]
    [DynamicData(nameof(Cells))]
    public void OfLanguageModels(CellKind cell)
    {
        var network = TorchNetworks.Network(cell);
        AssertSame(TorchNetworks.LanguageModel(network, _options), "one layer");
        AssertSame(TorchNetworks.LanguageModel(network, _options, new LanguageModelOptions { SoftmaxSamples = 5 }), "a sample");
        AssertSame(TorchNetworks.LanguageModel(network with { Bidirectional = true, LayerCount = 2 }, _dropout, new LanguageModelOptions { SoftmaxSamples = 5 }), "a sample, both directions");
        AssertSame(TorchNetworks.LanguageModel(network with { TieEmbeddings = true, EmbeddingSize = 10, LayerCount = 3, SkipConnections = true }, _dropout), "tied embeddings");
        AssertSame(TorchNetworks.LanguageModel(network with { TieEmbeddings = true, EmbeddingSize = 10 }, _options, new LanguageModelOptions { SoftmaxSamples = 5 }), "tied, a sample");
        AssertSame(
            TorchNetworks.LanguageModel(network, _dropout, new LanguageModelOptions { EmbeddingDropout = 0.2f, WeightDropout = 0.5f, OutputDropout = 0.1f }), "all dropouts");
        AssertSame(
            TorchNetworks.LanguageModel(network, _dropout with { InputDropoutByToken = true }, new LanguageModelOptions { EmbeddingDropout = 0.2f, InputDropout = 0.4f }), "by token");
    }

    [TestMethod]
    [DynamicData(nameof(Cells))]
    public void OfStatesThatAreClipped(CellKind cell)
    {
        AssertSame(TorchNetworks.Classifier(TorchNetworks.Network(cell), _options with { MaximumStateGradientNorm = 0.01f }), "clipped");
    }

    private static void AssertSame(TrainerPair pair, string what)
    {
        using (pair)
        {
            var (managed, torch) = pair.Evaluate(batch => TorchNetworks.Fill(batch, 1));
            Assert.AreEqual(managed.Correct, torch.Correct, what);
            Assert.AreEqual(managed.Weight, torch.Weight, 1e-9, what);
            Assert.AreEqual(managed.LossSum / managed.Weight, torch.LossSum / torch.Weight, 1e-6, what);

            var differences = pair.GradientDifferences(batch => TorchNetworks.Fill(batch, 0), seed: 1);

            Assert.IsTrue(differences.Values.All(difference => difference < 1e-5), $"{what}: {string.Join(", ", differences)}");
        }
    }
}
