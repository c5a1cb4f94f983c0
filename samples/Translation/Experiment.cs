using System.Diagnostics;
using Microsoft.ML;
using Microsoft.ML.RevRnn;
using Spectre.Console;

namespace Translation;

/// <summary>Data, training with a translation of the model's after each epoch, saving, reloading, evaluation, and a picture of alignments.</summary>
internal static class Experiment
{
    private const int Drawn = 12;

    public static void Run(Settings settings)
    {
        var clock = Stopwatch.StartNew();
        var ml = new MLContext(seed: 1);
        var corpus = Corpus.Read(settings);
        var training = ml.Data.LoadFromEnumerable(corpus.Training);
        var test = ml.Data.LoadFromEnumerable(corpus.Test);

        using var progress = new ConsoleProgress();
        var options = Recipe.For(corpus.AreDates, settings.IsShort);
        options.Network = options.Network with { Cell = settings.Cell };
        options.Training = options.Training with { MaximumMinutes = settings.Minutes, ThreadCount = settings.Threads };
        if (settings.Minutes != null)
            options.Training = options.Training with { MaximumEpochs = 1000 };
        options.Progress = progress;
        options.EpochEnded = (_, now) => AnsiConsole.MarkupLineInterpolated($"  {corpus.Test[0].Source} [green]{string.Concat(now.Stream(corpus.Test[0].Source))}[/]");

        var model = ml.Transforms.Text.RevTranslation(options).Fit(training);
        var trained = model.Report!;

        var file = Path.Combine(Path.GetTempPath(), $"{nameof(Translation)}-{Environment.ProcessId}.zip");
        try
        {
            ml.Model.SaveAtomically(model, training.Schema, file);
            AnsiConsole.MarkupLine($"Saved as a model of {new FileInfo(file).Length / 1e6:F1} MB, and read back.");
            var reloaded = (RevTranslationTransformer)ml.Model.LoadChecked(file, out _);
            var metrics = reloaded.Evaluate(test);
            Report.Translations(reloaded, corpus.Test);
            Report.Memory(trained);
            Report.Figures(metrics, trained, reloaded.ParameterCount, clock.Elapsed);
            if (settings.Html is { } html)
            {
                reloaded.SaveAlignments(html.FullName, corpus.Test.Take(Drawn).Select(pair => pair.Source));
                AnsiConsole.MarkupLineInterpolated($"What it looked at is drawn in {html.FullName}.");
            }
            if (settings.Json)
                Report.Json(metrics, trained, reloaded.ParameterCount, clock.Elapsed);
        }
        finally
        {
            File.Delete(file);
        }
    }
}
