using Microsoft.ML.RevRnn.Heads;
using Microsoft.ML.RevRnn.Networks;

namespace Microsoft.ML.RevRnn.Torch.Tests;

/// <summary>What is damaged between the way forward and the way back is found, and what is given up leaves nothing.</summary>
[TestClass]
public sealed class TorchFaultTests
{
    private const int StateBit = 1 << 12;
    private const int ExponentBit = 1 << 30;

    public static IEnumerable<object[]> Cells => [[CellKind.RevLstm], [CellKind.RevGru]];

    [TestMethod]
    [DynamicData(nameof(Cells))]
    public void AFlippedBitIsAnError(CellKind cell)
    {
        // Many bits are lost, so that there are words.
        var network = TorchNetworks.Network(cell) with { ForgettingLimit = ForgettingLimit.None };
        foreach (var (what, place) in (IEnumerable<(string, Func<SweepMemory, nint>)>)
            [
                ("nothing", _ => 0), ("state", memory => memory.Pointers.States), ("digits", memory => memory.Pointers.Digits),
                ("word", memory => memory.Pointers.Words), ("weight", memory => memory.Pointers.Packed),
            ])
        {
            using var pair = TorchNetworks.LanguageModel(network, TorchNetworks.Options);
            using var scope = TorchSharp.torch.NewDisposeScope();
            var stack = (TorchStack)pair.Torch.Encoder;
            var head = new DamagingHead(() => FlipBit(pair.Device.Kernels, place(stack.Layers[0].Memory), what == "weight" ? ExponentBit : StateBit), stack);
            var pass = new BatchPass(stack, head);
            var batch = new PackedBatch();
            batch.Fill([Enumerable.Range(0, 300).Select(i => 1 + i % 10).ToArray()], [0], 0);
            if (what == "nothing")
                pass.Train(batch, seed: 1);
            else
                Assert.ThrowsExactly<ReversalException>(() => pass.Train(batch, seed: 1), what);
        }
    }

    [TestMethod]
    public void ABatchThatIsGivenUpIsAsIfItHadNotBegun()
    {
        float[][] Train(bool givesUp)
        {
            using var pair = TorchNetworks.LanguageModel(TorchNetworks.Network(CellKind.RevGru), TorchNetworks.Options, carriesStates: true);
            var batch = new PackedBatch();
            for (var step = 0; step < 4; step++)
            {
                TorchNetworks.FillWindow(batch, step);
                for (var asked = 1; givesUp && asked <= 2; asked++)
                {
                    var left = asked;
                    pair.Torch.IsInterrupted = () => --left == 0;
                    Assert.IsTrue(pair.Torch.Train(batch, (ulong)step, continues: step > 0).IsGivenUp);
                }
                pair.Torch.IsInterrupted = () => false;
                Assert.IsFalse(pair.Torch.Train(batch, (ulong)step, continues: step > 0).IsGivenUp);
                pair.Torch.Step(0.01f, 0, 1);
            }
            pair.Torch.Export();
            return [.. pair.Torch.Parameters.All.Select(parameter => parameter.Values.ToArray())];
        }

        foreach (var (expected, actual) in Train(givesUp: false).Zip(Train(givesUp: true)))
            CollectionAssert.AreEqual(expected, actual);
    }

    private static void FlipBit(IRecurrentKernels kernels, nint memory, int bit)
    {
        if (memory == 0)
            return;
        Span<int> value = stackalloc int[1];
        kernels.Download(memory, value);
        value[0] ^= bit;
        kernels.Upload<int>(value, memory);
    }

    /// <summary>A head that damages something before the way back, and has zero gradients.</summary>
    private sealed class DamagingHead(Action damage, TorchStack stack) : ISequenceHead
    {
        public BatchResult Result => default;

        public float LossScale => 1;

        public void PackWeights(bool forTraining, ulong seed)
        {
        }

        public void Begin(PackedBatch batch, bool training, ulong seed)
        {
        }

        public void Forward(in Chunk chunk)
        {
        }

        public void FinishForward()
        {
        }

        public void BeginBackward() => damage();

        public void Backward(in Chunk chunk)
        {
            using var scope = TorchSharp.torch.NewDisposeScope();
            stack.OutputGradientOf(chunk).zero_();
        }

        public void FinishBackward()
        {
        }

        public void Dispose()
        {
        }
    }
}
