using Microsoft.ML;
using Microsoft.ML.RevRnn;
using Samples;
using Spectre.Console;

namespace SequenceClassification;

/// <summary>What the order of words tells, close by and far apart: n-grams know next to nothing of it.</summary>
internal static class WordOrder
{
    private const int LongestFiller = 120;

    private static readonly OrderTask[] _tasks =
    [
        new("which of two came last, among 2 sentences", Rows: 2_000, Sentences: 2, Turns: 2),
        new("which of eight came last, among 20 sentences", Rows: 2_000, Sentences: 20, Turns: 8),
    ];

    /// <summary>Trains a small network and a linear pipeline for each task, and prints how they do.</summary>
    public static IReadOnlyList<OrderResult> Run(MLContext ml, IDataView corpus, int? threads)
    {
        var sentences = ml.Data.CreateEnumerable<LabelledText>(corpus, reuseRowObject: false)
            .Select(row => row.Text).Where(text => text.Length <= LongestFiller).ToList();
        var results = _tasks.Select(task => Run(ml, task, sentences, threads)).ToList();
        var table = new Table().Border(TableBorder.Simple)
            .AddColumn("What only the order of words tells")
            .AddColumn(new TableColumn("RevLstm").RightAligned())
            .AddColumn(new TableColumn("FeaturizeText and L-BFGS").RightAligned());
        foreach (var result in results)
            table.AddRow(result.Task, $"{result.Accuracy:P1}", $"{result.LinearAccuracy:P1}");
        AnsiConsole.Write(table);
        return results;
    }

    private static OrderResult Run(MLContext ml, OrderTask task, IReadOnlyList<string> sentences, int? threads)
    {
        var split = ml.Data.TrainTestSplit(ml.Data.LoadFromEnumerable(task.Write(sentences, seed: 1)), testFraction: 0.2, seed: 1);
        var recurrent = ml.MulticlassClassification.Trainers.RevLstm(new RevRnnClassificationOptions
        {
            Network = new NetworkOptions { EmbeddingSize = 64, HiddenSize = 64 },
            Training = new TrainingOptions { MaximumEpochs = 6, ThreadCount = threads },
        });
        var linear = ml.Transforms.Text.FeaturizeText("Features", nameof(LabelledText.Text))
            .Append(ml.MulticlassClassification.Trainers.LbfgsMaximumEntropy());
        return new OrderResult(task.Name, Accuracy(ml, split, recurrent), Accuracy(ml, split, linear));
    }

    private static double Accuracy<T>(MLContext ml, DataOperationsCatalog.TrainTestData split, IEstimator<T> trainer)
        where T : class, ITransformer
    {
        var pipeline = ml.Transforms.Conversion.MapValueToKey(nameof(LabelledText.Label)).Append(trainer);
        return ml.MulticlassClassification.Evaluate(pipeline.Fit(split.TrainSet).Transform(split.TestSet)).MicroAccuracy;
    }
}
