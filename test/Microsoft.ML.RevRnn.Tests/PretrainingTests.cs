using Microsoft.ML.RevRnn.Tests.Support;

namespace Microsoft.ML.RevRnn.Tests;

/// <summary>Classifiers and features that are made of a language model.</summary>
[TestClass]
public sealed class PretrainingTests
{
    private readonly MLContext _context = new(seed: 3);

    [TestMethod]
    public void AClassifierHasTheTokensAndTheNetworkOfItsLanguageModel()
    {
        var options = Small.Classification();
        options.Network = options.Network with { HiddenSize = 64 };
        options.LanguageModel = Trained.LanguageModel;

        var model = _context.MulticlassClassification.Trainers.RevLstm(options).Fit(Trained.Keyed());

        Assert.AreEqual(Trained.LanguageModel.Network, model.Network);
        Assert.HasCount(TestData.Probes.Count, Bits.Lines(model.Transform(Trained.Probes()), "Score"));
    }

    [TestMethod]
    public void AllLayersJoinInAndTheClassesAreLearned()
    {
        var options = Small.Classification();
        options.LanguageModel = Trained.LanguageModel;
        options.Training = options.Training with { MaximumEpochs = 12, Patience = 12 };

        var model = _context.MulticlassClassification.Trainers.RevLstm(options).Fit(Trained.Keyed());

        Assert.IsGreaterThan(0.9, model.Report!.Epochs[^1].Accuracy);
    }

    [TestMethod]
    public void AnotherCellIsRefused()
    {
        var options = Small.Classification();
        options.LanguageModel = Trained.LanguageModel;

        var failure = Assert.ThrowsExactly<ArgumentException>(() => _context.MulticlassClassification.Trainers.RevGru(options));

        StringAssert.Contains(failure.Message, "has the cell RevLstm; RevGru was asked for");
        var features = Small.Features();
        features.LanguageModel = Trained.LanguageModel;
        Assert.ThrowsExactly<ArgumentException>(() => _context.Transforms.RevGru(features));
    }

    [TestMethod]
    public void AModelOfKeysReadsNoText()
    {
        var options = Small.Classification();
        options.LanguageModel = Trained.KeyModel;
        var trainer = _context.MulticlassClassification.Trainers.RevLstm(options);

        var failure = Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => trainer.Fit(Trained.Keyed()));

        StringAssert.Contains(failure.Message, "it must be a vector of Key<UInt32>");
    }

    [TestMethod]
    public void FeaturesAreALanguageModelsStates()
    {
        var options = Small.Features();
        options.LanguageModel = Trained.LanguageModel;

        var model = _context.Transforms.RevLstm(options).Fit(Trained.Data());

        Assert.IsNull(model.Report);
        Assert.AreEqual(Trained.LanguageModel.Network, model.Network);
        var lines = Bits.Lines(model.Transform(Trained.Probes()), "Features");
        CollectionAssert.AreEqual(lines, Bits.Lines(_context.Transforms.RevLstm(options).Fit(Trained.Data(3)).Transform(Trained.Probes()), "Features"));
        var loaded = ModelFileImage.Load(ModelFileImage.Of(model).File);
        CollectionAssert.AreEqual(lines, Bits.Lines(loaded.Transform(Trained.Probes()), "Features"));
    }

    [TestMethod]
    public void TheRateOfLowerLayersHasARange()
    {
        var options = Small.Classification();
        options.FineTuning = options.FineTuning with { LayerRateFactor = 2 };

        var failure = Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => _context.MulticlassClassification.Trainers.RevLstm(options));

        StringAssert.Contains(failure.Message, "LayerRateFactor is 2; it must be from 0.01 to 1.");
    }
}
