using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.RevRnn;
using Microsoft.ML.Trainers;
using Samples;
using SequenceClassification;
using Spectre.Console;

namespace ExperimentSample;

/// <summary>Data, experiment, and how its best models do on rows that none of it has seen.</summary>
internal static class Search
{
    private const int ClassCount = 12;
    private const int ShortCount = 1500;
    private const int ShortModels = 4;

    public static void Run(Settings settings)
    {
        var ml = new MLContext(seed: 1);
        var data = Load(ml, settings);
        // The experiment sees nothing of the test rows: it holds back a part of the others for itself.
        var split = ml.Data.TrainTestSplit(data, testFraction: 0.1, seed: 1);
        using var cancellation = new CancellationTokenSource();
        ConsoleCancelEventHandler cancel = (_, pressed) => (pressed.Cancel, _) = (true, cancellation.CancelAsync());
        Console.CancelKeyPress += cancel;
        var experiment = ml.MulticlassClassification.CreateRevRnnExperiment(ExperimentOf(ml, settings, cancellation.Token, out var table));
        var result = table.Show(() => experiment.Execute(split.TrainSet));
        Console.CancelKeyPress -= cancel;

        Report.Runs(result);
        if (settings.Html is { } file)
        {
            result.SaveHtml(file);
            AnsiConsole.MarkupLine($"The whole of it is in [bold]{Markup.Escape(file)}[/].");
        }
        Report.Options(result);
        var scores = Evaluate(ml, split, result, settings);
        Report.Test(scores);
        if (settings.Json)
            Report.Json(result, scores);
    }

    private static RevRnnMulticlassExperimentSettings ExperimentOf(MLContext ml, Settings settings, CancellationToken token, out LiveTable table)
    {
        table = new LiveTable(settings.Minutes > 0 ? TimeSpan.FromMinutes(settings.Minutes) : null);
        var experiment = new RevRnnMulticlassExperimentSettings
        {
            MaxExperimentTimeInSeconds = settings.Minutes > 0 ? (uint)Math.Ceiling(60 * settings.Minutes) : null,
            MaxModels = settings.IsShort ? settings.Models ?? ShortModels : settings.Models,
            MaximumMemoryUsageInMegaByte = settings.Memory,
            CheckpointDirectory = settings.Folder,
            RefitsOnAllRows = !settings.SkipsRefit,
            CancellationToken = token,
            Progress = table,
            Options = new() { Training = new() { ThreadCount = settings.Threads } },
            // For ten minutes on two cores: short courses of small networks, and in their place more settings.
            Halving = new() { MaximumEpochs = 4 },
            SearchSpace = RevRnnSearchSpace.Default with
            {
                EmbeddingSize = [64, 128],
                HiddenSize = [64, 128, 256],
                LayerCount = null,
                Bidirectional = null,
                LearningRate = (2e-3f, 8e-3f, true),
                Dropout = (0.3f, 0.6f),
                WeightDecay = null,
                BatchSize = [32, 64],
            },
        };
        if (settings.IsShort)
        {
            experiment.Halving = new() { MaximumEpochs = 3 };
            experiment.SearchSpace = experiment.SearchSpace with { EmbeddingSize = [16, 32], HiddenSize = [32, 64], LayerCount = null };
        }
        if (!settings.SkipsLinear)
            experiment.AddRival("linear", Linear(ml));
        return experiment;
    }

    /// <summary>What a user of ML.NET has without recurrent networks.</summary>
    private static IEstimator<ITransformer> Linear(MLContext ml) => ml.Transforms.Conversion.MapValueToKey(nameof(LabelledText.Label))
        .Append(ml.Transforms.Text.FeaturizeText("Features", nameof(LabelledText.Text)))
        // Weaker than its defaults regularise: as is best for the documentation.
        .Append(ml.MulticlassClassification.Trainers.LbfgsMaximumEntropy(new LbfgsMaximumEntropyMulticlassTrainer.Options
        {
            L1Regularization = 0.01f,
            L2Regularization = 0.01f,
            MaximumNumberOfIterations = 200,
        }));

    private static List<(string Name, double Accuracy)> Evaluate(
        MLContext ml, DataOperationsCatalog.TrainTestData split, ExperimentResult<MulticlassClassificationMetrics> result, Settings settings)
    {
        var scores = new List<(string, double)>();
        if (result.BestNetwork is { Model: { } network } best)
            Add($"the best network, #{best.TrialId}", network);
        if (result.RefitModel is { } refit)
            Add("the same, trained on all rows", refit);
        foreach (var rival in result.RunDetails.Where(run => run.TrialId == null && run.Model != null))
            Add($"the rival '{rival.TrainerName}'", rival.Model!);
        if (settings.ComparesDefaults)
        {
            using var progress = new ConsoleProgress();
            var options = new RevRnnClassificationOptions { Training = new() { ThreadCount = settings.Threads }, Progress = progress };
            Add("the default options", ml.Transforms.Conversion.MapValueToKey("Label").Append(ml.MulticlassClassification.Trainers.RevLstm(options)).Fit(split.TrainSet));
        }
        return scores;

        // Each model makes keys of the labels as it did in training.
        void Add(string name, ITransformer model) => scores.Add((name, ml.MulticlassClassification.Evaluate(model.Transform(split.TestSet)).MicroAccuracy));
    }

    private static IDataView Load(MLContext ml, Settings settings)
    {
        if (settings.Data is { } file)
            return TextFile.Load(ml, file);
        var rows = DocumentationCorpus.Read(ClassCount);
        if (settings.IsShort)
            rows = [.. rows.Where((_, i) => i % Math.Max(1, rows.Count / ShortCount) == 0)];
        AnsiConsole.MarkupLine($"{rows.Count:N0} summaries of the .NET documentation, from {ClassCount} namespaces. A tenth is held out, and the experiment sees nothing of it.");
        return ml.Data.LoadFromEnumerable(rows);
    }
}
