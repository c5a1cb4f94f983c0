using System.Text.Json;
using Microsoft.ML.Data;
using Microsoft.ML.RevRnn.Tests.Support;

namespace Microsoft.ML.RevRnn.Tests;

/// <summary>Models that are made smaller, when they have been trained or later.</summary>
[TestClass]
public sealed class NeuronSelectionTests
{
    private static readonly MLContext _context = new(seed: 5);

    private static readonly ShrinkOptions _half = new() { SelectionEpochs = 4 };

    [TestMethod]
    public void AClassifierIsMadeSmallerAndStillKnowsItsClasses()
    {
        var data = Trained.Keyed();

        var smaller = Trained.Classifier.Shrink(data, _half, Small.Classification());

        Assert.AreEqual(Trained.Classifier.Network with { HiddenSize = 8 }, smaller.Network);
        Assert.AreEqual((16, 8), (smaller.Shrinking!.Before.Network.HiddenSize, smaller.Shrinking.After.Network.HiddenSize));
        Assert.IsNotNull(smaller.Shrinking.LossAfter);
        Assert.AreEqual(smaller.Shrinking.FineTuning.Epochs.Count, smaller.Report!.Epochs.Count);
        var metrics = _context.MulticlassClassification.Evaluate(smaller.Transform(data));
        Assert.IsGreaterThan(0.9, metrics.MicroAccuracy);
        using var folder = new TemporaryFolder();
        var (large, small) = (folder.File("large.zip"), folder.File("small.zip"));
        _context.Model.Save(Trained.Classifier, data.Schema, large);
        _context.Model.Save(smaller, data.Schema, small);
        Assert.IsLessThan(new FileInfo(large).Length, new FileInfo(small).Length);
        var loaded = _context.Model.Load(small, out _);
        CollectionAssert.AreEqual(Trained.ScoreBits(smaller), Trained.ScoreBits(loaded));
        Assert.IsNull(((RevRnnTransformer)loaded).Shrinking);
    }

    [TestMethod]
    public void ALanguageModelIsMadeSmaller()
    {
        var smaller = Trained.LanguageModel.Shrink(Trained.Data(), _half, Small.LanguageModel());

        Assert.AreEqual(8, smaller.Network.HiddenSize);
        Assert.AreEqual(Trained.LanguageModel.VocabularySize, smaller.VocabularySize);
        Assert.IsLessThan(1.5 * Trained.LanguageModel.Evaluate(Trained.Data()).Perplexity, smaller.Evaluate(Trained.Data()).Perplexity);
        Assert.IsTrue(smaller.Generate("iron ", new GenerationOptions { MaximumTokens = 5 }).Any());
    }

    [TestMethod]
    public void TrueAndFalseLabelsAndTagsAreToldBySmallerModels()
    {
        var (mixed, tagged) = (Trained.Mixed(), Trained.Tagged());
        var binary = Trained.Binary.Shrink(mixed, _half, Small.Binary());
        var labels = Trained.MultiLabel.Shrink(mixed, _half, Small.MultiLabel());
        var tagger = Trained.Tagger.Shrink(tagged, _half, Small.Tagging());

        Assert.AreEqual(Trained.Binary.Network with { HiddenSize = 8 }, binary.Network);
        Assert.IsGreaterThan(0.9, _context.BinaryClassification.Evaluate(binary.Transform(mixed), nameof(MixedText.HasMetal)).Accuracy);
        Assert.AreEqual(Trained.MultiLabel.Network with { HiddenSize = 8 }, labels.Network);
        Assert.AreEqual(Trained.MultiLabel.LabelCount, labels.LabelCount);
        Assert.AreEqual(Trained.Tagger.Network with { HiddenSize = 8 }, tagger.Network);
        foreach (var (model, data) in (ReadOnlySpan<(RevRnnTransformer, IDataView)>)[(binary, mixed), (labels, mixed), (tagger, tagged)])
        {
            Assert.IsTrue(model.Shrinking!.LossAfter < model.Shrinking.LossBefore + 0.1, $"{model.Shrinking.LossBefore}, {model.Shrinking.LossAfter}");
            using var folder = new TemporaryFolder();
            _context.Model.Save(model, data.Schema, folder.File("small.zip"));
            CollectionAssert.AreEqual(Trained.ScoreBits(model, data), Trained.ScoreBits(_context.Model.Load(folder.File("small.zip"), out _), data));
        }
    }

    [TestMethod]
    public void FeaturesAreFewerAndThoseOfAClassifierAreNotCut()
    {
        var smaller = Trained.Features.Shrink(Trained.Data(), new ShrinkOptions { SelectionEpochs = 2 }, Small.Features());

        Assert.AreEqual(Trained.Features.Network with { HiddenSize = 8 }, smaller.Network);
        Assert.AreEqual(8, ((VectorDataViewType)smaller.Transform(Trained.Data()).Schema[smaller.OutputColumnName].Type).Size);
        var ofClassifier = Trained.Classifier.ToFeatures();
        Assert.Throws<ArgumentException>(() => ofClassifier.Shrink(Trained.Data()));
    }

    [TestMethod]
    public void AnOptionOfEachTrainerMakesItsModelSmaller()
    {
        var options = Small.Tagging();
        (options.NeuronSelection, options.Training) = (_half with { Method = NeuronSelectionMethod.Magnitude }, options.Training with { MaximumEpochs = 1 });
        var features = Small.Features();
        (features.NeuronSelection, features.Training) = (options.NeuronSelection, features.Training with { MaximumEpochs = 1 });

        Assert.AreEqual(8, _context.MulticlassClassification.Trainers.RevLstmTagger(options).Fit(Trained.Tagged()).Network.HiddenSize);
        Assert.AreEqual(8, _context.Transforms.RevGru(features).Fit(Trained.Data()).Network.HiddenSize);
    }

    [TestMethod]
    public void AnOptionMakesTheModelSmallerAtTheEndOfItsTraining()
    {
        using var folder = new TemporaryFolder();
        var options = Small.Classification();
        options.NeuronSelection = _half;
        options.Training = options.Training with { CheckpointPath = folder.File("state") };
        var data = Trained.Keyed();

        var model = _context.MulticlassClassification.Trainers.RevLstm(options).Fit(data);

        Assert.AreEqual(8, model.Network.HiddenSize);
        Assert.AreEqual(16, model.Shrinking!.Before.Network.HiddenSize);
        Assert.IsTrue(File.Exists(folder.File("state")) && File.Exists(folder.File("state.smaller")));
        // Both trainings have ended, so that they are gone on with to the same model.
        CollectionAssert.AreEqual(Trained.ScoreBits(model), Trained.ScoreBits(_context.MulticlassClassification.Trainers.RevLstm(options).Fit(data)));

        options.Training = options.Training with { CheckpointPath = folder.File("other"), StopAfterEpochs = 1 };
        Assert.AreEqual(16, _context.MulticlassClassification.Trainers.RevLstm(options).Fit(data).Network.HiddenSize, "A training that paused is not at its end.");
    }

    [TestMethod]
    public void OptionsAreCheckedAndComeBackFromJson()
    {
        var options = Small.LanguageModel();
        options.NeuronSelection = new ShrinkOptions { KeepFraction = 2 };
        var failure = Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => _context.Transforms.Text.RevLanguageModel(options));
        StringAssert.Contains(failure.Message, "KeepFraction is 2; it must be from 0.01 to 1.");

        options.NeuronSelection = new ShrinkOptions { KeepFraction = null, Penalty = 2, Method = NeuronSelectionMethod.HardConcrete };
        Assert.AreEqual(options.NeuronSelection, JsonSerializer.Deserialize<RevLanguageModelOptions>(JsonSerializer.Serialize(options))!.NeuronSelection);
    }
}
