namespace Microsoft.ML.RevRnn.Engine.Tests;

/// <summary>What is noted of a classifier's states is what they are, and the scores beside are its own.</summary>
[TestClass]
internal sealed class StateTracerTests
{
    [TestMethod]
    [DataRow(CellKind.RevLstm)]
    [DataRow(CellKind.Gru)]
    public void SumsAreThoseOfTheStates(CellKind cell)
    {
        var classifier = Train(new NetworkOptions { Cell = cell, EmbeddingSize = 6, HiddenSize = 12, Pooling = PoolingKind.Last, LayerCount = 2 });
        // Of a network that pools by the last state, the features of a text's beginning are the state there.
        var encoder = new SequenceEncoder(classifier);
        var tracer = new StateTracer(classifier, new CoverageOptions { WindowLength = 7 });
        foreach (var length in (int[])[1, 6, 7, 8, 100])
        {
            var text = Sequences.Random(1, length, length, ToyTask.VocabularySize, seed: length)[0];
            double Sum(int step)
            {
                if (step < 0)
                    return 0;
                var state = new float[12];
                encoder.Encode(text.AsSpan(0, step + 1), state);
                return state.Sum(value => (double)value);
            }

            var trace = tracer.Trace(text);

            Near.AreNear([.. Enumerable.Range(length - 7, 7).Select(Sum)], [.. trace.Sums], 1e-12, $"sum, length {length}");
            Assert.AreEqual(Sum(length - 8), trace.SumBefore, 1e-12);
        }
    }

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public void ScoresAreThoseOfTheClassifierToTheBit(bool bidirectional)
    {
        var task = ToyTask.Learnable();
        int[][] labels = [.. task.Labels.Select(label => (int[])[label])];
        var network = task.Network with { Bidirectional = bidirectional };
        var classifier = MultiLabelClassifier.Train(task.Sequences, labels, ToyTask.Classes, ToyTask.VocabularySize, network, task.Training with { MaximumEpochs = 3 }).Model;
        var tracer = new StateTracer(classifier);
        var scores = new float[ToyTask.Classes];
        foreach (var text in task.Sequences.Take(20).Append([]))
        {
            classifier.Score(text, scores);
            Near.AreSame(scores, [.. tracer.Trace(text).Scores], "score");
        }
    }

    [TestMethod]
    public void NGramsCountWhereTheyAreRead()
    {
        var task = ToyTask.Learnable();
        var options = new NGramOptions();
        NGramVector[] nGrams = [.. task.Sequences.Select(tokens => NGramVector.OfTokens(tokens, options))];
        var examples = new ExampleOptions { NGrams = new NGramSet(options, nGrams) };
        var classifier = SequenceClassifier.Train(
            task.Sequences, task.Labels, ToyTask.Classes, ToyTask.VocabularySize, task.Network, task.Training with { MaximumEpochs = 2 }, examples: examples).Model;
        var tracer = new StateTracer(classifier);
        var explainer = new ClassExplainer(classifier);

        var scores = tracer.Trace(task.Sequences[0], nGrams: nGrams[0]).Scores;

        for (var label = 0; label < ToyTask.Classes; label++)
            Assert.AreEqual(explainer.Explain(task.Sequences[0], label, nGrams: nGrams[0]).Score, scores[label], 1e-5f);
        Assert.ThrowsExactly<ArgumentException>(() => tracer.Trace(task.Sequences[0]));
        Assert.ThrowsExactly<ArgumentException>(() => tracer.Trace([ToyTask.VocabularySize], nGrams: nGrams[0]));
    }

    [TestMethod]
    public void NeighboursAreThoseOfTheLeastAngle()
    {
        var classifier = Train(new NetworkOptions { EmbeddingSize = 3, HiddenSize = 8 });
        var table = classifier.Parameters.Encoder.Embedding.Value;
        for (var token = 0; token < ToyTask.VocabularySize; token++)
        {
            table.At(token, 0) = 1 + token;
            table.At(token, 1) = (1 + token) * 0.1f * token;
            table.At(token, 2) = token == 5 ? -100 : 0;
        }

        var nearest = new TokenNeighbours(classifier).Nearest(3, 4);

        CollectionAssert.AreEqual(new[] { 4, 2, 6, 7 }, nearest.Select(neighbour => neighbour.Token).ToArray());
        Assert.AreEqual((1 + 0.3 * 0.4) / Math.Sqrt(1.09 * 1.16), nearest[0].Cosine, 1e-6);
        Assert.HasCount(ToyTask.VocabularySize - 3, new TokenNeighbours(classifier).Nearest(3, 100), "Neither itself nor a reserved token.");
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new TokenNeighbours(classifier).Nearest(ToyTask.VocabularySize, 1));
    }

    private static SequenceClassifier Train(NetworkOptions network)
    {
        var task = ToyTask.Learnable();
        return SequenceClassifier.Train(task.Sequences, task.Labels, ToyTask.Classes, ToyTask.VocabularySize, network, task.Training with { MaximumEpochs = 1 }).Model;
    }
}
