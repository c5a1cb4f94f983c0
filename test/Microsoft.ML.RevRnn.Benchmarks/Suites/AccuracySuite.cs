using System.Diagnostics;

namespace Microsoft.ML.RevRnn.Benchmarks;

/// <summary>What classifiers get with their defaults, and what ML.NET's linear pipelines get on the same rows.</summary>
internal sealed class AccuracySuite : ISuite
{
    public string Name => "accuracy";

    public string Title => "accuracy of classifiers with their defaults, against ML.NET's linear pipelines";

    public string Method =>
        "Mean over the seeds of the part of the test rows that is right. SST-2 has three seeds (other rows for each where they are some only), the documentation one. The linear pipelines are "
        + "six; the best of them, which is chosen by the test rows themselves, is what ours is against. /alone is the network without n-grams; /cpu the processor time of a training, /model the size of the saved model.";

    public void Run(Settings settings, IReport report)
    {
        var all = new List<AccuracyData> { AccuracyData.Documentation };
        if (AccuracyData.HasSentences(settings.Data))
            all = [AccuracyData.Sentences(settings.Data!, count: null), AccuracyData.Sentences(settings.Data!, count: 500), .. all];
        else
            report.Skip("SST-2 was not found. Give with --data a folder that has sst2/train.tsv and sst2/dev.tsv, rows of text and label.");
        foreach (var data in all)
        {
            CellKind[] cells = [CellKind.RevLstm, CellKind.RevGru];
            double? linear = Array.Exists(cells, cell => settings.Wants($"{cell}/{data.Name}/alone")) ? Linear(data) : null;
            foreach (var cell in cells)
            {
                var name = $"{cell}/{data.Name}";
                if (settings.Wants(name))
                    Add(report, name, "", linear, Ours(data, cell, new NGramOptions(), settings));
                if (settings.Wants($"{name}/alone"))
                    Add(report, name, "alone", linear, Ours(data, cell, nGrams: null, settings));
            }
        }
    }

    private void Add(IReport report, string name, string aspect, double? linear, (double Accuracy, double Seconds, double Bytes, int Seeds) result)
    {
        report.Add(new Measurement(Name, name, result.Accuracy, "") { Aspect = aspect, Theirs = linear, Against = "the best linear pipeline", Runs = result.Seeds });
        report.Add(new Measurement(Name, name, result.Seconds, "s") { Aspect = $"{aspect}/cpu".Trim('/') });
        report.Add(new Measurement(Name, name, result.Bytes / 1e6, "MB") { Aspect = $"{aspect}/model".Trim('/') });
    }

    private static (double Accuracy, double Seconds, double Bytes, int Seeds) Ours(AccuracyData data, CellKind cell, NGramOptions? nGrams, Settings settings)
    {
        var (accuracy, seconds, bytes) = (0.0, 0.0, 0.0);
        for (var seed = 1; seed <= data.Seeds; seed++)
        {
            var context = new MLContext(seed);
            var (train, test) = data.Load(context, seed);
            var options = new RevRnnClassificationOptions { NGrams = nGrams, Training = new() { ThreadCount = settings.Threads } };
            var trainers = context.MulticlassClassification.Trainers;
            var pipeline = context.Transforms.Conversion.MapValueToKey("Label")
                .Append(cell == CellKind.RevLstm ? trainers.RevLstm(options) : trainers.RevGru(options));
            var before = Process.GetCurrentProcess().TotalProcessorTime;
            var model = pipeline.Fit(train);
            seconds += (Process.GetCurrentProcess().TotalProcessorTime - before).TotalSeconds;
            accuracy += context.MulticlassClassification.Evaluate(model.Transform(test)).MicroAccuracy;
            using var file = new MemoryStream();
            context.Model.Save(model, train.Schema, file);
            bytes += file.Length;
        }
        return (accuracy / data.Seeds, seconds / data.Seeds, bytes / data.Seeds, data.Seeds);
    }

    /// <summary>The mean of the pipeline whose mean is best.</summary>
    private static double Linear(AccuracyData data)
    {
        var sums = new Dictionary<string, double>();
        for (var seed = 1; seed <= data.Seeds; seed++)
        {
            var context = new MLContext(seed);
            var (train, test) = data.Load(context, seed);
            foreach (var (name, pipeline) in LinearPipelines.All(context))
                sums[name] = sums.GetValueOrDefault(name) + context.MulticlassClassification.Evaluate(pipeline.Fit(train).Transform(test)).MicroAccuracy;
        }
        return sums.Values.Max() / data.Seeds;
    }
}
