namespace Microsoft.ML.RevRnn.Engine.Tests;

/// <summary>Classifiers over memories: trained, saved, loaded and asked like others; and what is no classifier.</summary>
[TestClass]
internal sealed class MemoryClassifierTests
{
    private static readonly ToyTask _task = With(ToyTask.Learnable(), hops: 2);

    [TestMethod]
    public void AModelLearnsAndComesBackAsItWasSaved()
    {
        var result = _task.Run();
        var content = Models.Bytes(result.Model);
        var again = Models.Classifier(content);

        Assert.IsGreaterThan(0.9, result.Model.Accuracy(_task.Sequences, _task.Labels));
        Assert.AreEqual(result.Model.Network, again.Network);
        Assert.AreEqual(2, again.Network.LayerCount);
        CollectionAssert.AreEqual(content, Models.Bytes(again));
        foreach (var tokens in _task.Sequences)
            Near.AreSame(result.Model.Predict(tokens), again.Predict(tokens), "probabilities");
        Assert.AreEqual(1, result.Model.Predict([]).Sum(), 1e-6);
    }

    [TestMethod]
    public void EveryCutOfAFileIsRefused()
    {
        var content = Models.Bytes((_task with { Training = _task.Training with { MaximumEpochs = 1 } }).Run().Model);

        for (var length = 0; length < content.Length; length += 97)
            Assert.ThrowsExactly<FormatException>(() => Models.Classifier(content[..length]), $"{length} bytes");
    }

    /// <summary>
    /// The second token says whether the first or the third is the class: no sum over tokens tells, of whatever is made of each alone; where both differ, who reads once has to guess.
    /// </summary>
    [TestMethod]
    public void ReadingTwiceFindsWhatReadingOnceHasBeenToldOf()
    {
        var (sequences, labels) = Draw(1000, seed: 1);
        var (unseen, expected) = Draw(300, seed: 2);
        double Accuracy(int hops)
        {
            var task = With(_task with { Sequences = sequences, Labels = labels }, hops);
            task = task with
            {
                Network = task.Network with { EmbeddingSize = 16, HiddenSize = 32, Pooling = PoolingKind.Last },
                Training = task.Training with { MaximumEpochs = 15, LearningRate = 0.01f, ValidationFraction = 0 },
            };
            return task.Run().Model.Accuracy(unseen, expected);
        }

        Assert.IsGreaterThan(0.95, Accuracy(hops: 2));
        Assert.IsLessThan(0.8, Accuracy(hops: 1), "One reading has nothing to look up by.");

        static (int[][] Sequences, int[] Labels) Draw(int count, int seed)
        {
            var random = new Random(seed);
            int[][] sequences = [.. Enumerable.Range(0, count).Select(_ => (int[])[1 + random.Next(2), 3 + random.Next(2), 1 + random.Next(2)])];
            return (sequences, [.. sequences.Select(tokens => (tokens[1] == 3 ? tokens[0] : tokens[2]) - 1)]);
        }
    }

    [TestMethod]
    [DataRow(PoolingKind.Last)]
    [DataRow(PoolingKind.MeanMaxLast)]
    public void ContributionsAreThoseOfCentralDifferences(PoolingKind pooling)
    {
        const int Spare = ToyTask.VocabularySize;
        int[] text = [3, 7, 1, 9, 4, 4, 2];
        var network = _task.Network with { Pooling = pooling };
        var model = SequenceClassifier.Train(_task.Sequences, _task.Labels, ToyTask.Classes, Spare + 1, network, _task.Training).Model;
        var explainer = new ClassExplainer(model);
        var spare = new SpareToken(model.Parameters, Spare, step: 1e-3f);

        var explanation = explainer.Explain(text);

        double[] expected = [.. text.Select((token, t) => spare.Derivative(text, t, spare.Vector(token), tokens => explainer.Explain(tokens, explanation.Outcome).NetworkScore))];
        Near.AreNearToLargest(expected, [.. explanation.Contributions.Select(value => (double)value)], 0.02 * Math.Min(1, expected.Max(Math.Abs)), "contribution");
        Assert.IsGreaterThan(0, expected.Max(Math.Abs));
    }

    [TestMethod]
    public void WhatReadsTokenAfterTokenRefusesIt()
    {
        foreach (var train in (Action[])
        [
            () => LanguageModel.Train(_task.Sequences, ToyTask.VocabularySize, _task.Network, new LanguageModelOptions(), _task.Training),
            () => SequenceEncoder.Train(_task.Sequences, ToyTask.VocabularySize, _task.Network, _task.Training),
        ])
        {
            StringAssert.Contains(Assert.ThrowsExactly<ArgumentException>(train).Message, nameof(NetworkStructure.MemoryNetwork));
        }
        StringAssert.Contains(Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => (_task.Network with { Bidirectional = true }).Validate()).Message, nameof(NetworkStructure.MemoryNetwork));
    }

    [TestMethod]
    public void AnEstimateIsOfStoredActivations()
    {
        var estimate = ActivationMemory.Estimate(_task.Network, 4, 20);

        Assert.IsGreaterThan(0, estimate.Stored);
        Assert.IsNull(estimate.Reversible);
    }

    private static ToyTask With(ToyTask task, int hops) => task with { Network = task.Network with { Structure = NetworkStructure.MemoryNetwork, LayerCount = hops, Pooling = PoolingKind.Last } };
}
