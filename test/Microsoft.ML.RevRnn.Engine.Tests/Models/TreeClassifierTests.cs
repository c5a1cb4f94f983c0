namespace Microsoft.ML.RevRnn.Engine.Tests;

/// <summary>Classifiers over trees: trained, saved, loaded and asked like others; and what is no classifier.</summary>
[TestClass]
internal sealed class TreeClassifierTests
{
    private static readonly ToyTask _task = ToyTask.Learnable();

    [TestMethod]
    [DataRow(NetworkStructure.BalancedTree)]
    [DataRow(NetworkStructure.GivenTree)]
    public void AModelLearnsAndComesBackAsItWasSaved(NetworkStructure structure)
    {
        var result = (_task with { Network = _task.Network with { Structure = structure } }).Run();
        var content = Models.Bytes(result.Model);
        var again = Models.Classifier(content);

        Assert.IsGreaterThan(0.9, result.Model.Accuracy(_task.Sequences, _task.Labels));
        Assert.AreEqual(structure, again.Network.Structure);
        Assert.AreEqual(result.Model.Network, again.Network);
        CollectionAssert.AreEqual(content, Models.Bytes(again));
        foreach (var tokens in _task.Sequences)
            Near.AreSame(result.Model.Predict(tokens), again.Predict(tokens), "probabilities");
        Assert.AreEqual(1, result.Model.Predict([]).Sum(), 1e-6);
    }

    [TestMethod]
    public void WhatCannotBeATreeSaysSo()
    {
        var network = _task.Network with { Structure = NetworkStructure.BalancedTree };
        int[][] pairs = [[1, 2], [3]];
        foreach (var train in (Action[])
        [
            () => LanguageModel.Train(_task.Sequences, ToyTask.VocabularySize, network, new LanguageModelOptions(), _task.Training),
            () => SequenceEncoder.Train(_task.Sequences, ToyTask.VocabularySize, network, _task.Training),
            () => SequenceTagger.Train(_task.Sequences, [.. _task.Sequences], ToyTask.VocabularySize, ToyTask.VocabularySize, network, _task.Training),
            () => TranslationModel.Train(pairs, pairs, 9, 9, network, new TranslationOptions(), _task.Training),
        ])
        {
            var failure = Assert.ThrowsExactly<ArgumentException>(train);
            StringAssert.Contains(failure.Message, nameof(NetworkStructure.BalancedTree));
            Assert.AreEqual(nameof(NetworkOptions.Structure), failure.ParamName);
        }
        foreach (var option in (NetworkOptions[])
            [network with { LayerCount = 2 }, network with { TieEmbeddings = true }, network with { SkipConnections = true }, network with { Bidirectional = true }])
        {
            var failure = Assert.ThrowsExactly<ArgumentOutOfRangeException>(option.Validate);
            StringAssert.Contains(failure.Message, nameof(NetworkStructure.BalancedTree));
        }
    }

    [TestMethod]
    public void AFileThatSaysThatALanguageModelIsATreeIsDamaged()
    {
        var model = LanguageModel.Train(_task.Sequences, ToyTask.VocabularySize, _task.Network, new LanguageModelOptions(), _task.Training with { MaximumEpochs = 1 }).Model;
        var content = Models.Bytes(model);
        // The byte of cell and structure comes behind version and kind.
        content[5] |= 1 << 6;

        Assert.ThrowsExactly<FormatException>(() => Models.LanguageModel(content));
    }

    [TestMethod]
    [DataRow(PoolingKind.Last)]
    [DataRow(PoolingKind.MeanMaxLast)]
    public void ContributionsAreThoseOfCentralDifferences(PoolingKind pooling)
    {
        const int Spare = ToyTask.VocabularySize;
        int[] text = [3, 7, 1, 9, 4, 4, 2];
        var network = _task.Network with { Structure = NetworkStructure.BalancedTree, Pooling = pooling };
        var model = SequenceClassifier.Train(_task.Sequences, _task.Labels, ToyTask.Classes, Spare + 1, network, _task.Training).Model;
        var explainer = new ClassExplainer(model);
        var spare = new SpareToken(model.Parameters, Spare, step: 1e-3f);

        var explanation = explainer.Explain(text);

        double[] expected = [.. text.Select((token, t) => spare.Derivative(text, t, spare.Vector(token), tokens => explainer.Explain(tokens, explanation.Outcome).NetworkScore))];
        Near.AreNearToLargest(expected, [.. explanation.Contributions.Select(value => (double)value)], 0.02 * Math.Min(1, expected.Max(Math.Abs)), "contribution");
        Assert.IsGreaterThan(0, expected.Max(Math.Abs));
    }

    [TestMethod]
    public void AGivenTreeIsNotWrittenAsOnnx()
    {
        var model = (_task with { Network = _task.Network with { Structure = NetworkStructure.GivenTree }, Training = _task.Training with { MaximumEpochs = 1 } }).Run().Model;

        StringAssert.Contains(Assert.ThrowsExactly<NotSupportedException>(() => model.SaveAsOnnx(new MemoryStream())).Message, nameof(NetworkStructure.GivenTree));
    }

    [TestMethod]
    public void AnEstimateIsOfStoredActivations()
    {
        var estimate = ActivationMemory.Estimate(_task.Network with { Structure = NetworkStructure.BalancedTree }, 4, 20);

        Assert.IsGreaterThan(0, estimate.Stored);
        Assert.IsNull(estimate.Reversible);
    }
}
