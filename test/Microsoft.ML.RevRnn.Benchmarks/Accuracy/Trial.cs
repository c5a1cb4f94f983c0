using System.Diagnostics;
using Samples;

namespace Microsoft.ML.RevRnn.Benchmarks;

/// <summary>What trainings of one kind come to, over the seeds.</summary>
/// <param name="Accuracies">Of each seed the part of the test rows that is right.</param>
/// <param name="Seconds">Mean processor time of a training.</param>
/// <param name="Bytes">Mean size of the saved model.</param>
/// <param name="Milliseconds">Mean time of a single prediction.</param>
internal sealed record Trial(IReadOnlyList<double> Accuracies, double Seconds, double Bytes, double Milliseconds)
{
    private const int LeastPredictions = 500;

    public double Mean => Accuracies.Average();

    /// <summary>Standard deviation of one seed's accuracy; null of one seed.</summary>
    public double? Spread => Accuracies.Count < 2 ? null : Math.Sqrt(Accuracies.Sum(each => (each - Mean) * (each - Mean)) / (Accuracies.Count - 1));

    /// <summary>Trains and tests with each seed.</summary>
    /// <param name="data">Rows for each seed.</param>
    /// <param name="cell">The network's.</param>
    /// <param name="createOptions">The trainer's; each training has its own.</param>
    public static Trial Of(AccuracyData data, CellKind cell, Func<RevRnnClassificationOptions> createOptions)
    {
        var accuracies = new List<double>();
        var (seconds, bytes, milliseconds) = (0.0, 0.0, 0.0);
        for (var seed = 1; seed <= data.Seeds; seed++)
        {
            var context = new MLContext(seed);
            var (train, test) = data.Load(context, seed);
            var trainers = context.MulticlassClassification.Trainers;
            var pipeline = context.Transforms.Conversion.MapValueToKey("Label")
                .Append(cell == CellKind.RevLstm ? trainers.RevLstm(createOptions()) : trainers.RevGru(createOptions()));
            var before = ProcessorSeconds();
            var model = pipeline.Fit(train);
            seconds += ProcessorSeconds() - before;
            accuracies.Add(context.MulticlassClassification.Evaluate(model.Transform(test)).MicroAccuracy);
            using var file = new MemoryStream();
            context.Model.Save(model, train.Schema, file);
            bytes += file.Length;
            milliseconds += Latency(context, model, test);
        }
        return new Trial(accuracies, seconds / data.Seeds, bytes / data.Seeds, milliseconds / data.Seeds);
    }

    public static double ProcessorSeconds() => Process.GetCurrentProcess().TotalProcessorTime.TotalSeconds;

    /// <summary>One text at a time, each once to warm up and once to be timed.</summary>
    private static double Latency(MLContext context, ITransformer model, IDataView test)
    {
        LabelledText[] texts = [.. context.Data.CreateEnumerable<LabelledText>(test, reuseRowObject: false).Take(LeastPredictions)];
        using var engine = context.Model.CreatePredictionEngine<LabelledText, Prediction>(model);
        foreach (var text in texts)
            engine.Predict(text);
        var clock = Stopwatch.StartNew();
        foreach (var text in texts)
            engine.Predict(text);
        return clock.Elapsed.TotalMilliseconds / texts.Length;
    }

    private sealed class Prediction
    {
        public float[] Score { get; set; } = [];
    }
}
