using System.Diagnostics;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Trainers;
using Samples;
using Spectre.Console;

namespace SequenceClassification;

/// <summary>What a user of ML.NET has without recurrent networks: FeaturizeText and a linear trainer, on the same rows.</summary>
internal static class LinearPipeline
{
    public static MulticlassClassificationMetrics Run(MLContext ml, DataOperationsCatalog.TrainTestData split)
    {
        var clock = Stopwatch.StartNew();
        var pipeline = ml.Transforms.Conversion.MapValueToKey(nameof(LabelledText.Label))
            .Append(ml.Transforms.Text.FeaturizeText("Features", nameof(LabelledText.Text)))
            // Weaker than its defaults regularise: as is best for these rows.
            .Append(ml.MulticlassClassification.Trainers.LbfgsMaximumEntropy(new LbfgsMaximumEntropyMulticlassTrainer.Options
            {
                L1Regularization = 0.01f,
                L2Regularization = 0.01f,
                MaximumNumberOfIterations = 200,
            }));
        var metrics = ml.MulticlassClassification.Evaluate(pipeline.Fit(split.TrainSet).Transform(split.TestSet));
        AnsiConsole.MarkupLine(
            $"For comparison, ML.NET's FeaturizeText and L-BFGS on the same rows: [bold]{metrics.MicroAccuracy:P1}[/] " +
            $"({metrics.MacroAccuracy:P1} averaged over classes) in {clock.Elapsed.TotalSeconds:F0} s.");
        return metrics;
    }
}
