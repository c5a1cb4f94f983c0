using System.Diagnostics;
using Microsoft.ML;
using Microsoft.ML.RevRnn;
using Spectre.Console;

namespace LanguageModeling;

/// <summary>Data, training with a line of the model's own after each epoch, saving, reloading, evaluation, and a longer text.</summary>
internal static class Experiment
{
    private static readonly GenerationOptions _line = new() { MaximumTokens = 90, Temperature = 0.7f, StopsAtEnd = false, StopStrings = ["\n\n"] };

    public static void Run(Settings settings)
    {
        var clock = Stopwatch.StartNew();
        var ml = new MLContext(seed: 1);
        var corpus = Corpus.Read(settings.Data);
        var training = ml.Data.LoadFromEnumerable(corpus.Training);
        var validation = ml.Data.LoadFromEnumerable(corpus.Validation);

        using var progress = new ConsoleProgress();
        var options = Recipe.For(settings.Level);
        options.Network = options.Network with { Cell = settings.Cell };
        options.Training = options.Training with
        {
            MaximumMinutes = settings.Minutes,
            CheckpointPath = settings.Checkpoint?.FullName,
            ThreadCount = settings.Threads,
        };
        options.Progress = progress;
        options.EpochEnded = (_, model) =>
            AnsiConsole.MarkupLineInterpolated($"  [green]{OneLine(model.Generate("", _line))}[/]");

        var model = ml.Transforms.Text.RevLanguageModel(options).Fit(training, validation);
        var trained = model.Report!;

        var file = Path.Combine(Path.GetTempPath(), $"{nameof(LanguageModeling)}-{Environment.ProcessId}.zip");
        try
        {
            ml.Model.SaveAtomically(model, training.Schema, file);
            AnsiConsole.MarkupLine($"Saved as a model of {new FileInfo(file).Length / 1e6:F1} MB, and read back.");
            var reloaded = (RevLanguageModelTransformer)ml.Model.LoadChecked(file, out _);
            var metrics = reloaded.Evaluate(validation);
            Report.Text(reloaded);
            Report.Connectivity(reloaded, corpus.Validation[0].Text);
            Report.Memory(trained);
            Report.Figures(metrics, trained, reloaded.ParameterCount, clock.Elapsed);
            if (settings.Json)
                Report.Json(metrics, trained, reloaded.ParameterCount, clock.Elapsed);
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static string OneLine(IEnumerable<string> pieces) => string.Concat(pieces).ReplaceLineEndings(" / ");
}
