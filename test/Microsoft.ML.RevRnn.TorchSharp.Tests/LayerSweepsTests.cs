using System.Globalization;
using Microsoft.ML.RevRnn.GpuCheck;
using Microsoft.ML.RevRnn.TorchSupport;

namespace Microsoft.ML.RevRnn.Torch.Tests;

/// <summary>The kernels' source against the managed engine: states, reversal and all gradients, to the bit.</summary>
[TestClass]
public sealed class LayerSweepsTests
{
    private static readonly ForgettingLimit[] _limits = Enum.GetValues<ForgettingLimit>();

    public static IEnumerable<CellKind> Cells => [CellKind.RevLstm, CellKind.RevGru];

    public static IEnumerable<CellKind> OrdinaryCells => [CellKind.Lstm, CellKind.Gru, CellKind.GruResetAfter, CellKind.Elman];

    [TestMethod]
    [DynamicData(nameof(OrdinaryCells))]
    public void AnOrdinaryLayerIsTheEnginesToTheBit(CellKind cell)
    {
        var layerCase = new LayerCase(cell, ForgettingLimit.None, Steps: 61, Rows: 9, Inputs: 40, Units: 67, Chunk: 16, IsRagged: true);
        AssertSameBits(layerCase);
        AssertSameBits(layerCase with { Scale = 12 });
        AssertSameBits(new LayerCase(cell, ForgettingLimit.None, Steps: 200, Rows: 3, Inputs: 8, Units: 32, Chunk: 1, IsRagged: true));
        AssertSameBits(new LayerCase(cell, ForgettingLimit.None, Steps: 12, Rows: 35, Inputs: 7, Units: 10, Chunk: 5, IsRagged: true));
        AssertSameBits(new LayerCase(cell, ForgettingLimit.None, Steps: 1, Rows: 1, Inputs: 1, Units: 1, Chunk: 8, IsRagged: false));
    }

    [TestMethod]
    [DynamicData(nameof(Cells))]
    public void ALayerIsTheEnginesToTheBitAtEveryLimit(CellKind cell)
    {
        foreach (var limit in _limits)
            AssertSameBits(new LayerCase(cell, limit, Steps: 60, Rows: 9, Inputs: 40, Units: 66, Chunk: 16, IsRagged: true));
    }

    [TestMethod]
    [DynamicData(nameof(Cells))]
    public void SizesThatFillNothingAreTheEnginesToo(CellKind cell)
    {
        AssertSameBits(new LayerCase(cell, ForgettingLimit.ThreeBits, Steps: 12, Rows: 5, Inputs: 7, Units: 10, Chunk: 5, IsRagged: true));
        AssertSameBits(new LayerCase(cell, ForgettingLimit.ThreeBits, Steps: 1, Rows: 1, Inputs: 1, Units: 2, Chunk: 8, IsRagged: false));
    }

    [TestMethod]
    [DynamicData(nameof(Cells))]
    public void AThousandStepsAreTakenBackExactly(CellKind cell)
    {
        var layerCase = new LayerCase(cell, ForgettingLimit.ThreeBits, Steps: 1000, Rows: 4, Inputs: 8, Units: 32, Chunk: 32, IsRagged: true);
        AssertSameBits(layerCase);
        // Gates near 1 lose next to nothing, those near 0 all that there is.
        AssertSameBits(layerCase with { Limit = ForgettingLimit.None, Scale = 12 });
    }

    /// <remarks>Some hundred thousand of each cell; more with the environment variable REVRNN_STATES=10000000, say.</remarks>
    [TestMethod]
    [DynamicData(nameof(Cells))]
    public void ManyStatesAreTheEngines(CellKind cell)
    {
        const int Steps = 1000, Units = 256;
        var states = int.Parse(Environment.GetEnvironmentVariable("REVRNN_STATES") ?? "200000", CultureInfo.InvariantCulture);
        var rows = (states + Steps * Units - 1) / (Steps * Units);
        var layerCase = new LayerCase(cell, ForgettingLimit.ThreeBits, Steps, rows, Inputs: 16, Units, Chunk: 32, IsRagged: false);

        var expected = EngineLayer.Run(layerCase);

        Assert.IsTrue(expected.Values["outputs"].LongCount(value => value != 0) > 0.99 * states);
        AssertSameBits(layerCase, expected, LayerStrategy.Reversed);
    }

    [TestMethod]
    [DynamicData(nameof(Cells))]
    public void AFlippedBitIsAnError(CellKind cell)
    {
        var layerCase = new LayerCase(cell, ForgettingLimit.None, Steps: 100, Rows: 4, Inputs: 8, Units: 16, Chunk: 16, IsRagged: false);
        foreach (var damaged in (ReadOnlySpan<Func<Sweep, nint>>)[sweep => sweep.States, sweep => sweep.Digits, sweep => sweep.Words, sweep => sweep.Packed])
        {
            using var kernels = new HostKernels();
            using var layer = new DeviceLayer(kernels, layerCase);
            layer.Forward();
            FlipBit(kernels, damaged(layer.Memory));
            layer.Back();
            Assert.ThrowsExactly<ReversalException>(layer.Result);
        }
    }

    private static void AssertSameBits(LayerCase layerCase)
    {
        var expected = EngineLayer.Run(layerCase);
        foreach (var strategy in layerCase.Strategies)
            AssertSameBits(layerCase, expected, strategy);
    }

    private static void AssertSameBits(LayerCase layerCase, LayerResult expected, LayerStrategy strategy)
    {
        using var kernels = new HostKernels();
        using var layer = new DeviceLayer(kernels, layerCase, 0, strategy);

        layer.Step();

        var actual = layer.Result();
        foreach (var name in expected.Values.Keys)
        {
            Assert.AreEqual((expected.Values[name].LongLength, 0L), actual.Compare(expected, name), $"{layerCase.Cell} {layerCase.Limit} {layerCase} {strategy}: {name}");
            Assert.IsTrue(layerCase.Steps == 1 || expected.Values[name].Length == 0 || expected.Values[name].Any(value => value != 0), name);
        }
    }

    private static void FlipBit(HostKernels kernels, nint memory)
    {
        Span<int> value = stackalloc int[1];
        kernels.Download(memory, value);
        value[0] ^= 1 << 12;
        kernels.Upload<int>(value, memory);
    }
}
