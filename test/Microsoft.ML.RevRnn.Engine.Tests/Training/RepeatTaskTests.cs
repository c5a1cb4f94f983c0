namespace Microsoft.ML.RevRnn.Engine.Tests;

/// <summary>
/// Why reversible cells must forget (MacKay et al. 2018, section 4): one that repeats each token of a text and can be reversed from its last state
/// without further bits has the whole text in that state.
/// </summary>
[TestClass]
internal sealed class RepeatTaskTests
{
    /// <summary>Guessing is right once in 8 times, at a cross-entropy of ln 8 = 2.08.</summary>
    [TestMethod]
    [DataRow(16)]
    [DataRow(64)]
    public void LongTextsAreRepeatedByCellsThatForgetAndNotByThoseThatCannot(int units)
    {
        var task = new RepeatTask { Letters = 8, Steps = 50, Units = units };
        foreach (var cell in (CellKind[])[CellKind.RevLstm, CellKind.RevGru])
        {
            var (accuracy, loss) = task.Run(cell);
            Assert.IsTrue(accuracy >= 0.99 && loss < 0.1, $"{cell}: accuracy {accuracy}, loss {loss}");
        }
        foreach (var cell in (CellKind[])[CellKind.NfRevLstm, CellKind.NfRevGru])
        {
            var (accuracy, loss) = task.Run(cell);
            Assert.IsTrue(accuracy < 0.5 && loss > 1, $"{cell}: accuracy {accuracy}, loss {loss}");
        }
    }

    /// <summary>Three letters out of four can be held: it is the length that defeats these cells, not their training.</summary>
    [TestMethod]
    [DataRow(CellKind.NfRevLstm)]
    [DataRow(CellKind.NfRevGru)]
    public void ShortTextsAreRepeatedWithoutForgetting(CellKind cell)
    {
        var task = new RepeatTask { Letters = 4, Steps = 6, Units = 16 };

        var (accuracy, loss) = (task with { Training = task.Training with { MaximumEpochs = 60 } }).Run(cell);

        Assert.IsTrue(accuracy > 0.9, $"accuracy {accuracy}, loss {loss}");
    }
}
