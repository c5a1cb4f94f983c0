using Microsoft.ML.RevRnn.Networks;
using Microsoft.ML.RevRnn.Training;

namespace Microsoft.ML.RevRnn.Engine.Tests;

/// <summary>Classifiers that start from a language model, and encoders that are made of one.</summary>
[TestClass]
internal sealed class PretrainingTests
{
    private static readonly ToyTask _task = ToyTask.Learnable(60);

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public void InTheFirstEpochOnlyTheClassifiersOwnWeightsLearn(bool tied)
    {
        var model = Pretrain(tied);
        var untrained = Classify(model, 0.5f, gradual: true, epochs: 1);
        var states = new SequenceEncoder(model);

        // A classifier's stack cannot be looked at, but its layers join in one by one: the loss of a whole frozen stack follows from the head alone.
        var ungraded = Classify(model, 0.5f, gradual: false, epochs: 1);
        Assert.AreNotEqual(untrained.Report.Epochs[0].Loss, ungraded.Report.Epochs[0].Loss);
        Assert.AreEqual(model.Network, untrained.Model.Network);
        Assert.AreEqual(states.FeatureCount, model.Network.TieEmbeddings ? model.Network.EmbeddingSize : model.Network.HiddenSize);
    }

    [TestMethod]
    public void LowerLayersLearnMoreSlowlyAndLater()
    {
        using var parameters = new EncoderParameters(new StackSetup { Layers = 2 }.Shape);
        var rates = new LayerRates(parameters, new FineTuningOptions { LayerRateFactor = 0.5f });
        var layers = parameters.Stacks[0].Layers;
        float[] Factors() => [layers[1].Input.RateFactor, layers[0].Hidden[0].RateFactor, parameters.Embedding.Value.RateFactor];

        rates.BeginEpoch(1);
        CollectionAssert.AreEqual(new[] { 0f, 0f, 0f }, Factors());
        rates.BeginEpoch(2);
        CollectionAssert.AreEqual(new[] { 0.5f, 0f, 0f }, Factors());
        rates.BeginEpoch(3);
        CollectionAssert.AreEqual(new[] { 0.5f, 0.25f, 0f }, Factors());
        rates.BeginEpoch(4);
        CollectionAssert.AreEqual(new[] { 0.5f, 0.25f, 0.125f }, Factors());
        rates.End();
        CollectionAssert.AreEqual(new[] { 1f, 1f, 1f }, Factors());
    }

    [TestMethod]
    public void WithoutGradualUnfreezingAllLearnFromTheBeginning()
    {
        using var parameters = new EncoderParameters(new StackSetup { Layers = 1 }.Shape);
        new LayerRates(parameters, new FineTuningOptions { GradualUnfreezing = false, LayerRateFactor = 0.5f }).BeginEpoch(1);

        Assert.AreEqual(0.5f, parameters.Stacks[0].Layers[0].Bias.RateFactor);
        Assert.AreEqual(0.25f, parameters.Embedding.Value.RateFactor);
    }

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public void TheSameModelAndSeedGiveTheSameBits(bool tied)
    {
        var model = Pretrain(tied);
        Assert.AreEqual(
            Classify(model, 0.4f, gradual: true, epochs: 3).Report.Epochs[^1], Classify(model, 0.4f, gradual: true, epochs: 3).Report.Epochs[^1]);
    }

    [TestMethod]
    public void AnotherNetworkIsRefused()
    {
        var model = Pretrain(tied: false);
        var other = _task with { Network = _task.Network with { HiddenSize = _task.Network.HiddenSize + 2 } };

        var failure = Assert.ThrowsExactly<ArgumentException>(() => SequenceClassifier.Train(
            other.Sequences, other.Labels, ToyTask.Classes, ToyTask.VocabularySize, other.Network, other.Training, model));

        StringAssert.Contains(failure.Message, "must have the same");
    }

    private static LanguageModel Pretrain(bool tied) => LanguageModel.Train(
        _task.Sequences, ToyTask.VocabularySize, _task.Network with { TieEmbeddings = tied }, new LanguageModelOptions(),
        _task.Training with { MaximumEpochs = 2 }).Model;

    private static TrainingResult<SequenceClassifier> Classify(LanguageModel model, float factor, bool gradual, int epochs) => SequenceClassifier.Train(
        _task.Sequences, _task.Labels, ToyTask.Classes, ToyTask.VocabularySize, model.Network, _task.Training with { MaximumEpochs = epochs, Patience = 100 },
        model, new FineTuningOptions { LayerRateFactor = factor, GradualUnfreezing = gradual });
}
