using System.Text.Json;
using Microsoft.ML.Data;
using Microsoft.ML.RevRnn;
using Samples;
using Spectre.Console;

namespace SequenceClassification;

/// <summary>What the sample shows when training has ended.</summary>
internal static class Report
{
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

    public static void Json(
        MulticlassClassificationMetrics metrics,
        TrainingReport training,
        TimeSpan elapsed,
        MulticlassClassificationMetrics? linear,
        IReadOnlyList<OrderResult> order) =>
        Console.WriteLine(JsonSerializer.Serialize(new
        {
            microAccuracy = metrics.MicroAccuracy,
            macroAccuracy = metrics.MacroAccuracy,
            linearMicroAccuracy = linear?.MicroAccuracy,
            seconds = elapsed.TotalSeconds,
            tokensPerSecond = training.TokensPerSecond,
            peakActivationBytes = training.PeakActivationBytes,
            storedActivationBytes = training.StoredActivationBytes,
            lostBits = training.LostBits,
            optimalBits = training.OptimalBits,
            order = order.Select(result => new { task = result.Task, accuracy = result.Accuracy, linearAccuracy = result.LinearAccuracy }),
        }));
}
