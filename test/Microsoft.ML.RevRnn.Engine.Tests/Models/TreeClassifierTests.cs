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

    /// <summary>Whether a text of 32 tokens ends as it began, which half of them do: no count of its tokens tells.</summary>
    [TestMethod]
    public void UnitsThatBeginAsCarriersTellWhetherATextEndsAsItBegan()
    {
        var network = new NetworkOptions { Structure = NetworkStructure.BalancedTree, EmbeddingSize = 16, HiddenSize = 32, Pooling = PoolingKind.Last };
        var training = _task.Training with { MaximumEpochs = 12, Seed = 1, BatchSize = 20, LearningRate = 5e-3f, Dropout = 0, ValidationFraction = 0 };
        var (sequences, labels) = Draw(count: 1000, seed: 1);
        var (unseen, expected) = Draw(count: 300, seed: 2);

        double Accuracy(float carry)
            => SequenceClassifier.Train(sequences, labels, 2, 4, network with { CarryFraction = carry }, training).Model.Accuracy(unseen, expected);

        Assert.IsGreaterThan(0.95, Accuracy(carry: 1));
        Assert.IsLessThan(0.6, Accuracy(carry: 0), "The start is what makes the difference.");

        static (int[][] Sequences, int[] Labels) Draw(int count, int seed)
        {
            var random = new Random(seed);
            int[][] sequences = [.. Enumerable.Range(0, count).Select(_ => Enumerable.Range(0, 32).Select(_ => random.Next(4)).ToArray())];
            foreach (var (i, tokens) in sequences.Index())
                tokens[^1] = (tokens[0] + (i % 2 == 0 ? 0 : random.Next(1, 4))) % 4;
            return (sequences, [.. sequences.Select(tokens => tokens[0] == tokens[^1] ? 1 : 0)]);
        }
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
