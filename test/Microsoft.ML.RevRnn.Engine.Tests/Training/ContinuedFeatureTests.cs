namespace Microsoft.ML.RevRnn.Engine.Tests;

/// <summary>Classifiers that read numbers with each sequence, trained further.</summary>
[TestClass]
internal sealed class ContinuedFeatureTests
{
    /// <summary>Sequences that are all the same, so that only the numbers tell the label.</summary>
    private static readonly ToyTask _task = ToyTask.Random(60) with { Sequences = [.. Enumerable.Repeat((int[])[5, 5, 5], 60)] };

    private static readonly float[][] _features = [.. _task.Labels.Select(label => (float[])[label == 1 ? 2_000 : 1_000, label == 2 ? 2 : 0])];

    /// <summary>Numbers of another mean and deviation: all as in one class.</summary>
    private static readonly float[][] _others = [.. Enumerable.Range(0, 60).Select(i => (float[])[2_000 + i % 2, 0])];

    private static readonly int[] _ones = [.. Enumerable.Repeat(1, 60)];

    private static readonly TrainingOptions _still = _task.Training with
    {
        MaximumEpochs = 1,
        Optimizer = OptimizerKind.Sgd,
        LearningRate = 1e-7f,
        MaximumGradientNorm = 1e-4f,
    };

    private static readonly TrainingOptions _on = _task.Training with { MaximumEpochs = 2, LearningRate = 1e-3f };

    [TestMethod]
    public void NumbersMeanWhatTheyDid()
    {
        var model = Classifier(_features).Model;
        var still = model.ContinueTraining(_task.Sequences, _ones, _still, new() { Features = _others }).Model;
        Assert.AreEqual(2, still.FeatureCount);
        CheckNear(Outputs(Predict(model)), Outputs(Predict(still)));

        int[][] labels = [.. _task.Labels.Select(label => (int[])(label == 0 ? [] : [label - 1]))];
        var ofSets = MultiLabelClassifier.Train(
            _task.Sequences, labels, 3, ToyTask.VocabularySize, _task.Network, _task.Training with { MaximumEpochs = 40 }, examples: new() { Features = _features }).Model;
        var stillOfSets = ofSets.ContinueTraining(_task.Sequences, labels, _still, new() { Features = _others }).Model;
        CheckNear(Outputs(Score(ofSets)), Outputs(Score(stillOfSets)));

        static Output Predict(SequenceClassifier model) => (tokens, features, scores, temperature) => model.Predict(tokens, features, scores, temperature);

        static Output Score(MultiLabelClassifier model) => (tokens, features, scores, _) =>
        {
            model.Score(tokens, features, scores);
            return 0;
        };
    }

    [TestMethod]
    public void TheLossGoesOnFromWhereItEnded()
    {
        var (model, report) = Classifier(_features);

        var on = model.ContinueTraining(_task.Sequences, _task.Labels, _on, new() { Features = _features }).Report;

        Assert.IsLessThan(report.Epochs[0].Loss / 2, on.Epochs[0].Loss);
        Assert.IsLessThan(on.Epochs[0].Loss, on.Epochs[1].Loss);
    }

    [TestMethod]
    public void ALoadedModelGoesOnToTheSameBytes()
    {
        var model = Classifier(_features).Model;
        using var reader = new BinaryReader(new MemoryStream(Models.Bytes(model)));
        var loaded = SequenceClassifier.Load(reader);

        CollectionAssert.AreEqual(Further(model, _on), Further(loaded, _on));
        CollectionAssert.AreNotEqual(Models.Bytes(model), Further(model, _on));
    }

    [TestMethod]
    public void ThereMustBeAsManyNumbers()
    {
        var (with, without) = (Classifier(_features).Model, Classifier(null).Model);
        CheckRefused(with, null, "Features has 0 numbers for each sequence, and the classifier that is trained further takes 2");
        CheckRefused(with, [.. _features.Select(ofRow => (float[])[.. ofRow, 1])], "has 3 numbers");
        CheckRefused(without, _features, "has 2 numbers for each sequence, and the classifier that is trained further takes 0");

        static void CheckRefused(SequenceClassifier model, float[][]? features, string part) => StringAssert.Contains(
            Assert.ThrowsExactly<ArgumentException>(() => model.ContinueTraining(_task.Sequences, _task.Labels, _on, new() { Features = features })).Message, part);
    }

    /// <summary>Numbers in another unit give the same weights, with another mean.</summary>
    [TestMethod]
    public void ACheckpointIsOfMeanAndDeviation()
    {
        using var folder = new TemporaryFolder();
        var (one, other) = (Classifier(_features).Model, Classifier([.. _features.Select(ofRow => Array.ConvertAll(ofRow, value => 1024 * value))]).Model);
        var training = _on with { CheckpointPath = folder["state"] };
        var expected = Further(one, training);

        Assert.ThrowsExactly<InvalidOperationException>(() => Further(other, training));
        CollectionAssert.AreEqual(expected, Further(one, training));
    }

    [TestMethod]
    public void AClassifiersEncoderIsNotTrainedFurtherWithoutLabels()
    {
        var encoder = new SequenceEncoder(Classifier(null).Model);

        Assert.IsTrue(encoder.IsOfClassifier);
        StringAssert.Contains(
            Assert.ThrowsExactly<InvalidOperationException>(() => encoder.ContinueTraining(_task.Sequences, _on)).Message, "train the classifier further");
        Assert.IsFalse(SequenceEncoder.Train(_task.Sequences, ToyTask.VocabularySize, _task.Network, _on).Model.IsOfClassifier);
    }

    private static TrainingResult<SequenceClassifier> Classifier(float[][]? features) => SequenceClassifier.Train(
        _task.Sequences,
        _task.Labels,
        ToyTask.Classes,
        ToyTask.VocabularySize,
        _task.Network,
        _task.Training with { MaximumEpochs = 40 },
        examples: new() { Features = features });

    private static byte[] Further(SequenceClassifier model, TrainingOptions training)
        => Models.Bytes(model.ContinueTraining(_task.Sequences, _task.Labels, training, new() { Features = _features }).Model);

    private static float[] Outputs(Output output)
    {
        var values = new float[3 * 3];
        for (var label = 0; label < 3; label++)
            output([5, 5, 5], [label == 1 ? 2_000 : 1_000, label == 2 ? 2 : 0], values.AsSpan(3 * label, 3), 1);
        return values;
    }

    private static void CheckNear(float[] expected, float[] actual)
    {
        for (var i = 0; i < expected.Length; i++)
            Assert.AreEqual(expected[i], actual[i], 1e-4f * Math.Max(1, Math.Abs(expected[i])));
    }

    private delegate int Output(ReadOnlySpan<int> tokens, ReadOnlySpan<float> features, Span<float> values, float temperature);
}
