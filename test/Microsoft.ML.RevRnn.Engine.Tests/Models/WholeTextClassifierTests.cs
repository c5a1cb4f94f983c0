namespace Microsoft.ML.RevRnn.Engine.Tests;

/// <summary>Classifiers over trees and memories: trained, saved, loaded and asked like others; and what is no classifier.</summary>
[TestClass]
internal sealed class WholeTextClassifierTests
{
    private static readonly ToyTask _task = ToyTask.Learnable();

    [TestMethod]
    [DataRow(NetworkStructure.BalancedTree)]
    [DataRow(NetworkStructure.GivenTree)]
    [DataRow(NetworkStructure.MemoryNetwork)]
    public void AModelLearnsAndComesBackAsItWasSaved(NetworkStructure structure)
    {
        var network = structure == NetworkStructure.MemoryNetwork ? Network(structure) with { Pooling = PoolingKind.Last } : Network(structure);
        var result = (_task with { Network = network }).Run();
        var content = Models.Bytes(result.Model);
        var again = Models.Classifier(content);

        Assert.IsGreaterThan(0.9, result.Model.Accuracy(_task.Sequences, _task.Labels));
        Assert.AreEqual(network, again.Network);
        CollectionAssert.AreEqual(content, Models.Bytes(again));
        foreach (var tokens in _task.Sequences)
            Near.AreSame(result.Model.Predict(tokens), again.Predict(tokens), "probabilities");
        Assert.AreEqual(1, result.Model.Predict([]).Sum(), 1e-6);
    }

    [TestMethod]
    [DataRow(NetworkStructure.BalancedTree, PoolingKind.Last)]
    [DataRow(NetworkStructure.BalancedTree, PoolingKind.MeanMaxLast)]
    [DataRow(NetworkStructure.MemoryNetwork, PoolingKind.Last)]
    [DataRow(NetworkStructure.MemoryNetwork, PoolingKind.MeanMaxLast)]
    public void ContributionsAreThoseOfCentralDifferences(NetworkStructure structure, PoolingKind pooling)
    {
        const int Spare = ToyTask.VocabularySize;
        int[] text = [3, 7, 1, 9, 4, 4, 2];
        var model = SequenceClassifier.Train(_task.Sequences, _task.Labels, ToyTask.Classes, Spare + 1, Network(structure) with { Pooling = pooling }, _task.Training).Model;
        var explainer = new ClassExplainer(model);
        var spare = new SpareToken(model.Parameters, Spare, step: 1e-3f);

        var explanation = explainer.Explain(text);

        double[] expected = [.. text.Select((token, t) => spare.Derivative(text, t, spare.Vector(token), tokens => explainer.Explain(tokens, explanation.Outcome).NetworkScore))];
        Near.AreNearToLargest(expected, [.. explanation.Contributions.Select(value => (double)value)], 0.02 * Math.Min(1, expected.Max(Math.Abs)), "contribution");
        Assert.IsGreaterThan(0, expected.Max(Math.Abs));
    }

    [TestMethod]
    [DataRow(NetworkStructure.BalancedTree)]
    [DataRow(NetworkStructure.MemoryNetwork)]
    public void WhatReadsTokenAfterTokenRefusesIt(NetworkStructure structure)
    {
        var network = Network(structure);
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
            StringAssert.Contains(failure.Message, $"{structure}");
            Assert.AreEqual(nameof(NetworkOptions.Structure), failure.ParamName);
        }
        StringAssert.Contains(Assert.ThrowsExactly<ArgumentOutOfRangeException>((network with { Bidirectional = true }).Validate).Message, $"{structure}");
    }

    [TestMethod]
    [DataRow(NetworkStructure.BalancedTree)]
    [DataRow(NetworkStructure.MemoryNetwork)]
    public void AnEstimateIsOfStoredActivations(NetworkStructure structure)
    {
        var estimate = ActivationMemory.Estimate(Network(structure), 4, 20);

        Assert.IsGreaterThan(0, estimate.Stored);
        Assert.IsNull(estimate.Reversible);
    }

    /// <summary>Memories are read twice.</summary>
    private static NetworkOptions Network(NetworkStructure structure) =>
        _task.Network with { Structure = structure, LayerCount = structure == NetworkStructure.MemoryNetwork ? 2 : _task.Network.LayerCount };
}
