namespace Microsoft.ML.RevRnn.Engine.Tests;

[TestClass]
internal sealed class MultiLabelClassifierTests
{
    private const int Vocabulary = 9;
    private const int Labels = 3;

    private static readonly NetworkOptions _network = new() { Cell = CellKind.RevGru, EmbeddingSize = 8, HiddenSize = 16 };

    private static readonly TrainingOptions _training = new()
    {
        MaximumEpochs = 10,
        BatchSize = 16,
        LearningRate = 0.02f,
        Dropout = 0.1f,
        Seed = 1,
        ThreadCount = 2,
    };

    private static readonly int[][] _sequences = Sequences.Random(400, 2, 9, Vocabulary);

    /// <summary>Label k holds where token k occurs.</summary>
    private static readonly int[][] _labels = Array.ConvertAll(_sequences, sequence => Enumerable.Range(0, Labels).Where(label => sequence.Contains(label)).ToArray());

    [TestMethod]
    [DataRow(false, PoolingKind.MeanMax)]
    [DataRow(true, PoolingKind.Attention)]
    public void EachLabelIsToldByItself(bool bidirectional, PoolingKind pooling)
    {
        var model = Train(_network with { Bidirectional = bidirectional, Pooling = pooling }).Model;

        var right = 0;
        for (var i = 300; i < 400; i++)
        {
            var probabilities = Predict(model, _sequences[i]);
            for (var label = 0; label < Labels; label++)
                right += probabilities[label] > 0.5f == _labels[i].Contains(label) ? 1 : 0;
        }
        Assert.IsTrue(right > 0.9 * 100 * Labels, $"{right} of {100 * Labels}");
    }

    [TestMethod]
    public void ScoresAreLogOdds()
    {
        var model = Train(_network).Model;
        var scores = new float[Labels];
        model.Score(_sequences[0], scores);

        var probabilities = Predict(model, _sequences[0]);
        for (var label = 0; label < Labels; label++)
            Assert.AreEqual(1 / (1 + Math.Exp(-scores[label])), probabilities[label], 1e-6);
    }

    [TestMethod]
    public void OneLabelTellsYesFromNo()
    {
        int[][] labels = [.. _labels.Select(label => label.Contains(0) ? new[] { 0 } : [])];

        var (model, report) = MultiLabelClassifier.Train(_sequences, labels, 1, Vocabulary, _network, _training);

        Assert.AreEqual(1, model.LabelCount);
        Assert.IsTrue(report.Epochs[^1].ValidationAccuracy > 0.95);
    }

    [TestMethod]
    public void SavedAndLoadedItScoresTheSame()
    {
        foreach (var network in (NetworkOptions[])
            [_network, _network with { Bidirectional = true }, _network with { Pooling = PoolingKind.Attention }, _network with { Pooling = PoolingKind.Last, Bidirectional = true }])
        {
            var model = Train(network).Model;
            using var stream = new MemoryStream(Tests.Models.Bytes(model.Save));
            using var reader = new BinaryReader(stream);

            var loaded = MultiLabelClassifier.Load(reader);

            Assert.AreEqual(stream.Length, stream.Position);
            Assert.AreEqual(network, loaded.Network);
            CollectionAssert.AreEqual(Predict(model, _sequences[3]), Predict(loaded, _sequences[3]));
        }
    }

    [TestMethod]
    public void TheSameSeedGivesTheSameModelWhateverTheStrategyAndTheThreads()
    {
        var expected = Tests.Models.Bytes(Train(_network).Model.Save);

        var model = MultiLabelClassifier.Train(
            _sequences[..300], _labels[..300], Labels, Vocabulary, _network, _training with { ActivationStrategy = ActivationStrategy.Stored, ThreadCount = 1 }).Model;

        CollectionAssert.AreEqual(expected, Tests.Models.Bytes(model.Save));
    }

    [TestMethod]
    public void ALabelThatIsNamedTwiceHoldsOnce()
    {
        int[][] doubled = Array.ConvertAll(_labels[..300], labels => (int[])[.. labels, .. labels]);

        var model = MultiLabelClassifier.Train(_sequences[..300], doubled, Labels, Vocabulary, _network, _training).Model;

        CollectionAssert.AreEqual(Tests.Models.Bytes(Train(_network).Model.Save), Tests.Models.Bytes(model.Save));
    }

    [TestMethod]
    public void WhatDoesNotFitIsNamed()
    {
        StringAssert.Contains(Refused([[0], [3]]).Message, "Label 3 of sequence 1");
        StringAssert.Contains(Refused([[0], [-1]]).Message, "Label -1 of sequence 1");
        StringAssert.Contains(Refused([[0], null!]).Message, "sequence 1");
        StringAssert.Contains(Refused([[0]]).Message, "2 sequences");
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => MultiLabelClassifier.Train([[0]], [[]], 0, Vocabulary, _network, _training));

        ArgumentException Refused(int[][] labels) => Assert.ThrowsExactly<ArgumentException>(
            () => MultiLabelClassifier.Train([[1], [2]], labels, Labels, Vocabulary, _network, _training));
    }

    private static TrainingResult<MultiLabelClassifier> Train(NetworkOptions network)
        => MultiLabelClassifier.Train(_sequences[..300], _labels[..300], Labels, Vocabulary, network, _training);

    private static float[] Predict(MultiLabelClassifier model, int[] tokens)
    {
        var probabilities = new float[model.LabelCount];
        model.Predict(tokens, probabilities);
        return probabilities;
    }
}
