namespace Microsoft.ML.RevRnn.Benchmarks;

/// <summary>How well reversible encoders and decoders translate, with attention over token vectors and a slice, against PyTorch with attention over all states.</summary>
internal sealed class TranslationSuite : ISuite
{
    private const int Epochs = 4;

    private static readonly LetterReversal _short = new(5, 15, Pairs: 8_000, Epochs: 12);
    private static readonly LetterReversal _long = new(10, 25, Pairs: 20_000, Epochs: 20);

    private static readonly CellKind[] _cells = [CellKind.RevGru, CellKind.RevLstm, CellKind.Gru];

    public string Name => "translation";

    public string Title => "translation of Multi30K: BLEU and speed against PyTorch with full attention, and what reversal saves";

    public string Method =>
        $"Letters: random strings of {_short.Shortest} to {_short.Longest} letters, and of {_long.Shortest} to {_long.Longest}, are written backwards, after {_short.Epochs} epochs of {_short.Pairs:N0} pairs and "
        + $"{_long.Epochs} of {_long.Pairs:N0} ({LetterReversal.Description}). /exact is the share without an error, /aligned that of letters which attention was most on as they were written. "
        + "Multi30K, English to German (--data says where), words split on white space, those that occur once unknown. "
        + $"Every model has {TranslationRecipe.Description}; {Epochs} epochs, one seed. PyTorch has the same but its own initial weights and random numbers. "
        + $"Attention of reversible cells reads the token vectors and {TranslationRecipe.SliceSize} units of each state, that of ordinary ones, and PyTorch's, whole states. "
        + "BLEU is of test_2016_flickr's words as they are, unknown ones copied of the source by attention: the value of multi-bleu, the higher the better. "
        + $"/greedy takes the most probable word each time, /beam follows {TranslationRecipe.Beam} translations, without a length norm; /time is that of the beam search over the 1,000 sentences. "
        + "/encoder and /decoder are peaks of activation bytes of the training, with its short sentences; /encoder-2000 and /decoder-2000 those of 8 pairs of 2,000 words on each side, "
        + "with 512 samples of the softmax; all against our own stored training.";

    public void Run(Settings settings, IReport report)
    {
        RunReversals(settings, report);
        if (!TranslationCorpus.IsIn(settings.Data))
        {
            report.Skip("Multi30K was not found. Give with --data a folder that has multi30k/train.en, val.en and test_2016_flickr.en, and the same in German (.de), tokenised.");
            return;
        }
        var corpus = TranslationCorpus.Read(settings.Data!);
        using var peer = TorchTranslationPeer.Start(settings.Threads);
        report.Note(peer == null ? "No python3 with torch was found, so nothing is compared with it." : $"PyTorch {peer.Version}.");
        var theirs = new Lazy<TranslationRun?>(() => peer?.Train(lstm: false, corpus, Epochs));
        var trainer = new TranslationTrainer(corpus, Epochs, settings.Threads);
        foreach (var cell in _cells)
        {
            string[] aspects = ["greedy", "beam", "time", "perplexity", "encoder", "decoder"];
            if (aspects.Any(aspect => settings.Wants($"{cell}/{aspect}")))
                Compare(cell, trainer.Train(cell), theirs, corpus, settings, report);
            if (Support.IsReversible(cell) && (settings.Wants($"{cell}/encoder-2000") || settings.Wants($"{cell}/decoder-2000")))
                AddMemory(report, settings, cell, "-2000", trainer.MeasureLong(cell));
        }
    }

    private void RunReversals(Settings settings, IReport report)
    {
        if (settings.Wants("letters/exact") || settings.Wants("letters/aligned"))
        {
            var (exact, aligned) = _short.Run(AttentionContext.EmbeddingAndSlice, settings.Threads);
            Add("letters", "exact", exact, null);
            Add("letters", "aligned", aligned, null);
        }
        AttentionContext[] contexts = [AttentionContext.Hidden, AttentionContext.EmbeddingAndSlice, AttentionContext.Embedding];
        var hidden = new Lazy<double>(() => _long.Run(AttentionContext.Hidden, settings.Threads).Exact);
        foreach (var context in contexts.Where(context => settings.Wants($"long letters/{context}")))
            Add("long letters", $"{context}", context == AttentionContext.Hidden ? hidden.Value : _long.Run(context, settings.Threads).Exact, hidden.Value);

        void Add(string name, string aspect, double share, double? theirs)
        {
            if (settings.Wants($"{name}/{aspect}"))
                report.Add(new Measurement(Name, name, 100 * share, "%") { Aspect = aspect, Theirs = 100 * theirs, Against = theirs == null ? "" : "attention over all units", Runs = 1 });
        }
    }

    private void Compare(
        CellKind cell, (TranslationRun Run, TrainingReport Report) ours, Lazy<TranslationRun?> theirs, TranslationCorpus corpus, Settings settings, IReport report)
    {
        Add("greedy", ours.Run.Greedy.Bleu(corpus), "", () => theirs.Value?.Greedy.Bleu(corpus));
        Add("beam", ours.Run.Beam.Bleu(corpus), "", () => theirs.Value?.Beam.Bleu(corpus));
        Add("time", ours.Run.Beam.Seconds, "s", () => theirs.Value?.Beam.Seconds);
        Add("perplexity", ours.Run.Perplexities[^1], "", () => theirs.Value?.Perplexities[^1]);
        if (Support.IsReversible(cell))
            AddMemory(report, settings, cell, "", ours.Report.TranslationMemory!.Value);

        void Add(string aspect, double value, string unit, Func<double?> their)
        {
            if (settings.Wants($"{cell}/{aspect}"))
                report.Add(new Measurement(Name, $"{cell}", value, unit) { Aspect = aspect, Theirs = their(), Against = "nn.GRU, full attention", Runs = 1 });
        }
    }

    private void AddMemory(IReport report, Settings settings, CellKind cell, string suffix, TranslationMemory memory)
    {
        Add("encoder", memory.EncoderPeakBytes, memory.EncoderStoredBytes);
        Add("decoder", memory.DecoderPeakBytes, memory.DecoderStoredBytes);

        void Add(string side, long peak, long stored)
        {
            if (settings.Wants($"{cell}/{side}{suffix}"))
                report.Add(new Measurement(Name, $"{cell}", peak, "bytes") { Aspect = side + suffix, Theirs = stored, Against = "our stored training" });
        }
    }
}
