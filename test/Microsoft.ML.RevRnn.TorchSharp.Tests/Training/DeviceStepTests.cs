using Microsoft.ML.RevRnn.Benchmarks;
using Microsoft.ML.RevRnn.TorchSupport;
using TorchSharp;

namespace Microsoft.ML.RevRnn.Torch.Tests;

/// <summary>The step that the benchmarks time on a GPU, where there is none.</summary>
[TestClass]
public sealed class DeviceStepTests
{
    [TestMethod]
    [DataRow(CellKind.RevLstm, ActivationStrategy.Reversible)]
    [DataRow(CellKind.RevGru, ActivationStrategy.Stored)]
    [DataRow(CellKind.Lstm, ActivationStrategy.Checkpointed)]
    public void ItRunsAndCountsItsBytes(CellKind cell, ActivationStrategy strategy)
    {
        using var kernels = new HostKernels();
        using var step = new DeviceStep(new StepCase(cell, strategy, new StepShape(40, 3, 16)), new TorchDevice(torch.CPU, kernels));

        step.Run();
        var bytes = step.ActivationBytes;
        step.Run();

        Assert.IsTrue(bytes > 0);
        Assert.AreEqual(bytes, step.ActivationBytes);
    }
}
