using Microsoft.ML.RevRnn.Cells;
using Microsoft.ML.RevRnn.Compute;

namespace Microsoft.ML.RevRnn.Engine.Tests;

/// <summary>Whole trainings in the arithmetic of prediction.</summary>
[TestClass]
internal sealed class ArithmeticTests
{
    public static IEnumerable<CellKind> Cells => [CellKind.RevLstm, CellKind.RevGru];

    [TestMethod]
    [DynamicData(nameof(Cells))]
    public void TrainedWeightsAreTheSameAtEachWidthAndWithEachStrategy(CellKind cell)
    {
        var expected = GoldenTraining.Digests(cell, SimdWidths.Best, 1, Preimages(ActivationStrategy.Reversible));

        Assert.AreNotEqual(expected, GoldenTraining.Digests(cell, SimdWidths.Best));
        foreach (var width in Enum.GetValues<SimdWidth>())
            Assert.AreEqual(expected, GoldenTraining.Digests(cell, width, 1, Preimages(ActivationStrategy.Reversible)), $"{width}");
        foreach (var strategy in Enum.GetValues<ActivationStrategy>())
            Assert.AreEqual(expected, GoldenTraining.Digests(cell, SimdWidths.Best, 3, Preimages(strategy)), $"{strategy}, three threads");
    }

    private static Func<TrainingOptions, TrainingOptions> Preimages(ActivationStrategy strategy) =>
        training => training with { Arithmetic = CellArithmetic.Preimages, ActivationStrategy = strategy };
}
