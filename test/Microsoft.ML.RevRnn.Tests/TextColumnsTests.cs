using Microsoft.ML.Data;
using Microsoft.ML.RevRnn.Input;
using Microsoft.ML.RevRnn.Tests.Support;

namespace Microsoft.ML.RevRnn.Tests;

/// <summary>Several columns of text that are read as one.</summary>
[TestClass]
public sealed class TextColumnsTests
{
    private static readonly string[] _both = ["Title", "Body"];

    private readonly MLContext _context = new(seed: 5);

    /// <summary>The second column alone tells the label.</summary>
    [TestMethod]
    public void WhatTheSecondColumnTellsIsTold()
    {
        var random = new Random(1);
        var data = ColumnRow.View(Enumerable.Range(0, 80).Select(i => new ColumnRow
        {
            Title = random.Next(2) == 0 ? "some news" : "old news",
            Body = i % 2 == 0 ? "all is well" : "nothing is well",
        }.Labelled(i % 2 == 0)));

        foreach (var model in ColumnRow.FitEach(data, options => options.TextColumnNames = _both))
        {
            Assert.AreEqual(1, ColumnRow.Accuracy(model, data), model.GetType().Name);
            CollectionAssert.AreEqual(_both, model.InputColumnNames.ToArray());
            Assert.AreEqual("Title", model.InputColumnName);
        }
        foreach (var model in ColumnRow.FitEach(data, options => options.TextColumnName = "Title"))
            Assert.IsTrue(ColumnRow.Accuracy(model, data) < 0.7, model.GetType().Name);
    }

    /// <summary>All rows have the same text; only where the first column ends tells the label.</summary>
    [TestMethod]
    [DataRow(TokenKind.Words)]
    [DataRow(TokenKind.Characters)]
    [DataRow(TokenKind.BytePairs)]
    [DataRow(TokenKind.Bytes)]
    public void ABoundaryIsBetweenThem(TokenKind kind)
    {
        var data = ColumnRow.View(Enumerable.Range(0, 60).Select(i => (i % 2 == 0
            ? new ColumnRow { Title = "a b ", Body = "c" }
            : new ColumnRow { Title = "a ", Body = "b c" }).Labelled(i % 2 == 0)));

        foreach (var model in ColumnRow.FitEach(data, options =>
        {
            options.TextColumnNames = _both;
            options.Vocabulary = options.Vocabulary with { Kind = kind };
        }))
        {
            Assert.AreEqual(1, ColumnRow.Accuracy(model, data), model.GetType().Name);
        }
    }

    [TestMethod]
    public void NoTextHasTheBoundary()
    {
        const string Text = "<boundary> \0 <unk> \u0001 boundary \ud83d";
        foreach (var kind in Enum.GetValues<TokenKind>())
        {
            var tokenizer = TextTokenizer.Learn([Text.AsMemory()], new() { Kind = kind, MinimumCount = 1, MaximumSize = 400 });
            Assert.DoesNotContain(TextTokenizer.BoundaryToken, tokenizer.Encode(Text));
        }
    }

    [TestMethod]
    public void SequencesAreJoinedWithBoundaries()
    {
        AssertJoined([5, 6, 0, 7], [5, 6], [7]);
        AssertJoined([5, 0, 6, 7], [5], [6, 7]);
        AssertJoined([0, 7], [], [7]);
        AssertJoined([7, 0, 0], [7], [], []);
        AssertJoined([0], [], []);
        AssertJoined([7], [7]);
        CollectionAssert.AreEqual(Array.Empty<int>(), Tokenization.Join([[]]));

        static void AssertJoined(int[] expected, params int[][] parts) => CollectionAssert.AreEqual(expected, Tokenization.Join(parts));
    }

    [TestMethod]
    public void EmptyTextsArePartsToo()
    {
        var data = ColumnRow.View(Enumerable.Range(0, 60).Select(i => new ColumnRow
        {
            Title = i % 2 == 0 ? "word" : null,
            Body = i % 2 == 0 ? (i % 4 == 0 ? null : " ") : "word",
        }.Labelled(i % 2 == 0)));

        foreach (var model in ColumnRow.FitEach(data, options => options.TextColumnNames = _both))
            Assert.AreEqual(1, ColumnRow.Accuracy(model, data), model.GetType().Name);

        var empty = ColumnRow.View(Enumerable.Range(0, 60).Select(i => new ColumnRow { Title = " ", Body = null }.Labelled(i % 2 == 0)));
        var failure = Assert.ThrowsExactly<InvalidOperationException>(() => ColumnRow.FitEach(empty, options => options.TextColumnNames = _both).First());
        StringAssert.StartsWith(failure.Message, "No row has a token in columns 'Title', 'Body', so there is nothing in it to train on.");
    }

    [TestMethod]
    public void SavedAndLoadedItReadsTheSameColumns()
    {
        var data = Data();
        foreach (var model in ColumnRow.FitEach(data, options =>
        {
            options.TextColumnNames = _both;
            options.Training = options.Training with { MaximumEpochs = 2 };
        }))
        {
            var image = ModelFileImage.Of(model);
            var loaded = (RevRnnPredictionTransformer)ModelFileImage.Load(image.File);

            CollectionAssert.AreEqual(_both, loaded.InputColumnNames.ToArray());
            CollectionAssert.AreEqual(Bits.Lines(model.Transform(data), "Score"), Bits.Lines(loaded.Transform(data), "Score"));
            CollectionAssert.AreEqual(image.Component, ModelFileImage.Of(loaded).Component);
            Assert.AreEqual(0x00010003, Version(image));
        }
        Assert.AreEqual(0x00010002, Version(ModelFileImage.Of(Trained.Classifier)), "What all libraries of this form can read.");

        static int Version(ModelFileImage image) => BitConverter.ToInt32(image.Component, ModelFileImage.ReadableVersionOffset);
    }

    [TestMethod]
    public void ASinglePredictionReadsThemToo()
    {
        var data = Data();
        var model = ColumnRow.FitEach(data, options => options.TextColumnNames = _both).First();
        using var engine = _context.Model.CreatePredictionEngine<ColumnRow, KeyPrediction>(model);

        Assert.AreEqual(2u, engine.Predict(new ColumnRow { Title = "some news", Body = "all is well" }).PredictedLabel);
        Assert.AreEqual(1u, engine.Predict(new ColumnRow { Title = "some news", Body = "nothing is well" }).PredictedLabel);
    }

    [TestMethod]
    public void AValidationSetIsReadInTheSameColumns()
    {
        var options = Small.Classification();
        options.TextColumnNames = _both;
        var trainer = _context.MulticlassClassification.Trainers.RevLstm(options);
        var validation = Data(20);
        var model = trainer.Fit(Data(), validation);

        var loss = _context.MulticlassClassification.Evaluate(model.Transform(validation)).LogLoss;
        Assert.AreEqual(loss, model.Report!.Epochs[model.Report.BestEpoch - 1].ValidationLoss!.Value, 1e-6);
        var failure = Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => trainer.Fit(Data(), _context.Transforms.DropColumns("Body").Fit(validation).Transform(validation)));
        StringAssert.Contains(failure.Message, "'Body'");
    }

    [TestMethod]
    public void ALanguageModelOfOneColumnIsAStart()
    {
        var model = ColumnRow.FitEach(Data(), options =>
        {
            options.TextColumnNames = _both;
            options.LanguageModel = Trained.LanguageModel;
            options.Training = options.Training with { MaximumEpochs = 1 };
        }).First();

        Assert.AreEqual(Trained.LanguageModel.Network, model.Network);
        CollectionAssert.AreEqual(_both, model.InputColumnNames.ToArray());
    }

    /// <summary>Its log p is that of both columns' tokens and the boundary between, so that of one text less than those of two by themselves.</summary>
    [TestMethod]
    public void ALanguageModelReadsThem()
    {
        var options = Small.LanguageModel();
        options.InputColumnNames = _both;
        var model = _context.Transforms.Text.RevLanguageModel(options).Fit(Data());

        var row = ColumnRow.View([new ColumnRow { Title = "some news", Body = "all is well" }.Labelled(true)]);
        var scored = model.Transform(row);
        Assert.AreEqual(2 + 1 + 3 + 1, scored.GetColumn<int>("TokenCount").Single());
        Assert.AreEqual(2 + 1 + 3 + 1, model.Evaluate(row).TokenCount);
        Assert.AreEqual("some news".Length + "all is well".Length, model.Evaluate(row).CharacterCount);
        var loaded = (RevLanguageModelTransformer)ModelFileImage.Load(ModelFileImage.Of(model).File);
        CollectionAssert.AreEqual(_both, loaded.InputColumnNames.ToArray());
        CollectionAssert.AreEqual(Bits.Lines(scored, "LogLikelihood"), Bits.Lines(loaded.Transform(row), "LogLikelihood"));
    }

    [TestMethod]
    public void FeaturesAreMadeOfThem()
    {
        var options = Small.Features();
        options.InputColumnNames = _both;
        var model = _context.Transforms.RevGru(options).Fit(Data());
        var rows = ColumnRow.View([
            new ColumnRow { Title = "some news all", Body = "is well" }.Labelled(true),
            new ColumnRow { Title = "some news", Body = "all is well" }.Labelled(true),
            new ColumnRow { Title = "some news", Body = "all is well" }.Labelled(true),
        ]);

        var lines = Bits.Lines(model.Transform(rows), "Features");
        Assert.AreNotEqual(lines[0], lines[1]);
        Assert.AreEqual(lines[1], lines[2]);
        CollectionAssert.AreEqual(lines, Bits.Lines(ModelFileImage.Load(ModelFileImage.Of(model).File).Transform(rows), "Features"));
    }

    [TestMethod]
    public void ColumnsThatAreNotThereAreNamed()
    {
        AssertRefused("The data has no column 'Abstract', which is to be the input column. It has 'Any', 'Body',", "Title", "Abstract");
        AssertRefused("The input column 'Price' is Single; it must be text, as TextColumnNames has several columns.", "Title", "Price");
        var model = ColumnRow.FitEach(Data(), options => options.TextColumnNames = _both).First();
        var other = _context.Transforms.DropColumns("Body").Fit(Data()).Transform(Data());
        StringAssert.Contains(Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => model.Transform(other)).Message, "'Body'");

        void AssertRefused(string message, params string[] names)
        {
            var failure = Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => ColumnRow.FitEach(Data(), options => options.TextColumnNames = names).First());
            StringAssert.StartsWith(failure.Message, message);
        }
    }

    [TestMethod]
    public void NamesMustMakeSense()
    {
        foreach (var names in (string[][])[[], ["Title", ""], ["Title", "Title"], [null!]])
        {
            var failure = Assert.ThrowsExactly<ArgumentException>(() => _context.MulticlassClassification.Trainers.RevLstm(new RevRnnClassificationOptions { TextColumnNames = names }));
            Assert.AreEqual("TextColumnNames", failure.ParamName);
            Assert.ThrowsExactly<ArgumentException>(() => _context.Transforms.RevLstm(new RevRnnFeaturesOptions { InputColumnNames = names }));
            Assert.ThrowsExactly<ArgumentException>(() => _context.Transforms.Text.RevLanguageModel(new RevLanguageModelOptions { InputColumnNames = names }));
        }
        var tagger = Assert.ThrowsExactly<ArgumentException>(
            () => _context.MulticlassClassification.Trainers.RevLstmTagger(new RevRnnTaggingOptions { TextColumnNames = _both }));
        StringAssert.Contains(tagger.Message, "a tagger reads one");
    }

    /// <summary>A trainer's columns do not change with an array that it was given.</summary>
    [TestMethod]
    public void LaterChangesHaveNoEffect()
    {
        string[] names = ["Title", "Body"];
        var options = Small.Classification();
        options.TextColumnNames = names;
        var trainer = _context.MulticlassClassification.Trainers.RevLstm(options);
        names[1] = "Nowhere";

        CollectionAssert.AreEqual(_both, trainer.Fit(Data()).InputColumnNames.ToArray());
    }

    [TestMethod]
    [DataRow(-1)]
    [DataRow(int.MaxValue)]
    public void ADamagedListOfColumnsIsRefused(int count)
    {
        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream);
        writer.Write("Title");
        writer.Write(count);
        writer.Write("Body");
        stream.Position = 0;
        using var reader = new BinaryReader(stream);

        Assert.ThrowsExactly<FormatException>(() => ReadColumns.Load(reader, isOne: false));
    }

    private static IDataView Data(int count = 60) => ColumnRow.View(Enumerable.Range(0, count).Select(i => new ColumnRow
    {
        Title = "some news",
        Body = i % 2 == 0 ? "all is well" : "nothing is well",
    }.Labelled(i % 2 == 0)));

    private sealed class KeyPrediction
    {
        [KeyType(2)]
        public uint PredictedLabel { get; set; }
    }
}
