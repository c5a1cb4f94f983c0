using Microsoft.ML;
using Microsoft.ML.RevRnn;
using Samples;

namespace LongDocuments;

/// <summary>A model that is trained on some texts and tried on others.</summary>
internal static class Trial
{
    public static TrialResult Run(MLContext ml, Settings settings, List<LabelledText> training, List<LabelledText> test)
    {
        using var progress = new ConsoleProgress();
        var options = Model.Options(settings, progress);
        var trainers = ml.MulticlassClassification.Trainers;
        var pipeline = ml.Transforms.Conversion.MapValueToKey("Label")
            .Append(settings.UseGru ? trainers.RevGru(options) : trainers.RevLstm(options))
            .Append(ml.Transforms.Conversion.MapKeyToValue("PredictedLabel"));

        var model = pipeline.Fit(ml.Data.LoadFromEnumerable(training));

        // Predicted once, looked at twice.
        var scored = ml.Data.Cache(model.Transform(ml.Data.LoadFromEnumerable(test)), "Label", "Score", "PredictedLabel");
        var metrics = ml.MulticlassClassification.Evaluate(scored);
        var predictions = ml.Data.CreateEnumerable<Prediction>(scored, reuseRowObject: false);
        var correct = predictions.Zip(test, (prediction, text) => prediction.PredictedLabel == text.Label).ToArray();
        var transformer = model.OfType<RevRnnClassificationTransformer>().Single();
        return new TrialResult(metrics, scored.Schema, correct, transformer.Network, transformer.Report!);
    }
}
