using Microsoft.ML.Data;
using Microsoft.ML.RevRnn.Tests.Support;

namespace Microsoft.ML.RevRnn.Tests;

/// <summary>Features that are learned without labels.</summary>
[TestClass]
public sealed class FeaturesTests
{
    private readonly MLContext _context = new(seed: 3);

    [TestMethod]
    [DataRow(CellKind.RevLstm)]
    [DataRow(CellKind.RevGru)]
    public void LearnsWithoutLabels(CellKind cell)
    {
        var options = Small.Features();
        var estimator = cell == CellKind.RevLstm ? _context.Transforms.RevLstm(options) : _context.Transforms.RevGru(options);

        var model = estimator.Fit(Trained.Data());

        Assert.AreEqual(cell, model.Network.Cell);
        Assert.IsLessThan(model.Report!.Epochs[0].Loss, model.Report.Epochs[^1].Loss);
        var column = model.Transform(Trained.Probes()).Schema["Features"];
        Assert.AreEqual(new VectorDataViewType(NumberDataViewType.Single, 16), column.Type);
    }

    [TestMethod]
    [DataRow(false, "h0 h1 h2 h3")]
    [DataRow(true, "forward0 forward1 forward2 forward3 backward0 backward1 backward2 backward3")]
    public void TheSlotsHaveNames(bool bidirectional, string expected)
    {
        var options = Small.Features();
        options.Network = options.Network with { HiddenSize = 4, Bidirectional = bidirectional };
        options.Training = options.Training with { MaximumEpochs = 1 };
        var estimator = _context.Transforms.RevLstm(options);

        var promised = estimator.GetOutputSchema(ShapeProbe.Of(Trained.Data())).Single(column => column.Name == "Features");
        Assert.AreEqual(TextDataViewType.Instance, promised.Annotations.Single(annotation => annotation.Name == "SlotNames").ItemType);

        var names = default(VBuffer<ReadOnlyMemory<char>>);
        estimator.Fit(Trained.Data()).Transform(Trained.Data()).Schema["Features"].GetSlotNames(ref names);
        Assert.AreEqual(expected, string.Join(' ', names.DenseValues()));
    }

    [TestMethod]
    public void MLNetTellsWhatEachFeatureIsWorth()
    {
        var data = Trained.Features.Transform(Trained.Keyed());
        ITransformer linear = _context.MulticlassClassification.Trainers.SdcaMaximumEntropy().Fit(data);

        var importance = _context.MulticlassClassification.PermutationFeatureImportance(linear, data, permutationCount: 1);

        CollectionAssert.AreEquivalent(Enumerable.Range(0, 16).Select(unit => $"h{unit}").ToArray(), importance.Keys.ToArray());
        Assert.IsLessThan(0, importance.Values.Min(metrics => metrics.MacroAccuracy.Mean), "The classes are told by some feature.");
    }

    [TestMethod]
    public void TextsOfAKindAreAlike()
    {
        var vectors = Trained.Features.Transform(Trained.Data(30, seed: 2)).GetColumn<float[]>("Features").ToArray();

        double Distance(int step) => Enumerable.Range(0, vectors.Length - step)
            .Average(i => vectors[i].Zip(vectors[i + step], (x, y) => (double)(x - y) * (x - y)).Sum());

        // The classes take turns.
        Assert.IsLessThan(Distance(1), Distance(3));
    }

    [TestMethod]
    public void KeyVectorsAreTokens()
    {
        var options = Small.Features();
        options.InputColumnName = "Words";
        var model = _context.Transforms.Conversion.MapValueToKey("Words").Append(_context.Transforms.RevGru(options)).Fit(Trained.Data());

        Assert.HasCount(TestData.Probes.Count, Bits.Lines(model.Transform(Trained.Probes()), "Features"));
    }

    [TestMethod]
    public void WithoutAnInputNameTheInputIsReplaced()
    {
        var options = Small.Features();
        options.OutputColumnName = "Text";
        options.InputColumnName = null;

        var transformed = _context.Transforms.RevLstm(options).Fit(Trained.Data()).Transform(Trained.Probes());

        Assert.HasCount(16, transformed.GetColumn<float[]>("Text").First());
    }

    [TestMethod]
    public void FeaturesAndClassifierInOnePipeline()
    {
        var model = _context.Transforms.RevGru(Small.Features())
            .Append(_context.Transforms.Conversion.MapValueToKey("Label"))
            .Append(_context.MulticlassClassification.Trainers.RevGru(Small.Classification()))
            .Fit(Trained.Data());

        using var engine = _context.Model.CreatePredictionEngine<LabelledText, Prediction>(
            model.Append(_context.Transforms.Conversion.MapKeyToValue("PredictedLabel").Fit(model.Transform(Trained.Data()))));
        Assert.AreEqual("weather", engine.Predict(new LabelledText { Text = "snow and hail" }).PredictedLabel);
    }
}
