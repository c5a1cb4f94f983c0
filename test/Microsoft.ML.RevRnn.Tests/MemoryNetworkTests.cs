using Microsoft.ML.Data;
using Microsoft.ML.RevRnn.Tests.Support;

namespace Microsoft.ML.RevRnn.Tests;

/// <summary>Classifiers by a memory network, as a structure of the trainers that there are.</summary>
[TestClass]
public sealed class MemoryNetworkTests
{
    private static readonly MLContext _context = new(seed: 3);

    private static readonly Lazy<RevRnnClassificationTransformer> _model = new(() => _context.MulticlassClassification.Trainers.RevLstm(Options()).Fit(Trained.Keyed()));

    [TestMethod]
    public void ItLearnsAndIsSavedAndServed()
    {
        var model = _model.Value;

        Assert.IsGreaterThan(0.9, _context.MulticlassClassification.Evaluate(model.Transform(Trained.Keyed(30, seed: 2))).MicroAccuracy);
        var loaded = (RevRnnClassificationTransformer)ModelFileImage.Load(ModelFileImage.Of(model).File);
        Assert.AreEqual((NetworkStructure.MemoryNetwork, 3), (loaded.Network.Structure, loaded.Network.LayerCount));
        CollectionAssert.AreEqual(Trained.ScoreBits(model), Trained.ScoreBits(loaded));
        const string Text = "apple and zinc";
        Assert.AreEqual(loaded.Predict([Text])[0].Label, loaded.Explain(Text).Label);
    }

    [TestMethod]
    public void PredictionEnginesPredictWhatViewsDo()
    {
        var model = _model.Value.Append(_context.Transforms.Conversion.MapKeyToValue("PredictedLabel").Fit(_model.Value.Transform(Trained.Keyed())));
        using var engine = _context.Model.CreatePredictionEngine<LabelledText, Prediction>(model);
        var data = Trained.Keyed(20, seed: 2);
        var (scores, labels) = (Trained.ScoreBits(model, data), model.Transform(data).GetColumn<string>("PredictedLabel").ToArray());

        foreach (var (row, i) in TestData.Rows(20, seed: 2).Select((row, i) => (row, i)))
        {
            var prediction = engine.Predict(row);
            Assert.AreEqual((scores[i], labels[i]), (Bits.Line(prediction.Score), prediction.PredictedLabel));
        }
        Assert.AreEqual(1, engine.Predict(new LabelledText { Text = "" }).Score.Sum(), 1e-6, "A text of no words is one too.");
    }

    [TestMethod]
    public void AFileOf8BitsIsSmallerAndGivesTheSameBitsWhenLoaded()
    {
        var compact = _model.Value.WithWeights(WeightPrecision.Int8);

        var (before, after) = (ModelFileImage.Of(_model.Value), ModelFileImage.Of(compact));
        var loaded = (RevRnnClassificationTransformer)ModelFileImage.Load(after.File);
        Assert.AreEqual((WeightPrecision.Int8, NetworkStructure.MemoryNetwork), (loaded.WeightPrecision, loaded.Network.Structure));
        Assert.IsLessThan(before.ContentLength, after.ContentLength);
        CollectionAssert.AreEqual(Trained.ScoreBits(compact), Trained.ScoreBits(loaded));
        CollectionAssert.AreNotEqual(Trained.ScoreBits(_model.Value), Trained.ScoreBits(loaded), "No weight was rounded.");
        Assert.IsGreaterThan(0.9, _context.MulticlassClassification.Evaluate(loaded.Transform(Trained.Keyed(30, seed: 2))).MicroAccuracy);
    }

    [TestMethod]
    public void TrueAndFalseAreToldWithNGramsBeside()
    {
        var options = Small.Binary();
        (options.Network, options.NGrams) = (Options().Network, new NGramOptions());

        var model = _context.BinaryClassification.Trainers.Rnn(options).Fit(Trained.Mixed());

        Assert.IsGreaterThan(0.9, _context.BinaryClassification.Evaluate(model.Transform(Trained.Mixed(60, seed: 2)), nameof(MixedText.HasMetal)).Accuracy);
    }

    [TestMethod]
    public void ItIsCancelledLikeOthers()
    {
        using var cancelled = new CancellationTokenSource();
        cancelled.Cancel();
        var options = Options();
        options.CancellationToken = cancelled.Token;

        Assert.Throws<OperationCanceledException>(() => _context.MulticlassClassification.Trainers.RevLstm(options).Fit(Trained.Keyed()));
    }

    [TestMethod]
    public void WhatReadsTokenAfterTokenSaysSo()
    {
        var tagger = Small.Tagging();
        tagger.Network = tagger.Network with { Structure = NetworkStructure.MemoryNetwork };

        StringAssert.Contains(
            Assert.ThrowsExactly<ArgumentException>(() => _context.MulticlassClassification.Trainers.RevLstmTagger(tagger)).Message, nameof(NetworkStructure.MemoryNetwork));
    }

    private static RevRnnClassificationOptions Options()
    {
        var options = Small.Classification();
        options.Network = options.Network with { Structure = NetworkStructure.MemoryNetwork, LayerCount = 3, Pooling = PoolingKind.Last };
        return options;
    }
}
