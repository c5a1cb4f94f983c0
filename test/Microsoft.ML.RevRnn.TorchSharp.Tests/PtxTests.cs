using System.Text.RegularExpressions;

namespace Microsoft.ML.RevRnn.Torch.Tests;

/// <summary>What the arithmetic of the committed PTX must be.</summary>
[TestClass]
public sealed partial class PtxTests
{
    [TestMethod]
    public void EveryFloatingPointOperationIsRoundedByItself()
    {
        var operations = FloatingPoint().Matches(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Kernels", "revrnn.ptx"))).Select(match => match.Value).ToArray();
        Assert.IsTrue(operations.Length > 1000);
        // Without .rn the driver's compiler may fuse a product and a sum, in one kernel and not in the other.
        foreach (var operation in operations.Distinct())
            StringAssert.Contains(operation, ".rn", StringComparison.Ordinal);
    }

    [TestMethod]
    public void EveryCellHasItsSweeps()
    {
        var text = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Kernels", "revrnn.ptx"));
        foreach (var cell in EmulatedKernelsTests.Cells)
        {
            foreach (var sweep in (ReadOnlySpan<string>)["forward_sweep", "forward_sweep_held", "backward_sweep", "backward_sweep_held"])
                StringAssert.Contains(text, $".entry {cell.ToString().ToLowerInvariant()}_{sweep}(", StringComparison.Ordinal);
        }
    }

    [GeneratedRegex(@"\b(add|sub|mul|fma|div|rcp|sqrt|ex2|lg2|sin|cos|tanh|rsqrt)(\.[a-z0-9]+)*\.f32\b")]
    private static partial Regex FloatingPoint();
}
