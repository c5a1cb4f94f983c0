using System.Diagnostics;
using Microsoft.ML;
using Microsoft.ML.RevRnn;
using Samples;
using Spectre.Console;

namespace SequenceClassification;

/// <summary>Data, pipeline, training, evaluation, and a look at the predictions of the saved and reloaded model.</summary>
internal static class Experiment
{
    private const int ClassCount = 12;

    public static void Run(Settings settings)
    {
        var clock = Stopwatch.StartNew();
        var ml = new MLContext(seed: 1);
        var data = Load(ml, settings);
        var split = ml.Data.TrainTestSplit(data, testFraction: 0.1, seed: 1);

        using var progress = new ConsoleProgress();
        var options = new RevRnnClassificationOptions
        {
            Training = new TrainingOptions { MaximumEpochs = settings.Epochs, ThreadCount = settings.Threads },
            Progress = progress,
        };
        var trainers = ml.MulticlassClassification.Trainers;
        var pipeline = ml.Transforms.Conversion.MapValueToKey("Label")
            .Append(settings.UseGru ? trainers.RevGru(options) : trainers.RevLstm(options))
            .Append(ml.Transforms.Conversion.MapKeyToValue("PredictedLabel"));

        var model = pipeline.Fit(split.TrainSet);
        var training = model.OfType<RevRnnClassificationTransformer>().Single().Report!;

        var scored = model.Transform(split.TestSet);
        var metrics = ml.MulticlassClassification.Evaluate(scored);
        ClassTable.Write(metrics, scored.Schema);

        var file = Path.Combine(Path.GetTempPath(), $"{nameof(SequenceClassification)}-{Environment.ProcessId}.zip");
        try
        {
            ml.Model.SaveAtomically(model, data.Schema, file);
            AnsiConsole.MarkupLine($"Saved as a model of {new FileInfo(file).Length / 1e6:F1} MB, and read back. What it says of a few texts it has not seen:");
            var reloaded = ml.Model.LoadChecked(file, out _);
            using var engine = ml.Model.CreatePredictionEngine<LabelledText, Prediction>(reloaded);
            var texts = ml.Data.CreateEnumerable<LabelledText>(split.TestSet, reuseRowObject: false).DistinctBy(text => text.Label).Take(8);
            Report.Predictions(texts.Select(text => (text, engine.Predict(text))));
        }
        finally
        {
            File.Delete(file);
        }

        var elapsed = clock.Elapsed;
        Report.Memory(training);
        AnsiConsole.MarkupLine(
            $"Accuracy [bold]{metrics.MicroAccuracy:P1}[/] ({metrics.MacroAccuracy:P1} averaged over classes) " +
            $"in {elapsed.TotalSeconds:F0} s, {training.TokensPerSecond:N0} tokens/s.");
        var linear = settings.SkipsLinear ? null : LinearPipeline.Run(ml, split);
        var order = settings.SkipsOrder ? [] : WordOrder.Run(ml, data, settings.Threads);
        if (settings.Json)
            Report.Json(metrics, training, elapsed, linear, order);
    }

    private static IDataView Load(MLContext ml, Settings settings)
    {
        if (settings.Data is { } file)
            return TextFile.Load(ml, file);
        var rows = DocumentationCorpus.Read(ClassCount);
        AnsiConsole.MarkupLine($"{rows.Count:N0} summaries of the .NET documentation, from {ClassCount} namespaces. A tenth is held out.");
        return ml.Data.LoadFromEnumerable(rows);
    }
}
