namespace Microsoft.ML.RevRnn.Benchmarks;

/// <summary>What a cache of the text at hand does for a word language model.</summary>
internal sealed class CacheSuite : ISuite
{
    private const int Units = 128;
    private const int Epochs = 5;
    private const int CacheSize = 2000;

    public string Name => "cache";

    public string Title => "perplexity of word language models with a cache of the text at hand, against the same without";

    public string Method =>
        "The validation text of WikiText-2 (--data says where) in its order, words split on white space with <eos> for a line's end: the first 80 % train, the next 10 % choose the best epoch, theta and lambda, "
        + $"the last 10 % are measured; words that only those have are <unk>. One layer, E = H = {Units}, {Epochs} epochs of AdamW with the engine's defaults, seed 1. Each part is read as one document: state and "
        + $"cache, of {CacheSize:N0} words, are carried on. /theta and /lambda are what was chosen.";

    public void Run(Settings settings, IReport report)
    {
        var corpus = LanguageCorpus.All.Single(text => text.Name == "wikitext2");
        if (settings.Data == null || !corpus.File(settings.Data).Exists)
        {
            report.Skip("WikiText-2 was not found. Give with --data a folder that has wikitext2/valid.txt, its validation text.");
            return;
        }
        var text = LanguageText.Read(corpus.Name, corpus.File(settings.Data), trainingFraction: 0.8);
        var half = text.Validation.Length / 2;
        foreach (var cell in (CellKind[])[CellKind.RevLstm, CellKind.RevGru])
        {
            var name = $"{cell}/{corpus.Name}";
            if (settings.Wants(name))
                Run(name, Train(cell, text, text.Validation[..half], settings.Threads), text.Validation[..half], text.Validation[half..], report);
        }
    }

    private void Run(string name, LanguageModel model, int[] choosing, int[] measured, IReport report)
    {
        var choice = model.ChooseCache([choosing], new CacheSearchOptions { Size = CacheSize });
        var plain = model.Evaluate([measured]);
        var cached = model.Evaluate([measured], new EvaluationOptions { Cache = choice.Cache });
        report.Add(new Measurement(Name, name, cached.Perplexity, "") { Theirs = plain.Perplexity, Against = "the same without" });
        report.Add(new Measurement(Name, name, choice.Cache.Theta, "") { Aspect = "theta" });
        report.Add(new Measurement(Name, name, choice.Cache.Lambda, "") { Aspect = "lambda" });
    }

    private static LanguageModel Train(CellKind cell, LanguageText text, int[] validation, int threads) => LanguageModel.Train(
        [text.Training],
        text.VocabularySize,
        new NetworkOptions { Cell = cell, EmbeddingSize = Units, HiddenSize = Units },
        new LanguageModelOptions(),
        new TrainingOptions { MaximumEpochs = Epochs, BatchSize = 20, Dropout = 0.3f, LearningRate = 5e-3f, ThreadCount = threads, Seed = 1 },
        [validation]).Model;
}
