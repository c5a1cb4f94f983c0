using Microsoft.ML;
using Microsoft.ML.RevRnn;
using Samples;

namespace Distributed;

/// <summary>The pipeline that each rank fits to the same rows; rank 0 writes the model.</summary>
internal static class Training
{
    public static void Run(IGradientGroup group, FileInfo data, FileInfo file, TrainingOptions training, NetworkOptions network)
    {
        if (!data.Exists)
            throw new FileNotFoundException($"There is no file '{data.FullName}'.");
        var ml = new MLContext(seed: 1);
        var rows = ml.Data.LoadFromTextFile<LabelledText>(data.FullName, separatorChar: '\t');
        // Told of on rank 0 only.
        using var progress = new ConsoleProgress();
        var pipeline = ml.Transforms.Conversion.MapValueToKey("Label")
            .Append(ml.MulticlassClassification.Trainers.RevLstm(new RevRnnClassificationOptions { Network = network, Training = training, Progress = progress }))
            .Append(ml.Transforms.Conversion.MapKeyToValue("PredictedLabel"));
        var model = pipeline.Fit(rows);
        if (group.Rank != 0)
            return;
        ml.Model.SaveAtomically(model, rows.Schema, file.FullName);
        var report = model.OfType<RevRnnClassificationTransformer>().Single().Report!;
        Console.WriteLine($"{report.StopReason}, best epoch {report.BestEpoch} of {report.Epochs.Count}, {report.TokensPerSecond:N0} tokens/s on {group.Size} ranks; saved as {file.Name}.");
    }
}
