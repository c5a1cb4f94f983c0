using Microsoft.ML.RevRnn.Heads;

namespace Microsoft.ML.RevRnn.Engine.Tests;

[TestClass]
internal sealed class ClassCountsTests
{
    [TestMethod]
    public void F1IsTheMeanOverTheClassesThatOccur()
    {
        var counts = new ClassCounts(4);
        Assert.AreEqual(0, counts.MacroF1);
        // Class 0: 2 right, 3 predicted, 2 actual; class 1: 0 right, 0 predicted, 1 actual; class 2: 1, 1, 1; class 3 does not occur.
        foreach (var (actual, predicted) in ((int, int)[])[(0, 0), (0, 0), (1, 0), (2, 2)])
            counts.Add(actual, predicted);

        Assert.AreEqual((4.0 / 5 + 0 + 1) / 3, counts.MacroF1, 1e-12);

        counts.Clear();
        Assert.AreEqual(0, counts.MacroF1);
    }

    [TestMethod]
    public void OfLabelsAbsenceIsNoSuccess()
    {
        var counts = new ClassCounts(2);
        counts.AddLabel(0, actual: true, predicted: true);
        counts.AddLabel(0, actual: false, predicted: false);
        counts.AddLabel(1, actual: true, predicted: false);
        counts.AddLabel(1, actual: false, predicted: false);

        Assert.AreEqual(0.5, counts.MacroF1, 1e-12);
    }
}
