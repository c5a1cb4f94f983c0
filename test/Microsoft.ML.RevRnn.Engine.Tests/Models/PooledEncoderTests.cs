namespace Microsoft.ML.RevRnn.Engine.Tests;

/// <summary>What a classifier's scores are made of, as features.</summary>
[TestClass]
internal sealed class PooledEncoderTests
{
    private static readonly ToyTask _task = ToyTask.Learnable(40);

    /// <summary>The scores are W times the features, and b: so they are the pooled states, in the order of W's columns.</summary>
    [TestMethod]
    [DataRow(PoolingKind.MeanMax, false)]
    [DataRow(PoolingKind.MeanMax, true)]
    [DataRow(PoolingKind.Mean, false)]
    [DataRow(PoolingKind.Max, true)]
    [DataRow(PoolingKind.Last, false)]
    [DataRow(PoolingKind.Attention, true)]
    public void TheScoresAreALinearMapOfThem(PoolingKind pooling, bool bidirectional)
    {
        var model = Train(pooling, bidirectional);
        var encoder = new SequenceEncoder(model);
        var output = model.Parameters.Output;

        Assert.AreEqual(output.Weight.Columns, encoder.FeatureCount);
        foreach (var tokens in (int[][])[[], [3], [3, 1, 4, 1, 5, 9, 2, 6]])
        {
            var features = encoder.Encode(tokens);
            var scores = new double[ToyTask.Classes];
            for (var c = 0; c < scores.Length; c++)
            {
                scores[c] = output.Bias.At(0, c);
                for (var i = 0; i < features.Length; i++)
                    scores[c] += output.Weight.At(c, i) * features[i];
            }
            var sum = scores.Sum(Math.Exp);
            Near.AreNear(scores.Select(score => Math.Exp(score) / sum).ToArray(), Array.ConvertAll(model.Predict(tokens), p => (double)p), 1e-5, $"{tokens.Length} tokens");
        }
    }

    [TestMethod]
    public void TheyHaveNames()
    {
        var names = new SequenceEncoder(Train(PoolingKind.MeanMax, bidirectional: true)).FeatureNames;
        Assert.HasCount(4 * 16, names);
        Assert.AreEqual("mean.forward0 mean.backward15 max.forward0 max.backward15", string.Join(' ', names[0], names[31], names[32], names[63]));
        CollectionAssert.AreEqual(Enumerable.Range(0, 16).Select(i => $"last.h{i}").ToArray(), new SequenceEncoder(Train(PoolingKind.Last, false)).FeatureNames.ToArray());
        Assert.AreEqual("h0", _task.RunEncoder(null, new CancellationToken(true)).Model.FeatureNames[0]);
    }

    [TestMethod]
    [DataRow(PoolingKind.MeanMax, false)]
    [DataRow(PoolingKind.Attention, true)]
    public void TheyComeBackAsTheyWereSaved(PoolingKind pooling, bool bidirectional)
    {
        var encoder = new SequenceEncoder(Train(pooling, bidirectional));
        var content = Models.Bytes(encoder);
        var again = Models.Encoder(content);

        CollectionAssert.AreEqual(content, Models.Bytes(again));
        CollectionAssert.AreEqual(encoder.FeatureNames.ToArray(), again.FeatureNames.ToArray());
        Near.AreSame(encoder.Encode(3, 1, 4), again.Encode(3, 1, 4), "features");
        Assert.ThrowsExactly<FormatException>(() => Models.Classifier(content));
        Assert.ThrowsExactly<FormatException>(() => Models.Encoder(content[..^1]));
    }

    [TestMethod]
    public void ThoseOfAMultiLabelClassifierAreLikewise()
    {
        int[][] labels = [.. _task.Labels.Select(label => (int[])[label])];
        var model = MultiLabelClassifier.Train(_task.Sequences, labels, 3, ToyTask.VocabularySize, _task.Network, _task.Training with { MaximumEpochs = 1 }).Model;
        var features = new SequenceEncoder(model).Encode(3, 1, 4);
        var scores = new float[3];
        model.Score([3, 1, 4], scores);

        var (weight, bias) = model.Parameters.Output;
        for (var c = 0; c < 3; c++)
            Assert.AreEqual(scores[c], bias.At(0, c) + features.Select((feature, i) => feature * weight.At(c, i)).Sum(), 1e-5);
        Assert.ThrowsExactly<ArgumentNullException>(() => new SequenceEncoder((MultiLabelClassifier)null!));
        Assert.ThrowsExactly<ArgumentNullException>(() => new SequenceEncoder((SequenceClassifier)null!));
    }

    private static SequenceClassifier Train(PoolingKind pooling, bool bidirectional)
        => (_task with { Network = _task.Network with { Pooling = pooling, Bidirectional = bidirectional }, Training = _task.Training with { MaximumEpochs = 2 } }).Run().Model;
}
