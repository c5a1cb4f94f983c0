namespace Microsoft.ML.RevRnn.Benchmarks;

/// <summary>How well reversible cells learn real text against ordinary ones, ours against PyTorch's, and what they save.</summary>
internal sealed class LanguageSuite : ISuite
{
    /// <summary>Bytes that autograd saves for each token and unit of nn.LSTM and nn.GRU.</summary>
    private const int TorchBytes = 36;

    /// <summary>Bits of a value of a hidden state, fixed-point or float.</summary>
    private const int StateBits = 32;

    public string Name => "language";

    public string Title => "word language models: perplexity against ordinary cells and PyTorch, and what reversal saves";

    public string Method =>
        "The validation texts of the Penn Treebank and WikiText-2 (--data says where), their words split on white space, with <eos> for a line's end: "
        + "the first 90 % train, the last 10 % validate, and words that only these have are <unk>. "
        + $"Every model has {LanguageRecipe.Description}; {Runs}. "
        + "Reversible cells go back by reversal and forget 3 bits at the most; ordinary ones store. "
        + "Perplexities are of the last 10 %, after the best epoch, the mean over the seeds; of their ratios one below 1 is in our favour. "
        + "/spread is the largest of the seeds less the smallest. "
        + "PyTorch has our initialisation, rates, streams and kind of masks, but its own random numbers; nn.GRU, whose reset gate "
        + "acts after the matrix product and not before it, is there for reference. "
        + "/lostbits is what is held for a forget gate and step, over the whole training, against sum -log2 z. "
        + $"/memory-authors is how many times less that is than the states alone, at {StateBits} bits (the accounting of MacKay et al. 2018), "
        + "against the same of the optimum. "
        + "/memory-autograd and /memory-stored are the peak of all activation bytes, softmax scores and chunk buffers included, against the "
        + $"{TorchBytes} bytes that PyTorch saves for each token and unit, without its T B V scores, and against our own stored training of the same cell.";

    private static string Runs =>
        string.Join(", ", LanguageCorpus.All.Select(corpus => $"{corpus.Epochs} epochs on {corpus.Name} with {corpus.Seeds} seed(s)"));

    public void Run(Settings settings, IReport report)
    {
        var present = LanguageCorpus.All.Where(corpus => settings.Data != null && corpus.File(settings.Data).Exists).ToList();
        if (present.Count == 0)
        {
            report.Skip("the texts were not found. Give with --data a folder that has ptb/valid.txt and wikitext2/valid.txt, the corpora's validation texts.");
            return;
        }
        foreach (var corpus in LanguageCorpus.All.Except(present))
            report.Skip($"{corpus.Name}, whose text, {corpus.Name}/valid.txt, is not in the folder of --data.");
        using var peer = TorchLanguagePeer.Start(settings.Threads);
        report.Note(peer == null ? "No python3 with torch was found, so nothing is compared with it." : $"PyTorch {peer.Version}.");
        foreach (var corpus in present)
            Run(new LanguageTrainer(corpus, LanguageText.Read(corpus.Name, corpus.File(settings.Data!)), peer, settings.Threads), settings, report);
    }

    private void Run(LanguageTrainer trainer, Settings settings, IReport report)
    {
        foreach (var cell in Support.Cells)
        {
            AddPerplexity(cell, trainer, settings, report);
            if (Support.IsReversible(cell))
                AddSavings(cell, trainer, settings, report);
        }
    }

    private void AddPerplexity(CellKind cell, LanguageTrainer trainer, Settings settings, IReport report)
    {
        var name = $"{cell}/{trainer.Corpus.Name}";
        if (settings.Wants(name))
            report.Add(Perplexity(name, trainer.Ours(cell)));
        if (settings.Wants($"{name}/spread") && trainer.Corpus.Seeds > 1)
            report.Add(new Measurement(Name, name, trainer.Ours(cell).Spread, "") { Aspect = "spread", Runs = trainer.Corpus.Seeds });
        var ordinary = Support.IsLstm(cell) ? CellKind.Lstm : CellKind.Gru;
        var aspect = Support.IsLstm(cell) ? "vs-lstm" : "vs-gru";
        if (Support.IsReversible(cell) && settings.Wants($"{name}/{aspect}"))
            report.Add(Perplexity(name, trainer.Ours(cell)) with { Aspect = aspect, Theirs = trainer.Ours(ordinary).Mean, Against = $"our {ordinary}" });
        if (!Support.IsReversible(cell) && trainer.HasPeer && settings.Wants($"{name}/vs-torch"))
        {
            report.Add(Perplexity(name, trainer.Ours(cell)) with
            {
                Aspect = "vs-torch",
                Theirs = trainer.Theirs(cell).Mean,
                Against = Support.IsLstm(cell) ? "nn.LSTM" : "nn.GRU",
            });
        }
    }

    private Measurement Perplexity(string name, LanguageRuns runs) => new(Name, name, runs.Mean, "") { Runs = runs.Perplexities.Count };

    private void AddSavings(CellKind cell, LanguageTrainer trainer, Settings settings, IReport report)
    {
        var name = $"{cell}/{trainer.Corpus.Name}";
        string[] aspects = ["lostbits", "memory-authors", "memory-autograd", "memory-stored"];
        if (!aspects.Any(aspect => settings.Wants($"{name}/{aspect}")))
            return;
        var reports = trainer.Ours(cell).Reports;
        // A RevLSTM has two states, each with a gate that forgets.
        double states = Support.IsLstm(cell) ? 2 : 1;
        var updates = states * LanguageRecipe.Units * LanguageRecipe.Steps(trainer.Text) * trainer.Corpus.Epochs;
        var bits = reports.Average(run => run.LostBits) / updates;
        var optimum = reports.Average(run => run.OptimalBits) / updates;
        var bytes = reports.Average(run => run.PeakActivationBytes);
        Measurement[] measurements =
        [
            new Measurement(Name, name, bits, "bits") { Theirs = optimum, Against = "sum -log2 z" },
            new Measurement(Name, name, StateBits / bits, "times") { Theirs = StateBits / optimum, Against = "at sum -log2 z" },
            new Measurement(Name, name, bytes, "bytes")
            {
                Theirs = (double)TorchBytes * LanguageRecipe.Window * LanguageRecipe.Rows * LanguageRecipe.Units,
                Against = $"autograd's {TorchBytes} bytes",
            },
            new Measurement(Name, name, bytes, "bytes") { Theirs = reports.Average(run => run.StoredActivationBytes), Against = "our stored training" },
        ];
        foreach (var (aspect, measurement) in aspects.Zip(measurements))
        {
            if (settings.Wants($"{name}/{aspect}"))
                report.Add(measurement with { Aspect = aspect });
        }
    }
}
