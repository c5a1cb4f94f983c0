using System.Numerics.Tensors;

namespace Microsoft.ML.RevRnn.Engine.Tests;

/// <summary>What each token adds to a class's score: its scores are the classifier's, its sum of parts by central differences, for every pooling and direction.</summary>
[TestClass]
internal sealed class ClassExplainerTests
{
    private const int Spare = ToyTask.VocabularySize;

    private static readonly int[] _text = [3, 7, 1, 0, 9, 4, 4, 2];

    public static IEnumerable<object[]> Heads =>
        from pooling in Enum.GetValues<PoolingKind>() from bidirectional in (bool[])[false, true] select new object[] { pooling, bidirectional };

    [TestMethod]
    [DynamicData(nameof(Heads))]
    public void ContributionsAreThoseOfCentralDifferences(PoolingKind pooling, bool bidirectional)
    {
        var classifier = Train(new NetworkOptions { Cell = CellKind.Lstm, EmbeddingSize = 6, HiddenSize = 12, Pooling = pooling, Bidirectional = bidirectional });
        var explainer = new ClassExplainer(classifier);
        var spare = new SpareToken(classifier.Parameters, Spare, step: 1e-3f);

        var explanation = explainer.Explain(_text);

        var probabilities = new float[ToyTask.Classes];
        classifier.Predict(_text, probabilities);
        Assert.AreEqual(TensorPrimitives.IndexOfMax<float>(probabilities), explanation.Outcome);
        var expected = _text.Select((token, t) => spare.Derivative(_text, t, spare.Vector(token), tokens => explainer.Explain(tokens, explanation.Outcome).NetworkScore)).ToArray();
        Near.AreNearToLargest(expected, [.. explanation.Contributions.Select(value => (double)value)], 0.02 * Math.Min(1, expected.Max(Math.Abs)), "contribution");
        Assert.IsGreaterThan(0, expected.Max(Math.Abs));
    }

    [TestMethod]
    [DataRow(CellKind.RevLstm, false)]
    [DataRow(CellKind.RevGru, true)]
    public void EveryStrategyGivesTheSameBits(CellKind cell, bool bidirectional)
    {
        var classifier = Train(new NetworkOptions { Cell = cell, EmbeddingSize = 6, HiddenSize = 12, LayerCount = 2, Bidirectional = bidirectional });
        var text = Sequences.Random(1, 500, 500, ToyTask.VocabularySize)[0];
        var expected = Explain(ActivationStrategy.Stored);

        foreach (var strategy in (ActivationStrategy[])[ActivationStrategy.Reversible, ActivationStrategy.Hybrid, ActivationStrategy.Auto])
            Near.AreSame([.. expected.Contributions], [.. Explain(strategy).Contributions], $"{strategy}");

        ClassExplanation Explain(ActivationStrategy strategy)
            => new ClassExplainer(classifier, new ConnectivityOptions { ActivationStrategy = strategy, MemoryBudget = 1 << 20 }).Explain(text, 1);
    }

    [TestMethod]
    public void ScoresAreThoseOfTheClassifierToTheBit()
    {
        var task = ToyTask.Learnable();
        int[][] labels = [.. task.Labels.Select(label => (int[])[label])];
        var classifier = MultiLabelClassifier.Train(task.Sequences, labels, ToyTask.Classes, ToyTask.VocabularySize, task.Network, task.Training).Model;
        var explainer = new ClassExplainer(classifier);
        var scores = new float[ToyTask.Classes];
        foreach (var text in task.Sequences.Take(20).Append([]))
        {
            classifier.Score(text, scores);
            for (var label = 0; label < ToyTask.Classes; label++)
            {
                var explanation = explainer.Explain(text, label);
                Near.AreSame([scores[label]], [explanation.Score], "score");
                Assert.HasCount(text.Length, explanation.Contributions);
            }
            Assert.AreEqual(TensorPrimitives.IndexOfMax<float>(scores), explainer.Explain(text).Outcome);
        }
    }

    [TestMethod]
    public void TheTokenThatDecidesStandsOut()
    {
        // A text's first token is its class, whatever follows.
        var task = ToyTask.Learnable();
        var explainer = new ClassExplainer(task.Run().Model, new ConnectivityOptions());

        var first = task.Sequences.Count(text => explainer.Explain(text).Contributions.Index().MaxBy(value => value.Item).Index == 0);

        Assert.IsGreaterThan(0.7 * task.Sequences.Count, first);
    }

    [TestMethod]
    public void NGramsAreToldApart()
    {
        var task = ToyTask.Learnable();
        var options = new NGramOptions();
        NGramVector[] nGrams = [.. task.Sequences.Select(tokens => NGramVector.OfTokens(tokens, options))];
        var examples = new ExampleOptions { NGrams = new NGramSet(options, nGrams) };
        var classifier = SequenceClassifier.Train(
            task.Sequences, task.Labels, ToyTask.Classes, ToyTask.VocabularySize, task.Network, task.Training, examples: examples).Model;
        var explainer = new ClassExplainer(classifier);
        var probabilities = new float[ToyTask.Classes];

        classifier.Predict(task.Sequences[0], [], probabilities, nGrams: nGrams[0]);
        ClassExplanation[] all = [.. Enumerable.Range(0, ToyTask.Classes).Select(label => explainer.Explain(task.Sequences[0], label, nGrams: nGrams[0]))];

        var normal = all.Sum(explanation => Math.Exp(explanation.Score));
        Near.AreNear([.. probabilities.Select(value => (double)value)], [.. all.Select(explanation => Math.Exp(explanation.Score) / normal)], 1e-5, "probability");
        Assert.AreNotEqual(0f, all[0].NGramScore);
        Assert.ThrowsExactly<ArgumentException>(() => explainer.Explain(task.Sequences[0]));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => explainer.Explain(task.Sequences[0], ToyTask.Classes, nGrams: nGrams[0]));
    }

    [TestMethod]
    public void ManyThreadsGetWhatOneGets()
    {
        var task = ToyTask.Learnable();
        var explainer = new ClassExplainer(task.Run().Model);
        var expected = task.Sequences.Select(text => explainer.Explain(text).Contributions.ToArray()).ToArray();

        Parallel.For(0, expected.Length, i => Near.AreSame(expected[i], [.. explainer.Explain(task.Sequences[i]).Contributions], $"text {i}"));
    }

    private static SequenceClassifier Train(NetworkOptions network)
    {
        var task = ToyTask.Learnable();
        return SequenceClassifier.Train(
            task.Sequences, task.Labels, ToyTask.Classes, ToyTask.VocabularySize + 1, network, task.Training with { MaximumEpochs = 4 }).Model;
    }
}
