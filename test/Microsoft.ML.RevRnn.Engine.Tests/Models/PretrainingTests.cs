using Microsoft.ML.RevRnn.Networks;
using Microsoft.ML.RevRnn.Training;

namespace Microsoft.ML.RevRnn.Engine.Tests;

/// <summary>Classifiers that start from a language model, and encoders that are made of one.</summary>
[TestClass]
internal sealed class PretrainingTests
{
    private const int HeaderBytes = 4 + 5 + 5 * 4;

    private static readonly ToyTask _task = ToyTask.Learnable(60);

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public void InTheFirstEpochOnlyTheClassifiersOwnWeightsLearn(bool tied)
    {
        var model = Pretrain(tied);
        // A file holds the embedding, the layers from the bottom, and at last what the classifier has of its own.
        var pretrained = Models.Bytes(new SequenceEncoder(model))[HeaderBytes..];
        var embedding = sizeof(float) * ToyTask.VocabularySize * model.Network.EmbeddingSize;
        byte[] Weights(bool gradual, int epochs) => Models.Bytes(Classify(model, 0.5f, gradual, epochs).Model)[HeaderBytes..];
        var (none, one, two, all) = (Weights(true, 0), Weights(true, 1), Weights(true, 2), Weights(false, 1));

        CollectionAssert.AreEqual(pretrained, none[..pretrained.Length]);
        CollectionAssert.AreEqual(pretrained, one[..pretrained.Length]);
        CollectionAssert.AreNotEqual(none[pretrained.Length..], one[pretrained.Length..]);
        CollectionAssert.AreEqual(pretrained[..embedding], two[..embedding]);
        CollectionAssert.AreNotEqual(pretrained[embedding..], two[embedding..pretrained.Length]);
        CollectionAssert.AreNotEqual(pretrained[..embedding], all[..embedding]);
    }

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public void TheNetworkIsTheLanguageModels(bool tied)
    {
        var model = Pretrain(tied);

        Assert.AreEqual(model.Network, Classify(model, 0.5f, gradual: true, epochs: 0).Model.Network);
        Assert.AreEqual(tied ? model.Network.EmbeddingSize : model.Network.HiddenSize, new SequenceEncoder(model).FeatureCount);
    }

    [TestMethod]
    public void LowerLayersLearnMoreSlowlyAndLater()
    {
        using var parameters = new EncoderParameters(new StackSetup { Layers = 2 }.Shape);
        var rates = new LayerRates(parameters, new FineTuningOptions { GradualUnfreezing = true, LayerRateFactor = 0.5f });
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

    /// <summary>Without held-back texts, so that the weights are those after the last epoch; with no epochs those at the beginning.</summary>
    private static TrainingResult<SequenceClassifier> Classify(LanguageModel model, float factor, bool gradual, int epochs) => SequenceClassifier.Train(
        _task.Sequences, _task.Labels, ToyTask.Classes, ToyTask.VocabularySize, model.Network,
        _task.Training with { MaximumEpochs = Math.Max(1, epochs), ValidationFraction = 0 },
        model, new FineTuningOptions { LayerRateFactor = factor, GradualUnfreezing = gradual }, cancellationToken: new CancellationToken(epochs == 0));
}
