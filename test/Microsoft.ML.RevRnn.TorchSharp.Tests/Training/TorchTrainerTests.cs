namespace Microsoft.ML.RevRnn.Torch.Tests;

/// <summary>Training on libtorch against the managed engine's: losses, norms, weights.</summary>
[TestClass]
public sealed class TorchTrainerTests
{
    public static IEnumerable<object[]> Cells => [[CellKind.RevLstm], [CellKind.RevGru], [CellKind.Lstm], [CellKind.Gru], [CellKind.GruResetAfter], [CellKind.Elman]];

    [TestMethod]
    [DynamicData(nameof(Cells))]
    public void AClassifierLearnsAsTheManagedOneDoes(CellKind cell)
    {
        using var pair = TorchNetworks.Classifier(TorchNetworks.Network(cell), TorchNetworks.Options);
        AssertSame(pair, 200);
    }

    [TestMethod]
    [DynamicData(nameof(Cells))]
    public void ALanguageModelLearnsAsTheManagedOneDoes(CellKind cell)
    {
        using var pair = TorchNetworks.LanguageModel(TorchNetworks.Network(cell), TorchNetworks.Options);
        AssertSame(pair, 200);
    }

    [TestMethod]
    [DynamicData(nameof(Cells))]
    public void StreamsGoOnAsTheManagedOnesDo(CellKind cell)
    {
        using var pair = TorchNetworks.LanguageModel(TorchNetworks.Network(cell), TorchNetworks.Options, carriesStates: true);
        for (var step = 0; step < 8; step++)
        {
            var (managed, torch, managedNorm, torchNorm) = pair.Step(batch => TorchNetworks.FillWindow(batch, step), (ulong)step, continues: step % 4 > 0);
            Assert.AreEqual(managed.LossSum / managed.Weight, torch.LossSum / torch.Weight, 1e-5, $"loss of step {step}");
            Assert.AreEqual(managedNorm, torchNorm, 1e-4 * managedNorm, $"norm of step {step}");
        }
        for (var step = 0; step < 3; step++)
        {
            var (managed, torch) = pair.Evaluate(batch => TorchNetworks.FillWindow(batch, step), continues: step > 0);
            Assert.AreEqual(managed.LossSum / managed.Weight, torch.LossSum / torch.Weight, 1e-5, $"loss of window {step}");
        }
    }

    [TestMethod]
    [DynamicData(nameof(Cells))]
    public void WhereNothingIsSummedUpInAnotherOrderTheWeightsAreTheSameBits(CellKind cell)
    {
        // Masks by row, so that the managed engine sums up no gradients by token, and nothing is clipped by a norm.
        var options = TorchNetworks.Options with { Dropout = 0.3f, MaximumStateGradientNorm = 1e9f, MaximumGradientValue = 1e-3f };
        foreach (var optimizer in Enum.GetValues<OptimizerKind>())
        {
            foreach (var pooling in (ReadOnlySpan<PoolingKind>)[PoolingKind.Max, PoolingKind.Last])
            {
                using var pair = TorchNetworks.Classifier(
                    new NetworkOptions { Cell = cell, EmbeddingSize = 14, HiddenSize = 14, LayerCount = 2, Pooling = pooling, SkipConnections = true },
                    options with { Optimizer = optimizer });
                for (var step = 0; step < 20; step++)
                {
                    var (managed, torch, _, _) = pair.Step(batch => TorchNetworks.Fill(batch, step), (ulong)step, rate: 0.01f, longest: 1e6f);
                    Assert.AreEqual(managed, torch, $"step {step}");
                }
                Assert.AreEqual((0f, ""), pair.Compare(), $"{optimizer}, {pooling}");
            }
        }
    }

    private static void AssertSame(TrainerPair pair, int steps)
    {
        for (var step = 0; step < steps; step++)
        {
            var (managed, torch, managedNorm, torchNorm) = pair.Step(batch => TorchNetworks.Fill(batch, step), (ulong)step);
            Assert.AreEqual(managed.Predictions, torch.Predictions);
            Assert.AreEqual(managed.LossSum / managed.Weight, torch.LossSum / torch.Weight, 1e-5, $"loss of step {step}");
            Assert.AreEqual(managedNorm, torchNorm, 1e-4 * managedNorm, $"norm of step {step}");
        }
        var (difference, name) = pair.Compare();
        Assert.IsTrue(difference < 1e-4, $"{name} differs by {difference}.");
    }
}
