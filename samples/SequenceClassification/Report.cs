using System.Text.Json;
using Microsoft.ML.Data;
using Microsoft.ML.RevRnn;
using Spectre.Console;

namespace SequenceClassification;

/// <summary>What the sample shows when training has ended.</summary>
internal static class Report
{
    private const int Width = 120;

    /// <summary>Where the output goes to a file or another program there is no terminal to ask for a width and colours.</summary>
    public static void Prepare()
    {
        if (!Console.IsOutputRedirected)
            return;
        AnsiConsole.Profile.Width = Width;
        AnsiConsole.Profile.Capabilities.Ansi = false;
        AnsiConsole.Profile.Capabilities.ColorSystem = ColorSystem.NoColors;
    }

    public static void Classes(MulticlassClassificationMetrics metrics, string[] names)
    {
        var matrix = metrics.ConfusionMatrix;
        var table = new Table().Border(TableBorder.Simple)
            .AddColumn("Class")
            .AddColumn(new TableColumn("Texts").RightAligned())
            .AddColumn(new TableColumn("Precision").RightAligned())
            .AddColumn(new TableColumn("Recall").RightAligned())
            .AddColumn("Most often taken for");
        foreach (var i in Enumerable.Range(0, matrix.NumberOfClasses).OrderByDescending(i => matrix.Counts[i].Sum()))
        {
            var counts = matrix.Counts[i];
            var total = counts.Sum();
            var mistaken = Enumerable.Range(0, counts.Count).Where(j => j != i && counts[j] > 0).OrderByDescending(j => counts[j]).FirstOrDefault(-1);
            table.AddRow(
                Markup.Escape(names[i]),
                $"{total:N0}",
                $"{matrix.PerClassPrecision[i]:P1}",
                $"{matrix.PerClassRecall[i]:P1}",
                mistaken < 0 ? "" : Markup.Escape($"{names[mistaken]} {counts[mistaken] / total:P0}"));
        }
        AnsiConsole.Write(table);
    }

    public static void Predictions(IEnumerable<(LabelledText Text, Prediction Prediction)> predictions)
    {
        var table = new Table().Border(TableBorder.Simple).AddColumn("Text").AddColumn("Class").AddColumn("Predicted");
        foreach (var (text, prediction) in predictions)
        {
            var color = text.Label == prediction.PredictedLabel ? "green" : "red";
            table.AddRow(
                Markup.Escape(text.Text.Length > 56 ? text.Text[..55] + "…" : text.Text),
                Markup.Escape(text.Label),
                $"[{color}]{Markup.Escape(prediction.PredictedLabel)}[/] {prediction.Score.Max():P0}");
        }
        AnsiConsole.Write(table);
    }

    public static void Memory(TrainingReport training)
    {
        AnsiConsole.Write(new BarChart()
            .Width(72)
            .Label("Activations at the most, MB")
            .LeftAlignLabel()
            .AddItem("stored", Math.Round(training.StoredActivationBytes / 1e6, 1), Color.Grey)
            .AddItem("reversible", Math.Round(training.PeakActivationBytes / 1e6, 1), Color.Green));
        AnsiConsole.MarkupLine(
            $"The forget gates threw away {training.OptimalBits / 8e6:N1} MB over the whole training; keeping that took {training.LostBits / 8e6:N1} MB " +
            $"({training.LostBits / training.OptimalBits:F3} times as much).");
    }

    public static void Json(MulticlassClassificationMetrics metrics, TrainingReport training, TimeSpan elapsed) =>
        Console.WriteLine(JsonSerializer.Serialize(new
        {
            microAccuracy = metrics.MicroAccuracy,
            macroAccuracy = metrics.MacroAccuracy,
            seconds = elapsed.TotalSeconds,
            tokensPerSecond = training.TokensPerSecond,
            peakActivationBytes = training.PeakActivationBytes,
            storedActivationBytes = training.StoredActivationBytes,
            lostBits = training.LostBits,
            optimalBits = training.OptimalBits,
        }));
}
