using Microsoft.ML.Data;
using Microsoft.ML.RevRnn.Tests.Support;

namespace Microsoft.ML.RevRnn.Tests.Experiments;

/// <summary>Experiments that end within the blink of an eye.</summary>
internal static class SmallExperiment
{
    /// <summary>Nine settings, on rungs of 1, 2 and 4 epochs.</summary>
    public static RevRnnMulticlassExperimentSettings Settings(int maxModels = 6) => new()
    {
        MaxModels = maxModels,
        Seed = 3,
        ValidationFraction = 0.3,
        Options = Small.Classification(),
        SearchSpace = Space,
        Halving = new() { Eta = 2, MaximumEpochs = 4 },
    };

    public static RevRnnSearchSpace Space { get; } = new()
    {
        Cell = [CellKind.RevLstm, CellKind.RevGru],
        HiddenSize = [8, 16],
        LearningRate = (1e-3f, 5e-2f, true),
        Dropout = (0, 0.3f),
    };

    public static ExperimentResult<MulticlassClassificationMetrics> Execute(
        RevRnnMulticlassExperimentSettings settings, IDataView? data = null, IProgress<RunDetail<MulticlassClassificationMetrics>>? progress = null)
        => new MLContext(seed: 1).MulticlassClassification.CreateRevRnnExperiment(settings).Execute(data ?? Trained.Data(count: 120), progressHandler: progress);

    /// <summary>All of a result that is promised to be the same again: not the times.</summary>
    public static string Describe(ExperimentResult<MulticlassClassificationMetrics> result) => string.Join('\n', result.RunDetails.Select(run => string.Join(' ',
    [
        $"{run.TrialId}", run.TrainerName, $"{run.State}", $"{run.Metric:R}", $"{run.ValidationLoss:R}", string.Join(';', run.Setting.Select(value => value.ToString())),
        string.Join(';', run.Rungs.Select(rung => $"{rung.Epochs}:{rung.Loss:R}:{rung.Metric:R}")), string.Join(';', run.Epochs.Select(epoch => $"{epoch.Loss:R}/{epoch.ValidationLoss:R}")),
        $"{run.ValidationMetrics?.LogLoss:R} {run.ValidationMetrics?.MacroAccuracy:R} {run.ValidationMetrics?.ConfusionMatrix.GetFormattedConfusionTable()}",
        run.Exception?.Message, run == result.BestRun ? "best" : "",
    ]))) + $"\n{result.Seed} {result.TrainingRowCount} {result.ValidationRowCount}";

    /// <summary>The trained network of the best run, as bytes.</summary>
    public static byte[] Bytes(ExperimentResult<MulticlassClassificationMetrics> result) => Bytes(result.BestRun.Model!);

    public static byte[] Bytes(ITransformer model)
    {
        using var stream = new MemoryStream();
        using (var writer = new BinaryWriter(stream))
            Network(model).Classifier.Save(writer);
        return stream.ToArray();
    }

    public static RevRnnClassificationTransformer Network(ITransformer model)
        => model as RevRnnClassificationTransformer ?? ((IEnumerable<ITransformer>)model).OfType<RevRnnClassificationTransformer>().Single();
}
