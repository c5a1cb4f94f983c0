using Microsoft.ML.RevRnn.Tests.Support;

namespace Microsoft.ML.RevRnn.Tests;

/// <summary>Classifiers over trees: balanced ones, and those that brackets in a text give.</summary>
[TestClass]
public sealed class TreeTests
{
    private readonly MLContext _context = new(seed: 3);

    [TestMethod]
    public void BalancedTreesLearnAndAreSaved()
    {
        var options = Small.Classification();
        options.Network = options.Network with { Structure = NetworkStructure.BalancedTree };
        var model = _context.MulticlassClassification.Trainers.RevLstm(options).Fit(Trained.Keyed());

        Assert.IsGreaterThan(0.9, _context.MulticlassClassification.Evaluate(model.Transform(Trained.Keyed(30, seed: 2))).MicroAccuracy);
        var loaded = (RevRnnTransformer)ModelFileImage.Load(ModelFileImage.Of(model).File);
        Assert.AreEqual(NetworkStructure.BalancedTree, loaded.Network.Structure);
        CollectionAssert.AreEqual(Trained.ScoreBits(model), Trained.ScoreBits(loaded));
    }

    [TestMethod]
    public void TheParseInATextIsWhatTheNetworkReads()
    {
        var options = Small.Classification();
        options.Network = options.Network with { Structure = NetworkStructure.GivenTree };
        options.Vocabulary = options.Vocabulary with { ReadsBrackets = true };
        var model = _context.MulticlassClassification.Trainers.RevLstm(options).Fit(Parsed(60, seed: 1));

        Assert.IsGreaterThan(0.9, _context.MulticlassClassification.Evaluate(model.Transform(Parsed(30, seed: 2))).MicroAccuracy);
        var loaded = (RevRnnClassificationTransformer)ModelFileImage.Load(ModelFileImage.Of(model).File);
        var texts = Trained.Texts("((apple and) (zinc snow))", "(((apple and) zinc) snow)", "(apple (and (zinc snow)))", "apple and zinc snow");
        var bits = Trained.ScoreBits(model, texts);
        CollectionAssert.AreEqual(bits, Trained.ScoreBits(loaded, texts));
        // Other trees over the same words are other scores; what has no bracket is joined from the right.
        Assert.HasCount(3, bits.Distinct().ToArray());
        Assert.AreEqual(bits[2], bits[3]);
        Assert.HasCount(7, loaded.Explain("((apple and) (zinc snow))").Contributions);
    }

    [TestMethod]
    public void WhatHasNoUseForAParseSaysSo()
    {
        var options = Small.Classification();
        options.Vocabulary = options.Vocabulary with { ReadsBrackets = true };
        var failure = Assert.ThrowsExactly<ArgumentException>(() => _context.MulticlassClassification.Trainers.RevLstm(options));
        StringAssert.Contains(failure.Message, nameof(NetworkStructure.GivenTree));

        var (model, tagger) = (Small.LanguageModel(), Small.Tagging());
        foreach (var other in new RevRnnOptions[] { model, tagger })
            other.Network = other.Network with { Structure = NetworkStructure.BalancedTree };
        foreach (var create in (Action[])[() => _context.Transforms.Text.RevLanguageModel(model), () => _context.MulticlassClassification.Trainers.RevLstmTagger(tagger)])
            StringAssert.Contains(Assert.ThrowsExactly<ArgumentException>(create).Message, nameof(NetworkStructure.BalancedTree));
    }

    /// <summary>Texts whose first half is a phrase and whose rest is one.</summary>
    private IDataView Parsed(int count, int seed)
    {
        var rows = TestData.Rows(count, seed).Select(row => new LabelledText
        {
            Id = row.Id,
            Label = row.Label,
            Text = $"(({string.Join(' ', row.Words[..(row.Words.Length / 2)])}) ({string.Join(' ', row.Words[(row.Words.Length / 2)..])}))",
        });
        var data = _context.Data.LoadFromEnumerable(rows);
        return _context.Transforms.Conversion.MapValueToKey("Label").Fit(data).Transform(data);
    }
}
