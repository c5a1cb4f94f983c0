namespace Microsoft.ML.RevRnn.Torch.Tests;

/// <summary>Cells that cannot be reversed, on libtorch: what the managed engine has.</summary>
[TestClass]
public sealed class TorchOrdinaryCellTests
{
    public static IEnumerable<CellKind> Cells => [CellKind.Lstm, CellKind.Gru, CellKind.GruResetAfter, CellKind.Elman];

    [TestMethod]
    [DynamicData(nameof(Cells))]
    public void WeightsAreTheSameBitsWithEachStrategy(CellKind cell)
    {
        // Masks by row, so that the managed engine sums up no gradients by token, and nothing is clipped.
        var options = TorchNetworks.Options with { Dropout = 0.3f, MaximumStateGradientNorm = 1e9f };
        foreach (var strategy in (ReadOnlySpan<ActivationStrategy>)[ActivationStrategy.Reversible, ActivationStrategy.Checkpointed, ActivationStrategy.Auto])
        {
            using var pair = TorchNetworks.Classifier(
                new NetworkOptions { Cell = cell, EmbeddingSize = 15, HiddenSize = 15, LayerCount = 2, Pooling = PoolingKind.Max, SkipConnections = true },
                options with { ActivationStrategy = strategy });
            for (var step = 0; step < 20; step++)
            {
                var (managed, torch, _, _) = pair.Step(batch => TorchNetworks.Fill(batch, step), (ulong)step, rate: 0.01f, longest: 1e6f);
                Assert.AreEqual(managed, torch, $"{strategy}, step {step}");
            }
            Assert.AreEqual((0f, ""), pair.Compare(), $"{strategy}");
        }
    }

    [TestMethod]
    [DynamicData(nameof(Cells))]
    public void StreamsGoOnAsTheManagedOnesDo(CellKind cell)
    {
        using var pair = TorchNetworks.LanguageModel(
            TorchNetworks.Network(cell), TorchNetworks.Options, new LanguageModelOptions { WeightDropout = 0.3f }, carriesStates: true);
        for (var step = 0; step < 8; step++)
        {
            var (managed, torch, managedNorm, torchNorm) = pair.Step(batch => TorchNetworks.FillWindow(batch, step), (ulong)step, continues: step % 4 > 0);
            Assert.AreEqual(managed.LossSum / managed.Weight, torch.LossSum / torch.Weight, 1e-5, $"loss of step {step}");
            Assert.AreEqual(managedNorm, torchNorm, 1e-4 * managedNorm, $"norm of step {step}");
        }
    }

    [TestMethod]
    [DynamicData(nameof(Cells))]
    public void BothDirectionsHaveTheManagedGradients(CellKind cell)
    {
        using var pair = TorchNetworks.Tagger(
            TorchNetworks.Network(cell) with { Bidirectional = true, LayerCount = 2 }, TorchNetworks.Options with { Dropout = 0.3f });
        var differences = pair.GradientDifferences(batch => TorchNetworks.Fill(batch, 0), seed: 1);
        Assert.IsTrue(differences.Values.All(difference => difference < 1e-5), string.Join(", ", differences));
    }
}
