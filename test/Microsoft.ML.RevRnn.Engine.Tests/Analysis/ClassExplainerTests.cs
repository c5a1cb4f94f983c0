using System.Numerics.Tensors;
using Microsoft.ML.RevRnn.Models;

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
    [DataRow(1)]
    [DataRow(3)]
    public void NGramsAreToldByToken(int wordLength)
    {
        var task = ToyTask.Learnable();
        var options = new NGramOptions { WordLength = wordLength };
        var examples = new ExampleOptions { NGrams = new NGramSet(options, [.. task.Sequences.Select(tokens => NGramVector.OfTokens(tokens, options))]) };
        var classifier = SequenceClassifier.Train(
            task.Sequences, task.Labels, ToyTask.Classes, ToyTask.VocabularySize, task.Network, task.Training with { MaximumEpochs = 2 }, examples: examples).Model;
        var explainer = new ClassExplainer(classifier);
        var part = classifier.NGramPart!;
        foreach (var text in task.Sequences.Take(10).Append([4]).Append([]))
        {
            var nGrams = PlacedNGrams.OfTokens(text, options);
            for (var label = 0; label < ToyTask.Classes; label++)
            {
                var explanation = explainer.Explain(text, nGrams, label);
                var without = explainer.Explain(text, label, nGrams: nGrams.Vector);
                Near.AreSame([without.NetworkScore, without.NGramScore, .. without.Contributions], [explanation.NetworkScore, explanation.NGramScore, .. explanation.Contributions], "the rest");
                Assert.IsNull(without.NGramContributions);
                Assert.AreEqual(without.NGramScore, without.NGramRest);
                Assert.AreEqual(part.NGramShare * part.Weights.Bias[label], explanation.NGramRest, 1e-4f);
                Near.AreNear(ByToken(part, text, options, label), [.. explanation.NGramContributions!.Select(value => (double)value)], 1e-5, "contribution of n-grams");
            }
        }
        Assert.ThrowsExactly<ArgumentException>(() => explainer.Explain([1, 2], PlacedNGrams.OfTokens([1], options)));
        Assert.ThrowsExactly<ArgumentException>(() => new ClassExplainer(task.Run().Model).Explain([1], PlacedNGrams.OfTokens([1], options)));
    }

    /// <summary>Each run that a token is of is looked up by itself: of its vector it is what shorter runs have not.</summary>
    private static double[] ByToken(NGramPart part, int[] text, NGramOptions options, int label)
    {
        var contributions = new double[text.Length];
        var (rows, values) = part.Weights.Project(NGramVector.OfTokens(text, options));
        var counts = NGramVector.OfTokens(text, options);
        for (var first = 0; first < text.Length; first++)
        {
            for (var n = 1; n <= options.WordLength && first + n <= text.Length; n++)
            {
                var run = text.AsSpan(first, n);
                var own = NGramVector.OfTokens(run, options).Hashes.ToArray()
                    .Except(NGramVector.OfTokens(run[1..], options).Hashes.ToArray()).Except(NGramVector.OfTokens(run[..^1], options).Hashes.ToArray()).ToArray();
                var (hash, value) = own.Length == 1 ? (own[0], n > 2 ? 0.5f : 1) : throw new InvalidOperationException("A run has one n-gram that its parts have not.");
                var of = counts.Values[counts.Hashes.IndexOf(hash)];
                // What the whole text's projection has of this n-gram, in as many parts as it occurs.
                var alone = part.Weights.Project(new NGramVector([hash], [1]));
                if (alone.Rows is not [var row])
                    continue;
                var index = Array.IndexOf(rows, row);
                var share = (double)values[index] * value / of;
                for (var t = first; t < first + n; t++)
                    contributions[t] += part.NGramShare * share * part.Weights.Values[row * ToyTask.Classes + label] / n;
            }
        }
        return contributions;
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
