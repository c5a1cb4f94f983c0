namespace Microsoft.ML.RevRnn.Benchmarks;

/// <summary>What classifiers get with their defaults, and what ML.NET's linear pipelines get on the same rows.</summary>
internal sealed class AccuracySuite : ISuite
{
    public string Name => "accuracy";

    public string Title => "accuracy of classifiers with their defaults, against ML.NET's linear pipelines";

    public string Method =>
        "Mean over the seeds of the part of the test rows that is right. SST-2 has three seeds (other rows for each where they are some only), the documentation one. The linear pipelines are "
        + "six; the best of them, which is chosen by the test rows themselves, is what ours is against. /alone is the network without n-grams; /pretrained starts from a language model of all training texts, "
        + "trained once with its defaults, and is against the same without; /spread is the standard deviation over the seeds, /cpu the processor time of a training, /model the size of the saved model, "
        + "/latency the time of one prediction.";

    public void Run(Settings settings, IReport report)
    {
        var all = new List<AccuracyData> { AccuracyData.Documentation };
        if (AccuracyData.HasSentences(settings.Data))
            all = [.. AccuracyData.SentenceCounts.Select(count => AccuracyData.Sentences(settings.Data!, count)), .. all];
        else
            report.Skip("SST-2 was not found. Give with --data a folder that has sst2/train.tsv and sst2/dev.tsv, rows of text and label.");
        CellKind[] cells = [CellKind.RevLstm, CellKind.RevGru];
        var languageModels = cells.ToDictionary(cell => cell, cell => new Lazy<RevLanguageModelTransformer>(() => LanguageModel(settings, cell, report)));
        foreach (var data in all)
        {
            double? linear = Array.Exists(cells, cell => settings.Wants($"{cell}/{data.Name}/alone")) ? Linear(data) : null;
            foreach (var cell in cells)
                Run(settings, report, data, cell, linear, languageModels[cell]);
        }
    }

    private void Run(Settings settings, IReport report, AccuracyData data, CellKind cell, double? linear, Lazy<RevLanguageModelTransformer> languageModel)
    {
        var name = $"{cell}/{data.Name}";
        RevRnnClassificationOptions Options() => new() { Training = new() { ThreadCount = settings.Threads } };
        Trial? joined = null;
        if (settings.Wants(name))
            Add(report, name, "", joined = Trial.Of(data, cell, Options), linear, "the best linear pipeline");
        if (settings.Wants($"{name}/alone"))
        {
            var alone = Trial.Of(data, cell, () =>
            {
                var options = Options();
                options.NGrams = null;
                return options;
            });
            Add(report, name, "alone", alone, linear, "the best linear pipeline");
        }
        if (!data.HasTexts || !settings.Wants($"{name}/pretrained"))
            return;
        var pretrained = Trial.Of(data, cell, () =>
        {
            var options = Options();
            options.LanguageModel = languageModel.Value;
            return options;
        });
        Add(report, name, "pretrained", pretrained, joined?.Mean, "the same without a language model");
    }

    private void Add(IReport report, string name, string aspect, Trial trial, double? against, string whom)
    {
        report.Add(new Measurement(Name, name, trial.Mean, "") { Aspect = aspect, Theirs = against, Against = whom, Runs = trial.Accuracies.Count });
        if (trial.Spread is { } spread)
            Also("spread", spread, "");
        Also("cpu", trial.Seconds, "s");
        Also("model", trial.Bytes / 1e6, "MB");
        Also("latency", trial.Milliseconds, "ms");

        void Also(string what, double value, string unit) => report.Add(new Measurement(Name, name, value, unit) { Aspect = $"{aspect}/{what}".Trim('/') });
    }

    /// <summary>Of all training texts of SST-2, without their labels.</summary>
    private RevLanguageModelTransformer LanguageModel(Settings settings, CellKind cell, IReport report)
    {
        var context = new MLContext(1);
        var options = new RevLanguageModelOptions { Network = new() { Cell = cell }, Training = new() { ThreadCount = settings.Threads } };
        var before = Trial.ProcessorSeconds();
        var model = context.Transforms.Text.RevLanguageModel(options).Fit(AccuracyData.Sentences(settings.Data!, count: null).Load(context, 1).Train);
        report.Add(new Measurement(Name, $"{cell}/language model", Trial.ProcessorSeconds() - before, "s") { Aspect = "cpu" });
        return model;
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
