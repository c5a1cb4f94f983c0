using Microsoft.ML.Data;
using Microsoft.ML.RevRnn.Input;
using Microsoft.ML.RevRnn.Tests.Support;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.RevRnn.Tests;

/// <summary>Columns of numbers that a classifier reads beside a text.</summary>
[TestClass]
public sealed class FeatureColumnTests
{
    private static readonly string[] _names = ["Price", "Sizes"];

    private readonly MLContext _context = new(seed: 5);

    /// <summary>All texts are the same.</summary>
    [TestMethod]
    public void WhatOnlyTheNumbersTellIsTold()
    {
        foreach (var column in _names)
        {
            var data = Data(row => row.Flag == (column == "Price" ? row.Price > 100 : row.Sizes[1] > 0));
            foreach (var model in ColumnRow.FitEach(data, With(column)))
            {
                Assert.AreEqual(1, ColumnRow.Accuracy(model, data), $"{model.GetType().Name} of {column}");
                CollectionAssert.AreEqual(new[] { column }, model.FeatureColumnNames.ToArray());
            }
        }
        foreach (var model in ColumnRow.FitEach(Data(), With()))
            Assert.IsTrue(ColumnRow.Accuracy(model, Data()) < 0.7, model.GetType().Name);
    }

    /// <summary>They are learned of while the layers below are still frozen.</summary>
    [TestMethod]
    public void ALanguageModelIsAStart()
    {
        var model = ColumnRow.FitEach(Data(), options =>
        {
            With(_names)(options);
            options.LanguageModel = Trained.LanguageModel;
        }).First();

        Assert.AreEqual(1, ColumnRow.Accuracy(model, Data()));
    }

    [TestMethod]
    public void SavedAndLoadedItScoresTheSame()
    {
        foreach (var model in ColumnRow.FitEach(Data(), With(_names)))
        {
            var image = ModelFileImage.Of(model);
            var loaded = (RevRnnPredictionTransformer)ModelFileImage.Load(image.File);

            CollectionAssert.AreEqual(_names, loaded.FeatureColumnNames.ToArray());
            Assert.AreEqual("Title", loaded.InputColumnName);
            CollectionAssert.AreEqual(Bits.Lines(model.Transform(Data()), "Score"), Bits.Lines(loaded.Transform(Data()), "Score"));
            CollectionAssert.AreEqual(image.Component, ModelFileImage.Of(loaded).Component);
        }
    }

    [TestMethod]
    public void SameSeedSameBitsOnAnyNumberOfThreads()
    {
        byte[][] one = Fit(1);
        byte[][] other = Fit(2);
        for (var i = 0; i < one.Length; i++)
            CollectionAssert.AreEqual(one[i], other[i]);

        static byte[][] Fit(int threads) => [.. ColumnRow.FitEach(Data(), options =>
        {
            With(_names)(options);
            options.Training = options.Training with { MaximumEpochs = 2, Dropout = 0.3f, ThreadCount = threads };
        }).Select(ModelFileImage.ContentWithoutReport)];
    }

    [TestMethod]
    public void ASinglePredictionReadsThemToo()
    {
        var model = (RevRnnBinaryClassificationTransformer)ColumnRow.FitEach(Data(), With(_names)).ElementAt(1);
        using var engine = _context.Model.CreatePredictionEngine<ColumnRow, FlagPrediction>(model);

        Assert.IsTrue(engine.Predict(new ColumnRow { Price = 150, Sizes = [0, 1, 0] }).PredictedLabel);
        Assert.IsFalse(engine.Predict(new ColumnRow { Price = 50, Sizes = [0, -1, 0] }).PredictedLabel);
        var failure = Assert.ThrowsExactly<InvalidOperationException>(() => engine.Predict(new ColumnRow { Price = float.PositiveInfinity }));
        StringAssert.Contains(failure.Message, "'Price'");
    }

    /// <summary>With a validation set the loss is that of its rows with their numbers; calibration hears them too.</summary>
    [TestMethod]
    public void ValidationAndCalibrationReadThem()
    {
        var options = Small.Classification();
        options.TextColumnName = "Title";
        options.FeatureColumnNames = _names;
        options.ExampleWeightColumnName = "Price";
        var trainer = _context.MulticlassClassification.Trainers.RevLstm(options);
        var validation = Data(count: 30);
        var model = trainer.Fit(Data(), validation);

        var rows = model.Transform(validation);
        var evaluated = _context.MulticlassClassification.Evaluate(rows);
        Assert.AreEqual(1, evaluated.MacroAccuracy);
        Assert.AreEqual(1.0, model.Report!.Epochs[model.Report.BestEpoch - 1].ValidationAccuracy);
        Assert.IsTrue(model.Calibrate(validation).Temperature < 1);
        var failure = Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => trainer.Fit(Data(), _context.Transforms.DropColumns("Sizes").Fit(validation).Transform(validation)));
        StringAssert.StartsWith(failure.Message, "The data has no column 'Sizes', which is to be the feature column.");
    }

    [TestMethod]
    public void AMissingNumberIsWarnedOfAndCountsAsTheMean()
    {
        var warnings = new List<string>();
        var context = new MLContext(seed: 3);
        context.Log += (_, e) =>
        {
            if (e.Kind == ChannelMessageKind.Warning)
                warnings.Add(e.RawMessage);
        };
        var data = Data(change: (row, i) => row.Sizes[2] = i % 10 == 3 ? float.NaN : row.Sizes[2]);
        var options = Small.Binary();
        options.LabelColumnName = "Flag";
        options.TextColumnName = "Title";
        options.FeatureColumnNames = _names;
        var model = context.BinaryClassification.Trainers.RevGru(options).Fit(data);

        Assert.AreEqual("6 rows have a missing number (NaN) in the feature columns 'Price', 'Sizes'; the mean of the others stands for it.", warnings.Single());
        Assert.IsTrue(model.Transform(data).GetColumn<float>("Score").All(float.IsFinite));
        Assert.AreEqual(1, ColumnRow.Accuracy(model, data));
    }

    [TestMethod]
    [DataRow(float.PositiveInfinity)]
    [DataRow(float.NegativeInfinity)]
    public void AnInfiniteNumberIsNamedByItsRow(float value)
    {
        var data = Data(change: (row, i) => row.Sizes[2] = i == 7 ? value : 0);
        var failure = Assert.ThrowsExactly<InvalidOperationException>(() => ColumnRow.FitEach(data, With(_names)).First());
        StringAssert.StartsWith(failure.Message, "The feature column 'Sizes' has an infinite number in row 7 at place 2;");
    }

    [TestMethod]
    public void ColumnsMustBeThereAndOfTheirType()
    {
        AssertRefused("The data has no column 'Weight', which is to be the feature column. It has 'Any', 'Body',", "Weight");
        AssertRefused("The feature column 'Title' is String; it must be Single or a vector of Single of known size.", "Title");
        AssertRefused("The feature column 'Count' is Int32;", "Count");
        AssertRefused("The feature column 'Any' is VarVector<Single>;", "Any");
        AssertRefused("The feature column 'Label' is Key<UInt32>;", "Label");
        foreach (var names in (string[][])[[], ["Price", " "], ["Price", "Price"]])
            Assert.ThrowsExactly<ArgumentException>(() => _context.MulticlassClassification.Trainers.RevLstm(new RevRnnClassificationOptions { FeatureColumnNames = names }));
        var tagger = Assert.ThrowsExactly<ArgumentException>(
            () => _context.MulticlassClassification.Trainers.RevLstmTagger(new RevRnnTaggingOptions { FeatureColumnNames = ["Price"] }));
        StringAssert.Contains(tagger.Message, "tagger");

        var model = ColumnRow.FitEach(Data(), With(_names)).First();
        var longer = _context.Transforms.Concatenate("Sizes", "Sizes", "Price").Fit(Data()).Transform(Data());
        StringAssert.Contains(
            Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => model.Transform(longer)).Message, "The feature column 'Sizes' is Vector<Single, 4>; it must be a vector of 3 Single.");

        static void AssertRefused(string message, params string[] names) => StringAssert.StartsWith(
            Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => ColumnRow.FitEach(Data(), With(names)).First()).Message, message);
    }

    /// <summary>As those of words and one-hot encodings are.</summary>
    [TestMethod]
    public void SparseVectorsAreRead()
    {
        var data = Data();
        data = _context.Transforms.Categorical.OneHotHashEncoding("Hot", "Label", numberOfBits: 4).Append(_context.Transforms.Concatenate("Both", "Hot", "Price")).Fit(data).Transform(data);

        foreach (var model in ColumnRow.FitEach(data, With("Both")))
            Assert.AreEqual(1, ColumnRow.Accuracy(model, data), model.GetType().Name);
    }

    [TestMethod]
    [DataRow(0)]
    [DataRow(-1)]
    public void ADamagedListOfColumnsIsRefused(int size)
    {
        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream);
        new ReadColumns(["Title"], [new FeatureColumn("Price", size)]).Save(writer);
        stream.Position = 0;
        using var reader = new BinaryReader(stream);

        Assert.ThrowsExactly<FormatException>(() => ReadColumns.Load(reader, isOne: false));
        Assert.ThrowsExactly<FormatException>(() => new ReadColumns(["Title"], [new("Price", 1), new("Sizes", int.MaxValue)]).RequireFeatures(3));
    }

    private static Action<RevRnnTrainerOptions> With(params string[] names) => options =>
    {
        options.TextColumnName = "Title";
        options.FeatureColumnNames = names.Length == 0 ? null : names;
    };

    /// <summary>Rows whose price and second size tell the label.</summary>
    private static IDataView Data(Func<ColumnRow, bool>? holds = null, int count = 60, Action<ColumnRow, int>? change = null)
    {
        ColumnRow[] rows = [.. Enumerable.Range(0, count).Select(i => new ColumnRow
        {
            Title = "the same",
            Price = i % 2 == 0 ? 150 + i : 10 + i % 7,
            Sizes = [i % 5, i % 2 == 0 ? 0.001f : -0.001f, 1],
        }.Labelled(i % 2 == 0))];
        for (var i = 0; i < count; i++)
            change?.Invoke(rows[i], i);
        Assert.IsTrue(holds == null || rows.All(holds));
        return ColumnRow.View(rows);
    }

    private sealed class FlagPrediction
    {
        public bool PredictedLabel { get; set; }
    }
}
