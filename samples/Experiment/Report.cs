using System.Globalization;
using System.Text.Json;
using Microsoft.ML.Data;
using Microsoft.ML.RevRnn;
using Spectre.Console;

namespace ExperimentSample;

/// <summary>What the sample shows when the experiment has ended.</summary>
internal static class Report
{
    private const int MostRuns = 8;

    public static void Runs(ExperimentResult<MulticlassClassificationMetrics> result)
    {
        var table = new Table().Border(TableBorder.Simple).AddColumn("Run").AddColumn("Accuracy").AddColumn("Log loss").AddColumn("Epochs").AddColumn("Seconds").AddColumn("Setting");
        var shown = result.RunDetails.Where(run => run.Metric != null).OrderByDescending(run => run.Metric).ToArray();
        foreach (var run in shown.Take(MostRuns).Union(shown.Where(run => run.TrialId is null or 0)))
        {
            table.AddRow(
                run.TrialId is { } id ? $"#{id}" : Markup.Escape(run.TrainerName),
                run.Metric!.Value.ToString("P1", CultureInfo.InvariantCulture),
                run.ValidationMetrics!.LogLoss.ToString("0.000", CultureInfo.InvariantCulture),
                $"{run.Epochs.Count}",
                $"{run.RuntimeInSeconds:F0}",
                Markup.Escape(string.Join(", ", run.Setting.Select(value => $"{value.Key} {value.Value}"))));
        }
        AnsiConsole.Write(table);
        AnsiConsole.MarkupLine(
            $"{result.RunDetails.Count(run => run.TrialId != null)} settings in {result.ElapsedInSeconds:F0} s; #0 are the default options. {result.TrainingRowCount:N0} rows were trained on and {result.ValidationRowCount:N0} held back.");
    }

    public static void Options(ExperimentResult<MulticlassClassificationMetrics> result)
    {
        if (result.BestNetwork?.OptionsAsCode is not { } code)
            return;
        AnsiConsole.MarkupLine("The best options:");
        // Without a frame, and not broken where the terminal ends: it is to be pasted.
        Console.WriteLine(code);
    }

    public static void Test(IReadOnlyList<(string Name, double Accuracy)> scores)
    {
        AnsiConsole.MarkupLine("On the held-out rows:");
        foreach (var (name, accuracy) in scores)
            AnsiConsole.MarkupLine($"  [bold]{accuracy.ToString("P2", CultureInfo.InvariantCulture)}[/] {Markup.Escape(name)}");
    }

    public static void Json(ExperimentResult<MulticlassClassificationMetrics> result, IReadOnlyList<(string Name, double Accuracy)> scores) => Console.WriteLine(JsonSerializer.Serialize(new
    {
        end = result.End.ToString(),
        seconds = result.ElapsedInSeconds,
        seed = result.Seed,
        trainingRows = result.TrainingRowCount,
        validationRows = result.ValidationRowCount,
        best = result.BestRun.TrialId?.ToString(CultureInfo.InvariantCulture) ?? result.BestRun.TrainerName,
        runs = result.RunDetails.Select(run => new
        {
            trial = run.TrialId,
            trainer = run.TrainerName,
            state = run.State.ToString(),
            accuracy = run.Metric,
            loss = run.ValidationLoss,
            epochs = run.Epochs.Count,
            seconds = run.RuntimeInSeconds,
            setting = run.Setting.ToDictionary(value => value.Key, value => value.Value),
        }),
        test = scores.ToDictionary(score => score.Name, score => score.Accuracy),
    }));
}
