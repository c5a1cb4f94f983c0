using Microsoft.ML.Data;
using Microsoft.ML.RevRnn.Tests.Support;

namespace Microsoft.ML.RevRnn.Tests;

/// <summary>Language models as transformers: the columns that they add, and the evaluation.</summary>
[TestClass]
public sealed class LanguageModelTests
{
    private readonly MLContext _context = new(seed: 3);

    [TestMethod]
    public void APipelineScoresTexts()
    {
        var model = _context.Transforms.CopyColumns("Sentence", "Text")
            .Append(_context.Transforms.Text.RevLanguageModel(Named(Small.LanguageModel())))
            .Fit(Trained.Data());

        var view = model.Transform(Trained.Probes());

        Assert.AreEqual(NumberDataViewType.Single, view.Schema["L"].Type);
        Assert.AreEqual(NumberDataViewType.Single, view.Schema["P"].Type);
        Assert.AreEqual(NumberDataViewType.Int32, view.Schema["N"].Type);
        var rows = view.GetColumn<float>("L").Zip(view.GetColumn<float>("P"), view.GetColumn<int>("N")).ToArray();
        Assert.HasCount(TestData.Probes.Count, rows);
        for (var i = 0; i < rows.Length; i++)
        {
            var (logLikelihood, perplexity, count) = rows[i];
            Assert.IsLessThan(0, logLikelihood);
            Assert.AreEqual(Math.Exp(-logLikelihood / count), perplexity, 1e-4 * perplexity);
            // The odd rows at the end have no list of words.
            if (i < 20)
                Assert.AreEqual(TestData.Probes[i].Words.Length + 1, count);
        }
        Assert.AreEqual(1, rows[20].Third, "An empty text is one prediction: that of its end.");
        var transformer = model.LastTransformer;
        Assert.AreEqual("Sentence L P N", string.Join(
            ' ', transformer.InputColumnName, transformer.LogLikelihoodColumnName, transformer.PerplexityColumnName, transformer.TokenCountColumnName));
    }

    [TestMethod]
    public void ALearnablePatternIsNoSurprise()
    {
        var metrics = Trained.Counter.Evaluate(Trained.Texts(Trained.Count));

        Assert.IsLessThan(1.1, metrics.Perplexity);
        Assert.AreEqual(9, metrics.TokenCount);
        Assert.AreEqual(Trained.Count.Length, metrics.CharacterCount);
        Assert.IsGreaterThan(5, Trained.Counter.Evaluate(Trained.Texts("eight five one two seven")).Perplexity);
    }

    [TestMethod]
    [DataRow(TokenKind.Words, 3, 3)]
    [DataRow(TokenKind.Characters, 10, 10)]
    [DataRow(TokenKind.Bytes, 10, 10)]
    [DataRow(TokenKind.BytePairs, 2, 9)]
    public void TokensOfEachKind(TokenKind kind, int least, int most)
    {
        var options = Small.LanguageModel();
        options.Training = options.Training with { MaximumEpochs = 2 };
        options.Vocabulary = new VocabularyOptions { Kind = kind, MaximumSize = 300 };

        var model = _context.Transforms.Text.RevLanguageModel(options).Fit(Trained.Data());

        var metrics = model.Evaluate(Trained.Texts("iron gold"));
        Assert.AreEqual(9, metrics.CharacterCount);
        Assert.IsTrue(double.IsFinite(metrics.BitsPerCharacter) && metrics.BitsPerCharacter > 0);
        Assert.IsInRange(least, most, metrics.TokenCount);
        Assert.AreNotEqual("", string.Concat(model.Generate("iron ", new GenerationOptions { MaximumTokens = 20, StopsAtEnd = false })));
        CollectionAssert.AreEqual(LanguageModelLines.Of(model, Trained.Probes()), LanguageModelLines.Of(
            (RevLanguageModelTransformer)ModelFileImage.Load(ModelFileImage.Of(model).File), Trained.Probes()));
    }

    [TestMethod]
    [DataRow(CellKind.RevLstm)]
    [DataRow(CellKind.RevGru)]
    [DataRow(CellKind.Lstm)]
    [DataRow(CellKind.Gru)]
    [DataRow(CellKind.NfRevLstm)]
    [DataRow(CellKind.NfRevGru)]
    [DataRow(CellKind.Elman)]
    [DataRow(CellKind.GruResetAfter)]
    [DataRow(CellKind.LeakyElman)]
    [DataRow(CellKind.RevLeaky)]
    [DataRow(CellKind.NestedLstm)]
    [DataRow(CellKind.MixedGru)]
    [DataRow(CellKind.DeepTransition)]
    [DataRow(CellKind.DeepTransitionShortcut)]
    public void EachCellLearns(CellKind cell)
    {
        var model = _context.Transforms.Text.RevLanguageModel(cell: cell, hiddenSize: 16, maximumEpochs: 12, learningRate: 5e-3f).Fit(Trained.Data());

        Assert.AreEqual(cell, model.Network.Cell);
        Assert.IsLessThan(model.Report!.Epochs[0].Loss, model.Report.Epochs[^1].Loss);
        Assert.HasCount(TestData.Probes.Count, LanguageModelLines.Scores(model, Trained.Probes()));
    }

    [TestMethod]
    public void TiedAndStackedLayersAreSmaller()
    {
        var options = Small.LanguageModel();
        options.Network = options.Network with { LayerCount = 2, EmbeddingSize = 16, SkipConnections = true };
        options.Training = options.Training with { MaximumEpochs = 1 };
        var loose = _context.Transforms.Text.RevLanguageModel(options).Fit(Trained.Data());
        options.Network = options.Network with { TieEmbeddings = true };
        var tied = _context.Transforms.Text.RevLanguageModel(options).Fit(Trained.Data());

        Assert.AreEqual(2, tied.Network.LayerCount);
        Assert.IsTrue(tied.Network is { TieEmbeddings: true, SkipConnections: true });
        Assert.AreEqual(16L * tied.VocabularySize, loose.ParameterCount - tied.ParameterCount);
    }

    [TestMethod]
    public void TheEvaluationAddsUpTheRows()
    {
        // More rows than ML.NET hands to one thread at a time.
        var data = Trained.Data(count: 300, seed: 5);
        var view = Trained.LanguageModel.Transform(data);

        var metrics = Trained.LanguageModel.Evaluate(data);

        Assert.AreEqual(view.GetColumn<float>("LogLikelihood").Sum(value => (double)value), metrics.LogLikelihood, 1e-5 * -metrics.LogLikelihood);
        Assert.AreEqual(view.GetColumn<int>("TokenCount").Sum(), metrics.TokenCount);
        Assert.AreEqual(data.GetColumn<string>("Text").Sum(text => text.Length), metrics.CharacterCount);
        Assert.AreEqual(metrics, Trained.LanguageModel.Evaluate(data));
        var oneByOne = data.GetColumn<string>("Text").Sum(text => Trained.LanguageModel.Evaluate(Trained.Texts(text)).LogLikelihood);
        Assert.AreEqual(oneByOne, metrics.LogLikelihood, "To the last bit: rows are added up in order.");
    }

    [TestMethod]
    public void TheEvaluationIsOfTheInputWhateverElseIsThere()
    {
        var data = Trained.Data();

        Assert.AreEqual(Trained.LanguageModel.Evaluate(data), Trained.LanguageModel.Evaluate(Trained.LanguageModel.Transform(data)));
    }

    [TestMethod]
    public void AnEvaluationTakesRows()
    {
        var failure = Assert.ThrowsExactly<InvalidOperationException>(() => Trained.LanguageModel.Evaluate(new RowsView(2)));
        StringAssert.Contains(failure.Message, "The data has no rows, so there is nothing in column 'Text' to evaluate.");
        Assert.ThrowsExactly<ArgumentNullException>(() => Trained.LanguageModel.Evaluate(null!));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => Trained.KeyModel.Evaluate(Trained.Data()));
    }

    [TestMethod]
    public void OnlyWhatIsAskedForIsComputed()
    {
        var rows = new RowsView(2, ("iron", 1), ("snow", 2));
        var view = Trained.LanguageModel.Transform(rows);
        using var cursor = view.GetRowCursor([view.Schema["Label"]]);
        Assert.IsFalse(cursor.IsColumnActive(view.Schema["Perplexity"]));
        while (cursor.MoveNext())
        {
        }

        Assert.AreEqual(0, rows.TextsRead);
    }

    [TestMethod]
    public void AllColumnsOfARowShareOneComputation()
    {
        var rows = new RowsView(2, ("iron", 1), ("snow", 2));
        var mapper = ((ITransformer)Trained.LanguageModel).GetRowToRowMapper(rows.Schema);
        using var input = rows.GetRowCursor(rows.Schema);
        using var row = mapper.GetRow(input, mapper.OutputSchema);
        var getLogLikelihood = row.GetGetter<float>(mapper.OutputSchema["LogLikelihood"]);
        var getPerplexity = row.GetGetter<float>(mapper.OutputSchema["Perplexity"]);
        var getCount = row.GetGetter<int>(mapper.OutputSchema["TokenCount"]);
        var (logLikelihood, perplexity, count) = (0f, 0f, 0);
        for (var i = 1; input.MoveNext(); i++)
        {
            getPerplexity(ref perplexity);
            getCount(ref count);
            getLogLikelihood(ref logLikelihood);
            getPerplexity(ref perplexity);
            Assert.AreEqual(i, rows.TextsRead);
            Assert.AreEqual(Math.Exp(-logLikelihood / count), perplexity, 1e-4 * perplexity);
        }
    }

    [TestMethod]
    [DataRow("LogLikelihood")]
    [DataRow("Perplexity")]
    public void AColumnByItselfIsTheSame(string columnName)
    {
        var view = Trained.LanguageModel.Transform(Trained.Probes());
        var all = LanguageModelLines.Scores(Trained.LanguageModel, Trained.Probes());
        var place = columnName == "LogLikelihood" ? 0 : 1;

        var alone = view.GetColumn<float>(columnName).Select(value => Bits.Line([value])).ToArray();

        CollectionAssert.AreEqual(all.Select(line => line.Split(' ')[place]).ToArray(), alone);
    }

    [TestMethod]
    public void PredictionEnginesScoreWhatViewsDo()
    {
        using var engine = _context.Model.CreatePredictionEngine<LabelledText, LanguageModelScore>(Trained.LanguageModel);

        var lines = TestData.Probes.Select(probe => engine.Predict(probe))
            .Select(score => $"{Bits.Line([score.LogLikelihood, score.Perplexity])} {score.TokenCount}").ToArray();

        CollectionAssert.AreEqual(LanguageModelLines.Scores(Trained.LanguageModel, Trained.Probes()), lines);
    }

    [TestMethod]
    public void OneModelServesManyThreads()
    {
        var model = Trained.LanguageModel;
        var expected = LanguageModelLines.Of(model, Trained.Probes());
        var metrics = model.Evaluate(Trained.Data());
        var next = model.NextTokens("the iron");

        Parallel.For(0, 24, new ParallelOptions { MaxDegreeOfParallelism = 8 }, i =>
        {
            CollectionAssert.AreEqual(expected, LanguageModelLines.Of(model, Trained.Probes()));
            Assert.AreEqual(metrics, model.Evaluate(Trained.Data()));
            CollectionAssert.AreEqual(next.ToArray(), model.NextTokens("the iron").ToArray());
        });
    }

    private static RevLanguageModelOptions Named(RevLanguageModelOptions options)
    {
        options.InputColumnName = "Sentence";
        options.LogLikelihoodColumnName = "L";
        options.PerplexityColumnName = "P";
        options.TokenCountColumnName = "N";
        return options;
    }
}
