using Microsoft.ML.Data;
using Microsoft.ML.RevRnn.Tests.Support;

namespace Microsoft.ML.RevRnn.Tests;

/// <summary>A class for each token of a text.</summary>
[TestClass]
public sealed class TaggingTests
{
    private readonly MLContext _context = new(seed: 3);

    [TestMethod]
    [DataRow(CellKind.RevLstm)]
    [DataRow(CellKind.RevGru)]
    public void LearnsTheTagsOfKeys(CellKind cell)
    {
        var trainers = _context.MulticlassClassification.Trainers;
        var options = Small.Tagging();
        var trainer = cell == CellKind.RevLstm ? trainers.RevLstmTagger(options) : trainers.RevGruTagger(options);

        var model = trainer.Append(_context.Transforms.Conversion.MapKeyToValue("PredictedLabel")).Fit(Trained.Tagged());

        AssertRight(model.Transform(Trained.Tagged(seed: 2)));
    }

    [TestMethod]
    public void LearnsTheTagsOfText()
    {
        var options = Small.Tagging();
        options.TextColumnName = "Text";

        var model = _context.MulticlassClassification.Trainers.RevLstmTagger(options)
            .Append(_context.Transforms.Conversion.MapKeyToValue("PredictedLabel")).Fit(Trained.Tagged());

        AssertRight(model.Transform(_context.Data.LoadFromEnumerable(TestData.MixedRows(300, seed: 2))));
    }

    /// <summary>The layout is documented: class c of token t is at t C + c.</summary>
    [TestMethod]
    public void ScoresStandTokenAfterToken()
    {
        var classes = Trained.Tagger.ClassCount;
        Assert.AreEqual(7, classes);
        var scored = Trained.Tagger.Transform(Trained.Tagged(seed: 2));
        var lengths = TestData.MixedRows(300, seed: 2).Select(row => row.Words.Length).ToArray();

        var rows = scored.GetColumn<float[]>("Score").Zip(scored.GetColumn<uint[]>("PredictedLabel")).ToArray();

        for (var i = 0; i < rows.Length; i++)
        {
            var (scores, keys) = rows[i];
            Assert.HasCount(lengths[i] * classes, scores);
            Assert.HasCount(lengths[i], keys);
            for (var t = 0; t < keys.Length; t++)
            {
                var ofToken = scores[(t * classes)..((t + 1) * classes)];
                Assert.AreEqual(1, ofToken.Sum(), 1e-5);
                Assert.AreEqual(Array.IndexOf(ofToken, ofToken.Max()) + 1, (int)keys[t]);
            }
        }
    }

    /// <summary>A tagger reads forwards: what comes later changes nothing.</summary>
    [TestMethod]
    public void ATokensScoresAreOfWhatHasBeenRead()
    {
        var scores = Trained.Tagger.Transform(Keyed(["iron", "the"], ["iron", "the", "snow"], ["snow", "the"]))
            .GetColumn<float[]>("Score").Select(row => Bits.Line(row)).ToArray();

        StringAssert.StartsWith(scores[1], scores[0]);
        Assert.AreNotEqual(scores[0].Split(' ')[^1], scores[2].Split(' ')[^1], "What stands before a token counts.");
    }

    /// <summary>In both directions, what comes later counts too; through a file, and trained further.</summary>
    [TestMethod]
    public void ReadsInBothDirections()
    {
        var options = Small.Tagging();
        options.Network = options.Network with { Bidirectional = true };
        var tagger = _context.MulticlassClassification.Trainers.RevGruTagger(options).Fit(Trained.Tagged());
        using var file = new MemoryStream();
        _context.Model.Save(tagger, Trained.Tagged().Schema, file);
        file.Position = 0;
        var loaded = (RevRnnTaggingTransformer)_context.Model.Load(file, out _);
        var further = _context.MulticlassClassification.Trainers.RevGruTagger(options).Fit(Trained.Tagged(), loaded);

        foreach (var of in (RevRnnTaggingTransformer[])[tagger, loaded, further])
            AssertRight(_context.Transforms.Conversion.MapKeyToValue("PredictedLabel").Fit(of.Transform(Trained.Tagged())).Transform(of.Transform(Trained.Tagged(seed: 2))));
        var (scores, ofLoaded) = (Scores(tagger), Scores(loaded));
        CollectionAssert.AreEqual(scores, ofLoaded);
        CollectionAssert.AreNotEqual(scores[0].Split(' ')[..7], scores[1].Split(' ')[..7], "What stands behind a token counts.");

        string[] Scores(RevRnnTaggingTransformer of) =>
            [.. of.Transform(Keyed(["iron", "the"], ["iron", "snow"])).GetColumn<float[]>("Score").Select(row => Bits.Line(row))];
    }

    [TestMethod]
    public void ARowWithoutTokensHasNoTags()
    {
        var scored = Trained.Tagger.Transform(Keyed([], ["iron"], []));

        CollectionAssert.AreEqual(new[] { 0, 7, 0 }, scored.GetColumn<float[]>("Score").Select(row => row.Length).ToArray());
        CollectionAssert.AreEqual(new[] { 0, 1, 0 }, scored.GetColumn<uint[]>("PredictedLabel").Select(row => row.Length).ToArray());
    }

    [TestMethod]
    public void RowsWithoutTokensTeachNothing()
    {
        var rows = TestData.MixedRows(40);
        var sparse = rows.SelectMany(row => new[] { new MixedText(), row });

        CollectionAssert.AreEqual(Train(rows), Train(sparse));

        string[] Train(IEnumerable<MixedText> texts)
        {
            var data = Trained.Keys.Transform(_context.Data.LoadFromEnumerable(texts));
            return Trained.ScoreBits(_context.MulticlassClassification.Trainers.RevLstmTagger(Small.Tagging()).Fit(data), Trained.Tagged(10));
        }
    }

    [TestMethod]
    public void PredictionEnginesPredictWhatViewsDo()
    {
        var model = Trained.Keys.Append(Trained.Tagger).Append(
            _context.Transforms.Conversion.MapKeyToValue("PredictedLabel").Fit(Trained.Tagger.Transform(Trained.Tagged())));
        using var engine = _context.Model.CreatePredictionEngine<MixedText, TagPrediction>(model);
        var scored = model.Transform(Trained.Mixed(20, seed: 2));
        var scores = Bits.Lines(scored, "Score");
        var tags = scored.GetColumn<string[]>("PredictedLabel").ToArray();

        foreach (var (row, i) in TestData.MixedRows(20, seed: 2).Select((row, i) => (row, i)))
        {
            var prediction = engine.Predict(row);
            Assert.AreEqual(scores[i], Bits.Line(prediction.Score));
            CollectionAssert.AreEqual(tags[i], prediction.PredictedLabel);
        }
    }

    [TestMethod]
    public void RowsComeInOrderHoweverManyProcessorsThereAre()
    {
        // More rows than ML.NET hands to one thread at a time.
        var scored = Trained.Tagger.Transform(Trained.Tagged(seed: 5));
        var expected = TestData.MixedRows(300, seed: 5).Select(row => row.Words.Length).ToArray();

        CollectionAssert.AreEqual(Enumerable.Range(0, 300).ToArray(), scored.GetColumn<int>("Id").ToArray());
        CollectionAssert.AreEqual(expected, scored.GetColumn<uint[]>("PredictedLabel").Select(keys => keys.Length).ToArray());
    }

    [TestMethod]
    public void AnotherNumberOfLabelsThanOfTokensIsNamed()
    {
        var failure = FitFailure("Text",
            new() { Text = "iron snow", Tags = ["metal", "weather"] }, new() { Text = "iron-snow, gold", Tags = ["metal", "weather", "metal"] });

        StringAssert.Contains(failure, "Row 1 has 5 tokens in column 'Text' and 3 labels in column 'Tags'; it must have one for each.");
        failure = FitFailure("Words", new() { Words = ["iron"], Tags = ["metal"] }, new() { Words = [], Tags = ["weather"] });
        StringAssert.Contains(failure, "Row 1 has 0 tokens in column 'Words' and 1 labels in column 'Tags'; it must have one for each.");
    }

    [TestMethod]
    public void AMissingKeyIsNamed()
    {
        var failure = FitFailure("Words",
            new() { Words = ["iron", "snow"], Tags = ["metal", "weather"] }, new() { Words = ["iron", "snow", "the"], Tags = ["metal", "", "metal"] });

        StringAssert.Contains(failure, "The label column 'Tags' has a missing key in row 1 at place 1; each token must have a label.");
    }

    [TestMethod]
    public void TokensOfOneClassOnly()
    {
        // The key type has two values, of which one occurs.
        var failure = FitFailure(
            "Words", new() { Words = ["iron", "snow"], Tags = ["metal", "metal"] }, new() { Words = ["the"], Tags = ["metal"] });

        StringAssert.Contains(failure, "All tokens have the same value in the label column 'Tags'");
    }

    [TestMethod]
    public void NoTokens()
        => StringAssert.Contains(FitFailure("Words", new MixedText(), new MixedText()), "No row has a token in column 'Words'");

    [TestMethod]
    [DataRow("HasMetal", "The label column 'HasMetal' is Boolean; it must be a vector of Key<UInt32>, which Conversion.MapValueToKey makes.")]
    [DataRow("Flags", "The label column 'Flags' is Vector<Boolean>; it must be a vector of Key<UInt32>, which Conversion.MapValueToKey makes.")]
    public void ALabelOfAWrongTypeIsNamed(string column, string message)
    {
        var options = Small.Tagging();
        options.LabelColumnName = column;

        var failure = Assert.ThrowsExactly<ArgumentOutOfRangeException>(
            () => _context.MulticlassClassification.Trainers.RevGruTagger(options).Fit(Trained.Tagged()));

        StringAssert.Contains(failure.Message, message);
    }

    private static void AssertRight(IDataView scored)
    {
        var pairs = TestData.MixedRows(300, seed: 2).SelectMany(row => row.Tags)
            .Zip(scored.GetColumn<string[]>("PredictedLabel").SelectMany(tags => tags)).ToArray();
        Assert.IsGreaterThan(0.95, pairs.Count(pair => pair.First == pair.Second) / (double)pairs.Length);
    }

    private IDataView Keyed(params string[][] rows)
        => Trained.Keys.Transform(_context.Data.LoadFromEnumerable(rows.Select(words => new MixedText { Words = words })));

    private string FitFailure(string textColumnName, params MixedText[] rows)
    {
        var options = Small.Tagging();
        options.TextColumnName = textColumnName;
        var data = Trained.Keys.Transform(_context.Data.LoadFromEnumerable(rows));
        return Assert.ThrowsExactly<InvalidOperationException>(
            () => _context.MulticlassClassification.Trainers.RevLstmTagger(options).Fit(data)).Message;
    }

    private sealed class TagPrediction
    {
        public float[] Score { get; set; } = [];

        public string[] PredictedLabel { get; set; } = [];
    }
}
