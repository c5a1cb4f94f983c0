using Microsoft.ML.Data;
using Microsoft.ML.RevRnn.Tests.Support;

namespace Microsoft.ML.RevRnn.Tests;

/// <summary>Trained models with weights of 8 bits in ML.NET's files.</summary>
[TestClass]
public sealed class WeightPrecisionTests
{
    private static readonly MLContext _context = new(seed: 5);

    [TestMethod]
    public void EachModelIsSmallerAndGivesTheSameBitsWhenLoaded()
    {
        var mixed = Trained.Mixed(20, seed: 9);
        Check(Trained.Classifier, Trained.Probes(), "Score");
        Check(Trained.Classifier.ToFeatures(), Trained.Probes(), "Features");
        Check(Trained.Classifier.ToContributions(), Trained.Probes(), "Contributions");
        Check(Trained.Binary, mixed, "Score");
        Check(Trained.Binary.ToContributions(), mixed, "Contributions");
        Check(Trained.MultiLabel, mixed, "Score");
        Check(Trained.Tagger, Trained.Tagged(20, seed: 9), "Score");
        Check(Trained.Features, Trained.Probes(), "Features");
        Check(Trained.LanguageModel, Trained.Probes(), "LogLikelihood");
        Check(Trained.KeyModel, Trained.KeyedWords(), "LogLikelihood");
        Check(Trained.Translator, PairData.ProbeData(), Trained.Translator.ScoreColumnName);
    }

    [TestMethod]
    public void WhatIsNoWeightStaysAsItWas()
    {
        var calibrated = Trained.Classifier.Calibrate(Trained.Keyed(20, seed: 4));

        var compact = calibrated.WithWeights(WeightPrecision.Int8);

        Assert.AreNotEqual(1, compact.Temperature);
        Assert.AreEqual(calibrated.Temperature, compact.Temperature);
        Assert.AreSame(calibrated.Report, compact.Report);
        CollectionAssert.AreEqual(calibrated.ClassNames.ToArray(), compact.ClassNames.ToArray());
        Assert.AreSame(compact, compact.WithWeights(WeightPrecision.Int8));
        Assert.AreEqual(Trained.Translator.Decoding, Trained.Translator.WithWeights(WeightPrecision.Int8).Decoding);
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => Trained.Features.WithWeights((WeightPrecision)9));
    }

    [TestMethod]
    public void FeaturesOfACompactModelAreCompactAndOtherFormatsHaveItsWeights()
    {
        var compact = Trained.Classifier.WithWeights(WeightPrecision.Int8);

        Assert.AreEqual(WeightPrecision.Int8, compact.ToFeatures().WeightPrecision);
        Assert.AreEqual(WeightPrecision.Int8, compact.ToContributions().WeightPrecision);
        CollectionAssert.AreEqual(Onnx(compact.WithWeights(WeightPrecision.Single)), Onnx(compact));

        static byte[] Onnx(RevRnnTransformer model)
        {
            using var stream = new MemoryStream();
            model.SaveAsOnnx(stream);
            return stream.ToArray();
        }
    }

    /// <summary>Of a network of the default shape. The file of a trained one, and what accuracy that costs, is measured by the benchmarks.</summary>
    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public void AFileIsLessThanTwoSeventhsOfWhatItWas(bool hasNGrams)
    {
        var options = new RevRnnClassificationOptions { Training = new() { MaximumEpochs = 1, ThreadCount = 1 } };
        if (!hasNGrams)
            options.NGrams = null;
        var model = _context.MulticlassClassification.Trainers.RevLstm(options).Fit(Trained.Keyed());

        var (before, after) = (ModelFileImage.Of(model).File.Length, ModelFileImage.Of(model.WithWeights(WeightPrecision.Int8)).File.Length);

        Assert.IsGreaterThan(3.5, (double)before / after);
    }

    [TestMethod]
    public void APipelineThatEndsWithAModelIsMadeCompactAndTrainedFurther()
    {
        var data = Trained.Data();
        var model = _context.Transforms.Conversion.MapValueToKey("Label").Append(_context.MulticlassClassification.Trainers.RevLstm(Small.Classification())).Fit(data);

        var small = new TransformerChain<RevRnnClassificationTransformer>([.. model.SkipLast(1), model.LastTransformer.WithWeights(WeightPrecision.Int8)]);

        using var folder = new TemporaryFolder();
        _context.Model.Save(small, data.Schema, folder.File("small.zip"));
        CollectionAssert.AreEqual(Trained.ScoreBits(small), OtherProcess.Lines(folder.File("small.zip"), "Score"));
        var labels = _context.MulticlassClassification;
        Assert.IsGreaterThan(labels.Evaluate(model.Transform(data)).MicroAccuracy - 0.005, labels.Evaluate(small.Transform(data)).MicroAccuracy);
        var loaded = (TransformerChain<ITransformer>)_context.Model.Load(folder.File("small.zip"), out _);
        var previous = (RevRnnClassificationTransformer)loaded.Last();
        Assert.AreEqual(WeightPrecision.Int8, previous.WeightPrecision);
        var further = labels.Trainers.RevLstm(Small.Classification()).Fit(model.First().Transform(data), previous);
        Assert.AreEqual(WeightPrecision.Single, further.WeightPrecision);
    }

    [TestMethod]
    public void ASmallerModelIsMadeCompactToo()
    {
        var smaller = Trained.Classifier.Shrink(Trained.Keyed(), new ShrinkOptions { SelectionEpochs = 2 }, Small.Classification());
        var compact = smaller.WithWeights(WeightPrecision.Int8);

        Assert.AreSame(smaller.Shrinking, compact.Shrinking);
        Check(smaller, Trained.Probes(), "Score");
        Assert.IsGreaterThan(0.9, _context.MulticlassClassification.Evaluate(compact.Transform(Trained.Keyed())).MicroAccuracy);
    }

    private static void Check(RevRnnTransformer model, IDataView data, string column)
    {
        var compact = model.WithWeights(WeightPrecision.Int8);
        var (before, after) = (ModelFileImage.Of(model), ModelFileImage.Of(compact));
        var loaded = (RevRnnTransformer)ModelFileImage.Load(after.File);

        Assert.AreEqual(
            (WeightPrecision.Single, WeightPrecision.Int8, WeightPrecision.Int8), (model.WeightPrecision, compact.WeightPrecision, loaded.WeightPrecision), $"{model.GetType()}");
        Assert.IsLessThan(before.ContentLength, after.ContentLength);
        CollectionAssert.AreEqual(after.Component, ModelFileImage.Of(loaded).Component);
        var bits = Bits.Lines(compact.Transform(data), column);
        CollectionAssert.AreEqual(bits, Bits.Lines(loaded.Transform(data), column));
        CollectionAssert.AreNotEqual(bits, Bits.Lines(model.Transform(data), column));
    }
}
