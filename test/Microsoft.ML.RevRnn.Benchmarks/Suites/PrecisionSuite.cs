namespace Microsoft.ML.RevRnn.Benchmarks;

/// <summary>What weights of 8 bits cost, and what they save in a file.</summary>
internal sealed class PrecisionSuite : ISuite
{
    private const int DocumentationEpochs = 3;
    private const int LanguageEpochs = 12;

    public string Name => "precision";

    public string Title => "models with weights of 8 bits: accuracy, perplexity and file against the same models as they were trained";

    public string Method =>
        $"WithWeights(WeightPrecision.Int8) of models trained here, one seed. Classifiers have their defaults, of the documentation {DocumentationEpochs} epochs, and are tested on rows held out; the language models are those of the "
        + $"language suite after {LanguageEpochs} epochs, and have their perplexity on the text held out. /alone is the network without n-grams. The case itself is the accuracy, or the perplexity, of the compact model against "
        + "that of the whole one; /same class the part of the test rows in which both predict the same, /difference the mean difference of their probabilities, and /file the size of what is saved, compressed as ML.NET does.";

    public void Run(Settings settings, IReport report)
    {
        var all = new List<AccuracyData> { AccuracyData.Documentation };
        if (AccuracyData.HasSentences(settings.Data))
            all = [.. ((int?[])[null, 500]).Select(count => AccuracyData.Sentences(settings.Data!, count)), .. all];
        else
            report.Skip("SST-2 was not found. Give with --data a folder that has sst2/train.tsv and sst2/dev.tsv, rows of text and label.");
        foreach (var data in all)
        {
            foreach (var cell in Support.ReversibleCells)
            {
                foreach (var aspect in (string[])["", "/alone"])
                {
                    if (settings.Wants($"{cell}/{data.Name}{aspect}"))
                        RunClassifier(settings, report, data, cell, hasNGrams: aspect.Length == 0);
                }
            }
        }
        var corpus = LanguageCorpus.All[0];
        if (settings.Data == null || !corpus.File(settings.Data).Exists)
        {
            report.Skip($"{corpus.Name}, whose text was not found in the folder of --data.");
            return;
        }
        foreach (var cell in Support.ReversibleCells)
        {
            if (settings.Wants($"{cell}/{corpus.Name}"))
                RunLanguageModel(settings, report, LanguageText.Read(corpus.Name, corpus.File(settings.Data)), cell);
        }
    }

    private void RunClassifier(Settings settings, IReport report, AccuracyData data, CellKind cell, bool hasNGrams)
    {
        var options = new RevRnnClassificationOptions { Training = new() { ThreadCount = settings.Threads } };
        if (data == AccuracyData.Documentation)
            options.Training = options.Training with { MaximumEpochs = DocumentationEpochs };
        if (!hasNGrams)
            options.NGrams = null;
        var trial = CompactTrial.Of(data, cell, options);
        var name = $"{cell}/{data.Name}{(hasNGrams ? "" : "/alone")}";
        Add(report, name, "", trial.Accuracy.Compact, trial.Accuracy.Whole, "");
        report.Add(new Measurement(Name, name, trial.SameClass, "") { Aspect = "same class" });
        report.Add(new Measurement(Name, name, trial.Difference * 1e6, "millionths") { Aspect = "difference" });
        Add(report, name, "file", trial.Bytes.Compact / 1e6, trial.Bytes.Whole / 1e6, "MB");
    }

    private void RunLanguageModel(Settings settings, IReport report, LanguageText text, CellKind cell)
    {
        var model = LanguageModel.Train(
            [text.Training], text.VocabularySize, LanguageRecipe.Network(cell), LanguageRecipe.Model,
            LanguageRecipe.Training(cell, LanguageEpochs, seed: 1, settings.Threads), [text.Validation]).Model;
        var compact = model.WithWeights(WeightPrecision.Int8);
        var name = $"{cell}/{text.Name}";
        Add(report, name, "", compact.Score(text.Validation).Perplexity, model.Score(text.Validation).Perplexity, "");
        Add(report, name, "file", Packed.Bytes(compact.Save) / 1e6, Packed.Bytes(model.Save) / 1e6, "MB");
    }

    private void Add(IReport report, string name, string aspect, double compact, double whole, string unit)
        => report.Add(new Measurement(Name, name, compact, unit) { Aspect = aspect, Theirs = whole, Against = "the same model as it was trained" });
}
