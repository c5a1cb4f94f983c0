using System.Globalization;

namespace Microsoft.ML.RevRnn.Tests;

/// <summary>What is shown of training, on a terminal and in a file.</summary>
[TestClass]
public sealed class ConsoleProgressTests
{
    private readonly StringWriter _output = new() { NewLine = "\n" };

    private readonly TrainingProgress _middle = new()
    {
        Epoch = 2,
        EpochCount = 4,
        EpochFraction = 0.5,
        Loss = 1.25,
        Accuracy = 0.5,
        ValidationLoss = null,
        ValidationAccuracy = null,
        TokensPerSecond = 12_345.6,
        Elapsed = TimeSpan.FromSeconds(30),
        Remaining = TimeSpan.FromSeconds(50),
    };

    private TrainingProgress End => _middle with { EpochFraction = 1, ValidationLoss = 1, ValidationAccuracy = 0.625, Elapsed = TimeSpan.FromSeconds(40), Remaining = TimeSpan.FromSeconds(40) };

    [TestMethod]
    public void AFileHasALineAnEpoch()
    {
        using var progress = new ConsoleProgress(_output, width: null);

        progress.Report(_middle);
        progress.Report(End);

        Assert.AreEqual("[############............] epoch 2/4  loss 1.250  accuracy 50.0 %  validation 62.5 %  12,346 tokens/s  0:40\n", _output.ToString());
    }

    [TestMethod]
    public void OnATerminalTheLineIsWrittenOver()
    {
        using var progress = new ConsoleProgress(_output, () => 200);

        progress.Report(_middle);
        progress.Report(_middle with { Loss = 12.5 });
        progress.Report(_middle);
        progress.Report(End);

        CollectionAssert.AreEqual(
            new[]
            {
                "",
                "[#########...............] epoch 2/4  loss 1.250  accuracy 50.0 %  12,346 tokens/s  0:50 left",
                "[#########...............] epoch 2/4  loss 12.500  accuracy 50.0 %  12,346 tokens/s  0:50 left",
                "[#########...............] epoch 2/4  loss 1.250  accuracy 50.0 %  12,346 tokens/s  0:50 left ",
                "[############............] epoch 2/4  loss 1.250  accuracy 50.0 %  validation 62.5 %  12,346 tokens/s  0:40\n",
            },
            _output.ToString().Split('\r'));
    }

    [TestMethod]
    public void ALineIsNoLongerThanTheTerminal()
    {
        using var progress = new ConsoleProgress(_output, () => 40);

        progress.Report(_middle);

        Assert.AreEqual("\r[#########...............] epoch 2/4  l", _output.ToString());
    }

    [TestMethod]
    public void ATrainingThatEndsWithinAnEpochLeavesItsLine()
    {
        using (var progress = new ConsoleProgress(_output, () => 0))
            progress.Report(_middle);

        StringAssert.EndsWith(_output.ToString(), " left\n");
    }

    /// <summary>Half of the time is over, and a tenth of the epochs that there may be.</summary>
    [TestMethod]
    public void WhereTimeEndsTrainingTheNumberOfEpochsIsNotShown()
    {
        using var progress = new ConsoleProgress(_output, width: null);

        progress.Report(End with { EpochCount = 20, Elapsed = TimeSpan.FromMinutes(90), Remaining = TimeSpan.FromMinutes(90) });

        StringAssert.StartsWith(_output.ToString(), "[############............] epoch 2  loss");
        StringAssert.EndsWith(_output.ToString(), "  1:30:00\n");
    }

    [TestMethod]
    public void TheCultureDoesNotMatter()
    {
        var culture = CultureInfo.CurrentCulture;
        var german = (CultureInfo)CultureInfo.InvariantCulture.Clone();
        german.NumberFormat.NumberDecimalSeparator = german.NumberFormat.PercentDecimalSeparator = ",";
        CultureInfo.CurrentCulture = german;
        try
        {
            using var progress = new ConsoleProgress(_output, width: null);
            progress.Report(End);
        }
        finally
        {
            CultureInfo.CurrentCulture = culture;
        }
        StringAssert.Contains(_output.ToString(), "loss 1.250  accuracy 50.0 %");
    }

    /// <summary>A test's output is no terminal.</summary>
    [TestMethod]
    public void TheConsoleIsWrittenTo()
    {
        var console = Console.Out;
        Console.SetOut(_output);
        try
        {
            new ConsoleProgress().Report(End);
        }
        finally
        {
            Console.SetOut(console);
        }
        StringAssert.Contains(_output.ToString(), "epoch 2/4");
    }
}
