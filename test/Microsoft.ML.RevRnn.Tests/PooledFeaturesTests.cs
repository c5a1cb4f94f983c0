using Microsoft.ML.Data;
using Microsoft.ML.RevRnn.Tests.Support;

namespace Microsoft.ML.RevRnn.Tests;

/// <summary>What a classifier's scores are made of, as a transformer.</summary>
[TestClass]
public sealed class PooledFeaturesTests
{
    private readonly MLContext _context = new(seed: 5);

    [TestMethod]
    public void TheyHaveNamesAndTellTheClasses()
    {
        var features = Trained.Classifier.ToFeatures("State");
        var data = features.Transform(Trained.Keyed());

        Assert.AreEqual("State", features.OutputColumnName);
        Assert.IsNull(features.Report);
        var column = data.Schema["State"];
        Assert.AreEqual(32, ((VectorDataViewType)column.Type).Size);
        var names = default(VBuffer<ReadOnlyMemory<char>>);
        column.GetSlotNames(ref names);
        Assert.AreEqual("mean.h0 max.h15", $"{names.GetItemOrDefault(0)} {names.GetItemOrDefault(31)}");
        var model = _context.MulticlassClassification.Trainers.SdcaMaximumEntropy("Label", "State").Fit(data);
        Assert.AreEqual(1, _context.MulticlassClassification.Evaluate(model.Transform(data)).MacroAccuracy);
    }

    [TestMethod]
    public void TheyComeBackAsTheyWereSaved()
    {
        foreach (var features in (RevRnnFeaturesTransformer[])[Trained.Classifier.ToFeatures(), Trained.Binary.ToFeatures(), Trained.MultiLabel.ToFeatures()])
        {
            var lines = Bits.Lines(features.Transform(Trained.Probes()), "Features");
            CollectionAssert.AreEqual(lines, Bits.Lines(ModelFileImage.Load(ModelFileImage.Of(features).File).Transform(Trained.Probes()), "Features"));
            Assert.AreNotEqual(lines[0], lines[1]);
        }
        Assert.ThrowsExactly<ArgumentException>(() => Trained.Classifier.ToFeatures(" "));
    }

    [TestMethod]
    public void TheyArePartOfAPipeline()
    {
        var encoder = Trained.Classifier.ToFeatures();
        var options = new RevRnnFeaturesOptions { OutputColumnName = "State", Encoder = encoder };
        var model = _context.Transforms.Conversion.MapValueToKey("Label")
            .Append(_context.Transforms.RevLstm(options))
            .Append(_context.MulticlassClassification.Trainers.SdcaMaximumEntropy("Label", "State"))
            .Fit(Trained.Data());

        Assert.AreEqual(1, _context.MulticlassClassification.Evaluate(model.Transform(Trained.Data())).MacroAccuracy);
        CollectionAssert.AreEqual(
            Bits.Lines(encoder.Transform(Trained.Probes()), "Features"), Bits.Lines(_context.Transforms.RevLstm(options).Fit(Trained.Data()).Transform(Trained.Probes()), "State"));
        var failure = Assert.ThrowsExactly<ArgumentException>(() => _context.Transforms.RevGru(options));
        StringAssert.Contains(failure.Message, "RevLstm");
        options.LanguageModel = Trained.LanguageModel;
        Assert.ThrowsExactly<ArgumentException>(() => _context.Transforms.RevLstm(options));
    }

    /// <summary>The columns of text are the classifier's; those of numbers are not read.</summary>
    [TestMethod]
    public void TheyAreOfTheTextsOnly()
    {
        var data = ColumnRow.View(Enumerable.Range(0, 40).Select(i => new ColumnRow { Title = "one two", Body = "three", Price = i }.Labelled(i % 2 == 0)));
        foreach (var model in ColumnRow.FitEach(data, options =>
        {
            options.TextColumnNames = ["Title", "Body"];
            options.FeatureColumnNames = ["Price"];
            options.Training = options.Training with { MaximumEpochs = 1 };
        }))
        {
            var features = model switch
            {
                RevRnnClassificationTransformer classifier => classifier.ToFeatures(),
                RevRnnBinaryClassificationTransformer binary => binary.ToFeatures(),
                _ => ((RevRnnMultiLabelTransformer)model).ToFeatures(),
            };
            var texts = _context.Transforms.DropColumns("Price").Fit(data).Transform(data);

            CollectionAssert.AreEqual(new[] { "Title", "Body" }, features.InputColumnNames.ToArray());
            Assert.HasCount(1, Bits.Lines(features.Transform(texts), "Features").Distinct());
            CollectionAssert.AreEqual(
                Bits.Lines(features.Transform(texts), "Features"), Bits.Lines(ModelFileImage.Load(ModelFileImage.Of(features).File).Transform(texts), "Features"));
        }
    }
}
