using Microsoft.ML.Data;
using Microsoft.ML.RevRnn.Tests.Support;

namespace Microsoft.ML.RevRnn.Tests;

/// <summary>Translation models as transformers: the columns that they add, texts by themselves, and the evaluation.</summary>
[TestClass]
public sealed class TranslationTests
{
    private readonly MLContext _context = new(seed: 3);

    [TestMethod]
    public void AModelLearnsToTranslate()
    {
        var metrics = Trained.Translator.Evaluate(PairData.Data(count: 100, seed: 5));

        Assert.IsGreaterThan(0.9, metrics.ExactMatch);
        Assert.IsGreaterThan(0.9, metrics.TokenAccuracy);
        Assert.IsLessThan(1.3, metrics.Perplexity);
        Assert.AreEqual("Regen Gold Apfel", Trained.Translator.Translate("rain gold apple"));
    }

    [TestMethod]
    public void APipelineTranslatesTexts()
    {
        var options = Small.Translation();
        (options.OutputColumnName, options.SourceColumnName, options.TargetColumnName) = ("German", "English", "Target");
        (options.ScoreColumnName, options.AlignmentColumnName) = ("S", "A");
        options.Training = options.Training with { MaximumEpochs = 2 };
        var model = _context.Transforms.CopyColumns("English", "Source").Append(_context.Transforms.Text.RevTranslation(options)).Fit(PairData.Data());

        var view = model.Transform(PairData.ProbeData());

        Assert.AreEqual(TextDataViewType.Instance, view.Schema["German"].Type);
        Assert.AreEqual(NumberDataViewType.Single, view.Schema["S"].Type);
        Assert.AreEqual(new VectorDataViewType(NumberDataViewType.Int32), view.Schema["A"].Type);
        var texts = view.GetColumn<string>("German").ToArray();
        var scores = view.GetColumn<float>("S").ToArray();
        var alignments = view.GetColumn<int[]>("A").ToArray();
        for (var i = 0; i < texts.Length; i++)
        {
            var best = model.LastTransformer.TranslateBest(PairData.Probes[i].Source ?? "", 1)[0];
            Assert.AreEqual(best.Text, texts[i]);
            Assert.IsLessThanOrEqualTo(0, scores[i]);
            CollectionAssert.AreEqual(best.Alignment.ToArray(), alignments[i]);
            Assert.IsTrue(alignments[i].All(position => position >= 0 && position < best.SourcePieces.Count), texts[i]);
        }
        var transformer = model.LastTransformer;
        Assert.AreEqual("English Target German S A", string.Join(
            ' ', transformer.SourceColumnName, transformer.TargetColumnName, transformer.OutputColumnName, transformer.ScoreColumnName, transformer.AlignmentColumnName));
    }

    [TestMethod]
    public void OnlyTheSourceIsNeeded()
    {
        var sources = _context.Data.LoadFromEnumerable(PairData.Probes.Select(pair => new { pair.Source }));

        Assert.AreEqual("Source Translation TranslationScore", string.Join(' ', Trained.Translator.GetOutputSchema(sources.Schema).Select(column => column.Name)));
        CollectionAssert.AreEqual(PairData.Lines(Trained.Translator, PairData.ProbeData()), PairData.Lines(Trained.Translator, sources));
        using var engine = _context.Model.CreatePredictionEngine<SourceOnly, Translated>(Trained.Translator);
        CollectionAssert.AreEqual(
            PairData.Lines(Trained.Translator, sources),
            PairData.Probes.Select(pair => engine.Predict(new SourceOnly { Source = pair.Source })).Select(
                result => PairData.Line(result.Translation, result.TranslationScore)).ToArray());
    }

    [TestMethod]
    public void WithoutASourceThereIsNothingToTranslate()
    {
        var none = PairData.Probes.Select(pair => string.IsNullOrWhiteSpace(pair.Source)).ToArray();
        Assert.AreEqual(3, none.Count(isNone => isNone));
        var view = Trained.Translator.Transform(PairData.ProbeData());
        foreach (var (isNone, text, score) in none.Zip(view.GetColumn<string>("Translation"), view.GetColumn<float>("TranslationScore")))
        {
            if (isNone)
                Assert.AreEqual(("", 0f), (text, score));
        }
        foreach (var source in new[] { " ", "\t\r\n", "\u00a0\u2003\u3000" })
            Assert.AreEqual("", Trained.Translator.Translate(source));
        Assert.AreEqual("", string.Concat(Trained.Translator.Stream("")));
        var best = Trained.Translator.TranslateBest("", 3);
        Assert.HasCount(1, best);
        Assert.AreEqual(0, best[0].SourcePieces.Count + best[0].Pieces.Count + best[0].Alignment.Count);
    }

    [TestMethod]
    public void OddTextsEndAndGiveText()
    {
        string[] sources =
        [
            new('x', 10_000), string.Join(' ', Enumerable.Repeat("iron", 2_000)), string.Concat(Enumerable.Repeat("\ud83d\ude00", 100)), "\ud83d \ude00\ud83d", "\0\u0001",
            string.Concat(Enumerable.Repeat("\ud83d\udc68\u200d\ud83d\udc69\u200d\ud83d\udc67", 20)),
        ];
        var characters = Small.Translation();
        characters.Vocabulary = new() { Kind = TokenKind.Characters };
        characters.Decoding = new() { MaximumLength = 50 };
        characters.Training = characters.Training with { MaximumEpochs = 1 };
        foreach (var model in new[] { Trained.Translator, _context.Transforms.Text.RevTranslation(characters).Fit(PairData.Data()) })
        {
            foreach (var source in sources)
                AssertValid(model.WithDecoding(model.Decoding with { BeamWidth = 2 }).Translate(source));
        }

        static void AssertValid(string text) => Assert.AreEqual(text, System.Text.Encoding.UTF8.GetString(System.Text.Encoding.UTF8.GetBytes(text)));
    }

    [TestMethod]
    public void ATranslationIsNoLongerThanItMayBe()
    {
        var source = string.Join(' ', Enumerable.Repeat("rain", 60));
        foreach (var width in new[] { 1, 5 })
        {
            var model = Trained.Translator.WithDecoding(new DecodingOptions { BeamWidth = width, MaximumLength = 5 });
            Assert.IsLessThanOrEqualTo(5, model.TranslateBest(source, 1)[0].Pieces.Count);
            Assert.IsLessThanOrEqualTo(5, string.Concat(model.Stream(source)).Split(' ').Length);
        }
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => Trained.Translator.WithDecoding(new DecodingOptions { BeamWidth = 0 }));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => Trained.Translator.TranslateBest("rain", 0));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => Trained.Translator.TranslateBest("rain", 1001));
    }

    [TestMethod]
    public void TheBestTranslationsAreRanked()
    {
        var best = Trained.Translator.TranslateBest("rain gold", 4);

        Assert.HasCount(4, best);
        Assert.AreEqual(Trained.Translator.Translate("rain gold"), best[0].Text);
        Assert.HasCount(4, best.Select(translation => translation.Text).Distinct());
        CollectionAssert.AreEqual(best.OrderByDescending(translation => translation.Score).ToArray(), best.ToArray());
        CollectionAssert.AreEqual(new[] { "rain", "gold" }, best[0].SourcePieces.ToArray());
        CollectionAssert.AreEqual(new[] { "Regen", "Gold" }, best[0].Pieces.ToArray());
        Assert.AreEqual("rain gold", best[0].Source);
    }

    [TestMethod]
    public void AStreamIsTheGreedyTranslation()
    {
        var greedy = Trained.Translator.WithDecoding(new DecodingOptions { BeamWidth = 1 });
        foreach (var pair in PairData.Probes.Take(12))
        {
            var pieces = Trained.Translator.Stream(pair.Source!).ToArray();
            Assert.AreEqual(greedy.Translate(pair.Source!), string.Concat(pieces));
            Assert.IsGreaterThanOrEqualTo(pair.TargetWords.Length, pieces.Length);
        }
        using var cancelled = new CancellationTokenSource();
        cancelled.Cancel();
        Assert.ThrowsExactly<OperationCanceledException>(() => Trained.Translator.Stream("rain", cancelled.Token).ToArray());
        Assert.ThrowsExactly<OperationCanceledException>(() => Trained.Translator.Translate("rain", cancelled.Token));
    }

    [TestMethod]
    public void UnknownWordsAreCopied()
    {
        var options = Small.Translation();
        options.Training = options.Training with { MaximumEpochs = 25 };
        // Names that occur once are unknown on both sides, and are where they are learned to be copied.
        options.Vocabulary = options.Vocabulary with { MinimumCount = 2 };
        var pairs = PairData.Create(300).Select((pair, i) => new TextPair { Source = $"{pair.Source} Name{(char)('a' + i % 26)}{(char)('a' + i / 26)}", Target = $"{pair.Target} Mensch{(char)('a' + i % 26)}{(char)('a' + i / 26)}" });
        var data = PairData.Of([.. pairs]);

        var model = _context.Transforms.Text.RevTranslation(options).Fit(data);

        var source = "rain gold Zaphod";
        Assert.AreEqual("Regen Gold Zaphod", model.Translate(source));
        Assert.AreEqual("Regen Gold Zaphod", string.Concat(model.Stream(source)));
        CollectionAssert.AreEqual(new[] { "Regen", "Gold", "Zaphod" }, model.TranslateBest(source, 1)[0].Pieces.ToArray());
        options.CopiesUnknown = false;
        model = _context.Transforms.Text.RevTranslation(options).Fit(data);
        Assert.AreEqual("Regen Gold <unk>", model.Translate(source));
        Assert.AreEqual("Regen Gold <unk>", string.Concat(model.Stream(source)));
    }

    [TestMethod]
    public void TheEvaluationIsThatOfTheColumns()
    {
        var data = PairData.Data(count: 100, seed: 6);
        var metrics = Trained.Translator.Evaluate(data);
        var view = Trained.Translator.Transform(data);

        var bleu = TextMetrics.Bleu(view, "Translation", "Target");
        Assert.AreEqual(bleu.Score, metrics.Bleu.Score);
        Assert.AreEqual(bleu.Signature, metrics.Bleu.Signature);
        var isSame = view.GetColumn<string>("Translation").Zip(view.GetColumn<string>("Target"), (translation, target) => translation == target);
        Assert.AreEqual(isSame.Count(same => same) / 100.0, metrics.ExactMatch);
        Assert.AreEqual(100, metrics.RowCount);
        Assert.AreEqual(PairData.Create(100, seed: 6).Sum(pair => pair.TargetWords.Length + 1), metrics.TokenCount);
        Assert.AreEqual(Math.Exp(-metrics.LogLikelihood / metrics.TokenCount), metrics.Perplexity, 1e-12);
        StringAssert.Contains(Trained.Translator.Evaluate(data, new BleuOptions { Lowercase = true }).Bleu.Signature, "case:lc");
        Assert.AreEqual(metrics.LogLikelihood, Trained.Translator.Evaluate(Trained.Translator.Transform(data)).LogLikelihood, "Whatever else is there.");
    }

    [TestMethod]
    public void OneModelServesManyThreads()
    {
        var expected = PairData.Lines(Trained.Translator, PairData.ProbeData());
        // The order of rows, and what else there is, change nothing.
        CollectionAssert.AreEqual(expected.Reverse().ToArray(), PairData.Lines(Trained.Translator, PairData.Of([.. PairData.Probes.Reverse()])));
        Parallel.For(0, 8, new ParallelOptions { MaxDegreeOfParallelism = 4 }, i =>
        {
            CollectionAssert.AreEqual(expected, PairData.Lines(Trained.Translator, PairData.ProbeData()));
            Assert.AreEqual(PairData.Probes[i].Source, Trained.Translator.TranslateBest(PairData.Probes[i].Source!, 2)[0].Source);
        });
    }

    [TestMethod]
    [DataRow(TokenKind.Words, TokenKind.Characters, false)]
    [DataRow(TokenKind.Characters, TokenKind.Bytes, false)]
    [DataRow(TokenKind.BytePairs, TokenKind.Words, false)]
    [DataRow(TokenKind.BytePairs, TokenKind.BytePairs, true)]
    public void TokensOfEachKind(TokenKind source, TokenKind target, bool isShared)
    {
        var options = Small.Translation();
        options.Training = options.Training with { MaximumEpochs = 2 };
        options.Vocabulary = new VocabularyOptions { Kind = source, MaximumSize = 280 };
        options.TargetVocabulary = isShared ? null : new VocabularyOptions { Kind = target, MaximumSize = 280 };
        options.Model = options.Model with { SharedVocabulary = isShared };

        var model = _context.Transforms.Text.RevTranslation(options).Fit(PairData.Data());

        Assert.IsTrue(double.IsFinite(model.Evaluate(PairData.Data(20, seed: 4)).Perplexity));
        Assert.AreEqual(isShared, model.TranslationOptions.SharedVocabulary);
        CollectionAssert.AreEqual(
            PairData.Lines(model, PairData.ProbeData()), PairData.Lines(ModelFileImage.Load(ModelFileImage.Of(model).File), PairData.ProbeData()));
    }

    private sealed class SourceOnly
    {
        public string? Source { get; set; }
    }
}
