using System.Runtime.InteropServices;
using Microsoft.ML.RevRnn.GpuCheck;
using Microsoft.ML.RevRnn.TorchSupport;

namespace Microsoft.ML.RevRnn.Torch.Tests;

/// <summary>
/// The CUDA kernels as they are launched, with all blocks, warps and barriers, on a GPU whose threads this processor runs in turn: what the managed engine gives, to the bit.
/// </summary>
[TestClass]
[DoNotParallelize]
public sealed unsafe class EmulatedKernelsTests
{
    private static readonly Lazy<string> _path = new(() => NativeBuild.CompileByClang(
        "Native/emulator.cpp", "-O2", "-mfma", "-ffp-contract=off", "-std=c++17", "-DREVRNN_EMULATED", "-Wno-ignored-attributes"));

    public static IEnumerable<CellKind> Cells => [CellKind.RevLstm, CellKind.RevGru, CellKind.Lstm, CellKind.Gru, CellKind.GruResetAfter, CellKind.Elman];

    [TestMethod]
    [DynamicData(nameof(Cells))]
    public void BlocksThatShareUnitsGiveTheEnginesBits(CellKind cell)
    {
        var layerCase = new LayerCase(cell, ForgettingLimit.ThreeBits, Steps: 15, Rows: 9, Inputs: 7, Units: 38, Chunk: 4, IsRagged: true);
        var plan = AssertSameBits(layerCase, processors: 6, sharedMemory: 128 * 1024, layerCase.Strategies);
        Assert.IsTrue(plan is { HoldsForward: true, HoldsBackward: true, BlocksOfGroup: > 1, Groups: > 1 }, $"{plan}");
    }

    [TestMethod]
    [DynamicData(nameof(Cells))]
    public void WeightsThatAreNotHeldAndGroupsThatTakeTurnsGiveThemToo(CellKind cell)
    {
        var layerCase = new LayerCase(cell, ForgettingLimit.None, Steps: 9, Rows: 21, Inputs: 5, Units: 70, Chunk: 4, IsRagged: true);
        var plan = AssertSameBits(layerCase, processors: 2, sharedMemory: 2048, [layerCase.Strategies.First()]);
        Assert.IsTrue(plan is { HoldsForward: false, HoldsBackward: false } && plan.GroupsAtOnce < plan.Groups, $"{plan}");
    }

    /// <summary>What is run on a lent GPU, with the addresses of libtorch's tensors.</summary>
    [TestMethod]
    public void WholeTrainingsHaveTheEnginesLosses()
    {
        using var kernels = Create(processors: 4, sharedMemory: 64 * 1024);
        var check = new TrainingCheck(() => new TorchDevice(TorchSharp.torch.CPU, kernels), () => { });

        foreach (var result in check.Compare(steps: 3))
        {
            Assert.IsTrue(result!["firstLoss"]!.GetValue<double>() is > 0.5 and < 5, $"{result}");
            Assert.IsTrue(result["largestDifference"]!.GetValue<double>() <= 1e-5, $"{result}");
        }
    }

    private static SweepPlan AssertSameBits(LayerCase layerCase, int processors, int sharedMemory, IEnumerable<LayerStrategy> strategies)
    {
        var expected = EngineLayer.Run(layerCase);
        using var kernels = Create(processors, sharedMemory);
        SweepPlan plan = default;
        foreach (var strategy in strategies)
        {
            using var layer = new DeviceLayer(kernels, layerCase, rowsOfGroup: 8, strategy);
            layer.Step();
            var actual = layer.Result();
            foreach (var name in expected.Values.Keys)
                Assert.AreEqual((expected.Values[name].LongLength, 0L), actual.Compare(expected, name), $"{layerCase.Cell} {strategy} {layerCase}: {name}");
            plan = layer.Plan;
        }
        return plan;
    }

    private static CudaKernels Create(int processors, int sharedMemory)
    {
        var library = NativeLibrary.Load(_path.Value);
        ((delegate* unmanaged<void>)NativeLibrary.GetExport(library, "fake_begin"))();
        ((delegate* unmanaged<int, int, void>)NativeLibrary.GetExport(library, "fake_limits"))(processors, sharedMemory);
        return new CudaKernels(new CudaDriver(0, _path.Value));
    }
}
