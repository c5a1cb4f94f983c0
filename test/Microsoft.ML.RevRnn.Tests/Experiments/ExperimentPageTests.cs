using System.Xml.Linq;
using Microsoft.ML.RevRnn.Experiments;
using Microsoft.ML.RevRnn.Tests.Support;

namespace Microsoft.ML.RevRnn.Tests.Experiments;

/// <summary>An experiment as a page, and its best options as code.</summary>
[TestClass]
public sealed class ExperimentPageTests
{
    private const string Attack = "<script>alert('1')</script>";

    [TestMethod]
    public void ThePageHasRungsCurvesSettingsAndCode()
    {
        var settings = SmallExperiment.Settings(maxModels: 5);
        settings.Options.LabelColumnName = "Label";
        settings.AddRival(Attack, Trained.Context.Transforms.CopyColumns("A", "B"));
        var result = SmallExperiment.Execute(settings);
        using var folder = new TemporaryFolder();
        result.SaveHtml(folder.File("page.html"));
        var page = File.ReadAllText(folder.File("page.html"));

        foreach (var part in new[] { "<h2>Rungs</h2>", "<h2>Curves</h2>", "<h2>Settings</h2>", "<h2>All runs</h2>", "to be pasted</h2>", ">LearningRate</text>", ">MicroAccuracy</text>" })
            StringAssert.Contains(page, part);
        // Loads and runs nothing, whatever a rival is called.
        Assert.DoesNotContain("<script", page);
        Assert.DoesNotContain("http", page.Replace("http-equiv", "", StringComparison.Ordinal));
        StringAssert.Contains(page, "failed");
        // A line for each setting in both drawings, of which one is the best.
        Assert.AreEqual(2, page.Split("<path class='winner'").Length - 1);
        Assert.AreEqual(8, page.Split("<path class=''").Length - 1);
        foreach (var drawing in Drawings(page))
            XElement.Parse(drawing);
    }

    [TestMethod]
    public void TheCodeOfOptionsMakesThem()
    {
        var options = new RevRnnClassificationOptions
        {
            TextColumnName = "The \"text\"\\",
            TextColumnNames = ["A", "B"],
            Network = new() { Cell = CellKind.RevGru, HiddenSize = 64, Bidirectional = true },
            Training = new() { LearningRate = 1.23e-4f, Dropout = 0, Schedule = LearningRateSchedule.Cosine, Seed = 7, MemoryBudget = 1_000_000, ThreadCount = 1, MaximumEpochs = 3 },
            Vocabulary = new() { Kind = TokenKind.BytePairs, MaximumSize = 300 },
            NGrams = new() { CharacterWeight = 0.5f },
            LabelSmoothing = 0.1f,
            Progress = new Listener(_ => { }),
        };

        var code = OptionsCode.Write(options);

        StringAssert.Contains(code, "mlContext.MulticlassClassification.Trainers.RevGru(options)");
        var assembly = CodeBlocks.Compile(["using Microsoft.ML;\nusing Microsoft.ML.RevRnn;\nvar mlContext = new MLContext();\n" + code + "Result.Options = options;\n_ = trainer;\n" +
            "public static class Result { public static RevRnnClassificationOptions? Options; }"]);
        assembly.EntryPoint!.Invoke(null, [Array.Empty<string>()]);
        var made = (RevRnnClassificationOptions)assembly.GetType("Result")!.GetField("Options")!.GetValue(null)!;
        Assert.AreEqual(options.Network, made.Network);
        Assert.AreEqual(options.Training, made.Training);
        Assert.AreEqual(options.Vocabulary, made.Vocabulary);
        Assert.AreEqual(options.NGrams, made.NGrams);
        Assert.AreEqual((options.TextColumnName, 0.1f), (made.TextColumnName, made.LabelSmoothing));
        CollectionAssert.AreEqual(options.TextColumnNames, made.TextColumnNames);
    }

    [TestMethod]
    public void EachKindHasItsTrainer()
    {
        StringAssert.Contains(OptionsCode.Write(new RevRnnBinaryClassificationOptions()), "mlContext.BinaryClassification.Trainers.RevLstm(options)");
        StringAssert.Contains(OptionsCode.Write(new RevRnnClassificationOptions { Network = new() { Cell = CellKind.LeakyElman } }), "mlContext.MulticlassClassification.Trainers.Rnn(options)");
        StringAssert.Contains(OptionsCode.Write(new RevLanguageModelOptions { Network = new() { Cell = CellKind.RevGru } }), "mlContext.Transforms.Text.RevLanguageModel(options)");
        StringAssert.Contains(OptionsCode.Write(new RevRnnClassificationOptions { LanguageModel = Trained.LanguageModel }), "LanguageModel = languageModel");
        StringAssert.Contains(OptionsCode.Write(new RevRnnClassificationOptions { NGrams = null }), "NGrams = null");
    }

    private static IEnumerable<string> Drawings(string page)
    {
        for (var at = page.IndexOf("<svg", StringComparison.Ordinal); at >= 0; at = page.IndexOf("<svg", at + 1, StringComparison.Ordinal))
            yield return page[at..(page.IndexOf("</svg>", at, StringComparison.Ordinal) + 6)];
    }
}
