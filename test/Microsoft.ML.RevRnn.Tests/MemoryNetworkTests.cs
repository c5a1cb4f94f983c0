using Microsoft.ML.RevRnn.Tests.Support;

namespace Microsoft.ML.RevRnn.Tests;

/// <summary>Classifiers by a memory network, as a structure of the trainers that there are.</summary>
[TestClass]
public sealed class MemoryNetworkTests
{
    private readonly MLContext _context = new(seed: 3);

    [TestMethod]
    public void ItLearnsAndIsSavedAndServed()
    {
        var model = _context.MulticlassClassification.Trainers.RevLstm(Options()).Fit(Trained.Keyed());

        Assert.IsGreaterThan(0.9, _context.MulticlassClassification.Evaluate(model.Transform(Trained.Keyed(30, seed: 2))).MicroAccuracy);
        var loaded = (RevRnnClassificationTransformer)ModelFileImage.Load(ModelFileImage.Of(model).File);
        Assert.AreEqual((NetworkStructure.MemoryNetwork, 3), (loaded.Network.Structure, loaded.Network.LayerCount));
        CollectionAssert.AreEqual(Trained.ScoreBits(model), Trained.ScoreBits(loaded));
        const string Text = "apple and zinc";
        Assert.AreEqual(loaded.Predict([Text])[0].Label, loaded.Explain(Text).Label);
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
