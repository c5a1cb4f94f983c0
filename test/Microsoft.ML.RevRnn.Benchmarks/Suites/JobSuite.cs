namespace Microsoft.ML.RevRnn.Benchmarks;

/// <summary>Whole training steps on real text, from token numbers to updated weights, against the same in TorchSharp.</summary>
internal sealed class JobSuite : ISuite
{
    private static readonly Pace _pace = new(TimeSpan.FromSeconds(12)) { WarmUp = TimeSpan.FromSeconds(4) };

    private static readonly int[] _units = [256, 650];

    public string Name => "job";

    public string Title => "training on real text, from token numbers to updated weights, against TorchSharp";

    public string Method =>
        "Tokens a second of one process, our batches and TorchSharp's in turns, one layer, as many inputs as units, no dropout; ours reversed and with all defaults, so that products with "
        + "repeated words are shared; TorchSharp's as its documentation has it, on libtorch. documents: pieces of the Penn Treebank and of WikiText-2, told apart by a classifier "
        + "over mean and maximum. language: the next word of the Penn Treebank, softmax over all words, untied, states going on from window to window. "
        + $"Both clip the gradient's norm to {JobRecipe.MaximumGradientNorm} and take Adam's step; ours leaves vectors of absent words alone. Medians; a ratio above 1 is in our favour.";

    public void Run(Settings settings, IReport report)
    {
        if (LibTorch.Prepare(settings.Threads) is { } missing)
        {
            report.Skip($"there is no libtorch: {missing}");
            return;
        }
        report.Note($"libtorch {LibTorch.Version}.");
        if (settings.Data == null || LanguageCorpus.All.Any(corpus => !corpus.File(settings.Data).Exists))
        {
            report.Skip("the texts were not found. Give with --data a folder that has ptb/valid.txt and wikitext2/valid.txt, the corpora's validation texts.");
            return;
        }
        var files = LanguageCorpus.All.Select(corpus => corpus.File(settings.Data)).ToList();
        var language = LanguageText.Read(LanguageCorpus.All[0].Name, files[0]);
        foreach (var text in (JobText[])[new DocumentJobText(files, rows: 32, steps: 256), new DocumentJobText(files, rows: 16, steps: 1000), new LanguageJobText(language, rows: 64, steps: 70)])
        {
            report.Note($"{text.Name}: a vocabulary of {text.VocabularySize} words.");
            foreach (var units in _units)
            {
                foreach (var cell in Support.ReversibleCells)
                    Run(text, cell, units, settings, report);
            }
        }
    }

    private void Run(JobText text, CellKind cell, int units, Settings settings, IReport report)
    {
        var name = $"{cell}/{text}/H{units}";
        if (!settings.Wants(name))
            return;
        var lstm = Support.IsLstm(cell);
        using var ours = new JobStep(text, cell, units, settings.Threads);
        using var theirs = new TorchJobStep(text, lstm, units);
        var timings = Alternation.Run(_pace, new TimedAction(ours.Run), new TimedAction(theirs.Run));
        report.Add(new Measurement(Name, name, Rate(text, timings.Medians[0]), "tokens/s")
        {
            Theirs = Rate(text, timings.Medians[1]),
            Against = lstm ? "nn.LSTM" : "nn.GRU",
            Runs = timings.Runs,
        });
    }

    private static double Rate(JobText text, double milliseconds) => text.Tokens / milliseconds * 1000;
}
