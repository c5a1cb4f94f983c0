using Microsoft.ML.Data;
using Microsoft.ML.RevRnn.Tests.Support;
using Microsoft.ML.Transforms.Text;

namespace Microsoft.ML.RevRnn.Tests;

/// <summary>Our parts and ML.NET's own in one pipeline.</summary>
[TestClass]
public sealed class MixedPipelineTests
{
    private readonly MLContext _context = new(seed: 3);

    [TestMethod]
    public void ALinearTrainerLearnsFromOurFeatures()
        => AssertLearnsAndIsSaved(_context.Transforms.RevLstm(Small.Features())
            .Append(_context.Transforms.NormalizeMeanVariance("Features"))
            .Append(_context.Transforms.Conversion.MapValueToKey("Label"))
            .Append(_context.MulticlassClassification.Trainers.SdcaMaximumEntropy()), leastAccuracy: 0.5);

    [TestMethod]
    public void ALinearTrainerLearnsFromOurFeaturesAndItsOwn()
    {
        var options = Small.Features();
        options.OutputColumnName = "Learned";
        AssertLearnsAndIsSaved(_context.Transforms.RevGru(options)
            .Append(_context.Transforms.Text.FeaturizeText("Counted", "Text"))
            .Append(_context.Transforms.Concatenate("Features", "Learned", "Counted"))
            .Append(_context.Transforms.Conversion.MapValueToKey("Label"))
            .AppendCacheCheckpoint(_context)
            .Append(_context.MulticlassClassification.Trainers.SdcaMaximumEntropy()), leastAccuracy: 0.9);
    }

    [TestMethod]
    public void OurTrainerLearnsFromNormalizedWords()
    {
        var options = Small.Classification();
        options.TextColumnName = "Tokens";
        AssertLearnsAndIsSaved(_context.Transforms.Text.NormalizeText("Clean", "Text", TextNormalizingEstimator.CaseMode.Upper)
            .Append(_context.Transforms.Text.TokenizeIntoWords("Tokens", "Clean"))
            .Append(_context.Transforms.Text.RemoveDefaultStopWords("Tokens"))
            .Append(_context.Transforms.Conversion.MapValueToKey("Tokens"))
            .Append(_context.Transforms.Conversion.MapValueToKey("Label"))
            .Append(_context.MulticlassClassification.Trainers.RevLstm(options)), leastAccuracy: 0.9);
    }

    [TestMethod]
    public void OurFeaturesAreClustered()
    {
        var model = _context.Transforms.RevGru(Small.Features())
            .Append(_context.Clustering.Trainers.KMeans("Features", numberOfClusters: 3))
            .Fit(Trained.Data());

        var metrics = _context.Clustering.Evaluate(model.Transform(Trained.Data()), scoreColumnName: "Score", featureColumnName: "Features");

        Assert.IsTrue(double.IsFinite(metrics.AverageDistance));
        Assert.HasCount(60, model.Transform(Trained.Data()).GetColumn<uint>("PredictedLabel").ToArray());
    }

    [TestMethod]
    public void RowsAreFilteredAndSampledByOurColumns()
    {
        var scored = Trained.LanguageModel.Transform(Trained.Data());
        var perplexities = scored.GetColumn<float>("Perplexity").Order().ToArray();

        var filtered = _context.Data.FilterRowsByColumn(scored, "Perplexity", upperBound: perplexities[20]);
        var sampled = _context.Data.BootstrapSample(scored, seed: 1);

        CollectionAssert.AreEqual(perplexities[..20], filtered.GetColumn<float>("Perplexity").Order().ToArray());
        Assert.IsNotEmpty(sampled.GetColumn<float>("Perplexity").ToArray());
    }

    [TestMethod]
    public void OurPredictedLabelsBecomeVectors()
    {
        var scored = Trained.Classifier.Transform(Trained.Keyed());

        var vectors = _context.Transforms.Conversion.MapKeyToVector("OneHot", "PredictedLabel").Fit(scored).Transform(scored);

        CollectionAssert.AreEqual(
            scored.GetColumn<uint>("PredictedLabel").Select(key => (int)key - 1).ToArray(),
            vectors.GetColumn<float[]>("OneHot").Select(vector => Array.IndexOf(vector, 1f)).ToArray());
        var names = default(VBuffer<ReadOnlyMemory<char>>);
        vectors.Schema["OneHot"].GetSlotNames(ref names);
        CollectionAssert.AreEqual(TestData.Labels.ToArray(), names.DenseValues().Select(name => name.ToString()).ToArray());
    }

    [TestMethod]
    public void TimesAreLabels()
    {
        var data = _context.Data.LoadFromEnumerable(TestData.Rows(60)
            .Select(row => new Dated { Text = row.Text!, Label = new DateTime(2020, 1, 1 + row.Id % 3, 0, 0, 0, DateTimeKind.Utc) }));
        var model = _context.Transforms.Conversion.MapValueToKey("Label")
            .Append(_context.MulticlassClassification.Trainers.RevGru(Small.Classification()))
            .Append(_context.Transforms.Conversion.MapKeyToValue("PredictedLabel"))
            .Fit(data);

        var loaded = ModelFileImage.Load(ModelFileImage.Of(model).File);

        CollectionAssert.AreEqual(
            data.GetColumn<DateTime>("Label").ToArray(), loaded.Transform(data).GetColumn<DateTime>("PredictedLabel").ToArray());
    }

    /// <summary>Fits, checks the accuracy on other rows, and that a loaded model gives the same scores.</summary>
    private void AssertLearnsAndIsSaved(IEstimator<ITransformer> pipeline, double leastAccuracy)
    {
        var data = Trained.Data(90);
        var model = pipeline.Fit(data);

        var scored = model.Transform(Trained.Data(30, seed: 2));
        Assert.IsGreaterThan(leastAccuracy, _context.MulticlassClassification.Evaluate(scored).MicroAccuracy);

        using var stream = new MemoryStream();
        _context.Model.Save(model, data.Schema, stream);
        stream.Position = 0;
        var loaded = new MLContext().Model.Load(stream, out _);
        CollectionAssert.AreEqual(Bits.Lines(scored, "Score"), Bits.Lines(loaded.Transform(Trained.Data(30, seed: 2)), "Score"));
    }

    private sealed class Dated
    {
        public string Text { get; set; } = "";

        public DateTime Label { get; set; }
    }
}
