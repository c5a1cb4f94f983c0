using System.Buffers.Binary;
using Microsoft.ML.RevRnn.Heads;
using Microsoft.ML.RevRnn.Training;

namespace Microsoft.ML.RevRnn.Engine.Tests;

/// <summary>Numbers that go with a sequence, joined to the pooled states of a classifier.</summary>
[TestClass]
internal sealed class FeatureTests
{
    /// <summary>Labels that do not follow from the sequences, which are all the same.</summary>
    private static readonly ToyTask _task = ToyTask.Random(90) with { Sequences = [.. Enumerable.Repeat((int[])[5, 5, 5], 90)] };

    /// <summary>Numbers from which they do, of which one says nothing.</summary>
    private static readonly float[][] _features = [.. _task.Labels.Select((label, i) => (float[])[label == 1 ? 2_000 : 1_000, label == 2 ? 0.001f : 0, i % 7])];

    [TestMethod]
    public void WhatOnlyTheNumbersTellIsTold()
    {
        var (model, report) = Train(_features);

        Assert.AreEqual(3, model.FeatureCount);
        Assert.AreEqual(1.0, report.Epochs[^1].ValidationAccuracy);
        for (var i = 0; i < 90; i++)
            Assert.AreEqual(_task.Labels[i], model.Predict([5, 5, 5], _features[i], new float[3]));
        Assert.IsTrue(Train(null).Report.Epochs[^1].ValidationAccuracy < 0.7, "Without there is chance.");
    }

    [TestMethod]
    public void WhatOnlyTheNumbersTellIsToldOfEachLabel()
    {
        int[][] labels = [.. _task.Labels.Select(label => label == 0 ? Array.Empty<int>() : [label - 1])];
        var model = MultiLabelClassifier.Train(
            _task.Sequences, labels, 2, ToyTask.VocabularySize, _task.Network, _task.Training with { MaximumEpochs = 40 }, examples: new() { Features = _features }).Model;

        var scores = new float[2];
        for (var i = 0; i < 90; i++)
        {
            model.Score([5, 5, 5], _features[i], scores);
            CollectionAssert.AreEqual(labels[i], Enumerable.Range(0, 2).Where(label => scores[label] > 0).ToArray());
        }
        Assert.AreEqual(3, model.FeatureCount);
        Assert.ThrowsExactly<ArgumentException>(() => model.Score([5], scores));
        Assert.ThrowsExactly<ArgumentException>(() => model.Predict([5], [1, 2, float.PositiveInfinity], scores));
        using var reader = new BinaryReader(new MemoryStream(Models.Bytes(model.Save)));
        var loaded = new float[2];
        MultiLabelClassifier.Load(reader).Score([5, 5, 5], _features[^1], loaded);
        Near.AreSame(scores, loaded, "scores");
    }

    /// <summary>z = (x - mean) / deviation, over what is trained on, of the numbers that are there.</summary>
    [TestMethod]
    public void NumbersAreStandardized()
    {
        float[][] features = [[1, 7, float.NaN], [3, 7, 5], [100, 100, 100], [5, 7, 9], [float.NaN, 7, float.NaN]];
        using var learned = DenseFeatures.Learn(2, features, [0, 1, 3, 4])!;
        var z = new float[3];
        // Means 3, 7 and 7; deviations of the root of 8 / 3, 1 and 2.
        learned.Standardize([7, 9, 3], z);

        Near.AreNear([4 / Math.Sqrt(8 / 3.0), 2, -2], Array.ConvertAll(z, value => (double)value), 1e-6, "z");
        learned.Standardize([float.NaN, float.NaN, float.NaN], z);
        CollectionAssert.AreEqual(new float[3], z);
        learned.Standardize([float.MaxValue, float.MinValue, 7], z);
        CollectionAssert.AreEqual(new float[] { 1e6f, -1e6f, 0 }, z);
        Assert.IsNull(DenseFeatures.Learn(2, null, [0]));
    }

    /// <summary>Nor do those that are held back change what is learned.</summary>
    [TestMethod]
    public void TheirUnitDoesNotMatter()
    {
        var plain = Train(_features, validation: 20).Model;
        // Times a power of two is exact.
        var scaled = Train([.. _features.Select(ofRow => Array.ConvertAll(ofRow, value => 1024 * value))], validation: 20).Model;
        var heldBack = Train([.. _features.Select((ofRow, i) => i < 70 ? ofRow : (float[])[1e9f, 0, float.NaN])], validation: 20, epochs: 1).Model;

        Near.AreSame(Predict(plain, _features[0]), Predict(scaled, Array.ConvertAll(_features[0], value => 1024 * value)), "probabilities");
        Near.AreSame(Predict(Train(_features, validation: 20, epochs: 1).Model, _features[0]), Predict(heldBack, _features[0]), "probabilities");
    }

    [TestMethod]
    public void ANumberThatIsAlwaysTheSameChangesNothing()
    {
        var without = Train(null).Model;
        var with = Train([.. _features.Select(_ => (float[])[42])]).Model;

        foreach (var value in (float[])[42, 43, float.NaN])
            Near.AreSame(without.Predict(3, 1, 4), Predict(with, [value]), "probabilities");
    }

    [TestMethod]
    public void AMissingNumberIsTheMean()
    {
        var model = Train(_features, validation: 0).Model;
        var mean = (float)_features.Average(ofRow => (double)ofRow[0]);

        Near.AreSame(Predict(model, [mean, 0, 3]), Predict(model, [float.NaN, 0, 3]), "probabilities");
        Assert.AreNotEqual(Predict(model, [2_000, 0, 3])[1], Predict(model, [float.NaN, 0, 3])[1]);
    }

    /// <summary>The accuracy of a training epoch is that of what dropout leaves: of numbers that were dropped nine times in ten it would be little above chance.</summary>
    [TestMethod]
    public void DropoutKeepsThem()
    {
        var report = Train(_features, training: _task.Training with { MaximumEpochs = 60, Dropout = 0.9f }).Report;

        Assert.AreEqual(1.0, report.Epochs[^1].Accuracy);
    }

    [TestMethod]
    public void SeveralThreadsGetTheSameProbabilities()
    {
        var model = Train(_features, epochs: 3).Model;
        var expected = Array.ConvertAll(_features, features => Predict(model, features));

        Parallel.For(0, 400, new ParallelOptions { MaxDegreeOfParallelism = 4 }, i => Near.AreSame(expected[i % 90], Predict(model, _features[i % 90]), "probabilities"));
    }

    [TestMethod]
    public void NeitherThreadsNorActivationMemoryChangeAModel()
    {
        var expected = Models.Bytes(Train(_features, training: Options(1, default)).Model);

        foreach (var (threads, strategy) in ((int, ActivationStrategy)[])[(2, default), (3, default), (2, ActivationStrategy.Stored), (1, ActivationStrategy.Hybrid)])
            CollectionAssert.AreEqual(expected, Models.Bytes(Train(_features, training: Options(threads, strategy)).Model), $"{threads} threads, {strategy}");

        static TrainingOptions Options(int threads, ActivationStrategy strategy)
            => _task.Training with { MaximumEpochs = 3, Dropout = 0.3f, WeightDecay = 0.01f, ThreadCount = threads, ActivationStrategy = strategy };
    }

    [TestMethod]
    public void ATrainingGoesOnFromItsCheckpointWithTheSameNumbersOnly()
    {
        using var folder = new TemporaryFolder();
        var training = _task.Training with { MaximumEpochs = 4 };
        var whole = Models.Bytes(Train(_features, training: training).Model);
        training = training with { CheckpointPath = folder["state"] };
        using var cancellation = new CancellationTokenSource();
        SequenceClassifier.Train(
            _task.Sequences, _task.Labels, ToyTask.Classes, ToyTask.VocabularySize, _task.Network, training, examples: new() { Features = _features },
            progress: new Listener(progress =>
            {
                if (progress is { Epoch: 2, EpochFraction: 1 })
                    cancellation.Cancel();
            }),
            cancellationToken: cancellation.Token);

        float[][] others = [.. _features.Select((ofRow, i) => i == 5 ? (float[])[ofRow[0], ofRow[1], 6.5f] : ofRow)];
        Assert.ThrowsExactly<InvalidOperationException>(() => Train(others, training: training));
        Assert.ThrowsExactly<InvalidOperationException>(() => Train(null, training: training));
        CollectionAssert.AreEqual(whole, Models.Bytes(Train(_features, training: training).Model));
    }

    [TestMethod]
    public void AModelComesBackAsItWasSaved()
    {
        foreach (var pooling in Enum.GetValues<PoolingKind>())
        {
            var model = Train(_features, network: _task.Network with { Pooling = pooling, Bidirectional = pooling == PoolingKind.Last }, epochs: 2).Model;
            var content = Models.Bytes(model);
            var again = Models.Classifier(content);

            Assert.AreEqual(4, content[0], "version");
            Assert.AreEqual(3, again.FeatureCount);
            Near.AreSame(Predict(model, _features[1]), Predict(again, _features[1]), "probabilities");
            CollectionAssert.AreEqual(content, Models.Bytes(again));
        }
        Assert.AreEqual(2, Models.Bytes(Train(null, epochs: 1).Model)[0], "version without numbers");
    }

    [TestMethod]
    public void ADamagedModelIsRefused()
    {
        var content = Models.Bytes(Train(_features, epochs: 1).Model);
        // Version, five bytes, five numbers, two bytes; then F and the moments.
        const int Count = 4 + 5 + 20 + 2;
        Assert.AreEqual(3, BinaryPrimitives.ReadInt32LittleEndian(content.AsSpan(Count)));
        foreach (var count in (int[])[-1, 4, 1_000_001, int.MaxValue])
            Refuse(Count, count);
        foreach (var mean in (float[])[float.NaN, float.NegativeInfinity])
            Refuse(Count + 4, BitConverter.SingleToInt32Bits(mean));
        foreach (var deviation in (float[])[float.NaN, float.PositiveInfinity, 0, -1])
            Refuse(Count + 4 + 12, BitConverter.SingleToInt32Bits(deviation));
        Assert.ThrowsExactly<FormatException>(() => Models.Classifier(content[..^1]));

        void Refuse(int at, int value)
        {
            var damaged = (byte[])content.Clone();
            BinaryPrimitives.WriteInt32LittleEndian(damaged.AsSpan(at), value);
            Assert.ThrowsExactly<FormatException>(() => Models.Classifier(damaged), $"{value} at {at}");
        }
    }

    [TestMethod]
    public void WrongNumbersAreNamed()
    {
        StringAssert.Contains(Refused([.. _features.Take(89)]), "89");
        StringAssert.Contains(Refused(Changed(7, [1, 2])), "sequence 7");
        StringAssert.Contains(Refused(Changed(7, null!)), "sequence 7");
        StringAssert.Contains(Refused(Changed(8, [1, float.NegativeInfinity, 2])), "Feature 1 of sequence 8");
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => Train([.. _features.Select(_ => Array.Empty<float>())]));
        var failure = Assert.ThrowsExactly<ArgumentException>(() => SequenceTagger.Train(
            _task.Sequences, _task.Sequences, 10, 10, _task.Network, _task.Training, examples: new() { Features = _features }));
        StringAssert.Contains(failure.Message, "tagger");

        var model = Train(_features, epochs: 1).Model;
        StringAssert.Contains(Assert.ThrowsExactly<ArgumentException>(() => model.Predict(1, 2)).Message, "must be 3");
        Assert.ThrowsExactly<ArgumentException>(() => Predict(model, [1, 2]));
        StringAssert.Contains(Assert.ThrowsExactly<ArgumentException>(() => Predict(model, [1, 2, float.PositiveInfinity])).Message, "Feature 2");
        Assert.ThrowsExactly<ArgumentException>(() => model.FitTemperature(_task.Sequences, _task.Labels));
        Assert.ThrowsExactly<ArgumentException>(() => model.FitTemperature(_task.Sequences, _task.Labels, [.. _features.Take(3)]));
        Assert.IsTrue(model.FitTemperature(_task.Sequences, _task.Labels, _features) > 0);

        static float[][] Changed(int at, float[] features) => [.. _features.Select((ofRow, i) => i == at ? features : ofRow)];

        static string Refused(float[][] features) => Assert.ThrowsExactly<ArgumentException>(() => Train(features)).Message;
    }

    /// <summary>The memory of numbers is in the account.</summary>
    [TestMethod]
    public void TheyTakeFromTheBudget()
    {
        var objective = new SequenceObjective(new SoftmaxLoss(_task.Labels), _task.Labels, _task.Training);
        using var with = NetworkParameters.OfSequences(new(_task.Network, 10), 3, DenseFeatures.Learn(3, _features, [0, 1]));
        using var without = NetworkParameters.OfSequences(new(_task.Network, 10), 3);

        Assert.AreEqual(16 * 3 * sizeof(float), objective.HeadBytes(with));
        Assert.AreEqual(0, objective.HeadBytes(without));
    }

    private static TrainingResult<SequenceClassifier> Train(
        float[][]? features, int? validation = null, int epochs = 40, TrainingOptions? training = null, NetworkOptions? network = null) => SequenceClassifier.Train(
        _task.Sequences, _task.Labels, ToyTask.Classes, ToyTask.VocabularySize, network ?? _task.Network, training ?? _task.Training with { MaximumEpochs = epochs },
        examples: new() { Features = features, ValidationCount = validation });

    private static float[] Predict(SequenceClassifier model, float[] features)
    {
        var probabilities = new float[model.ClassCount];
        model.Predict([3, 1, 4], features, probabilities);
        return probabilities;
    }
}
