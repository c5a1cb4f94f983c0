namespace Microsoft.ML.RevRnn.Engine.Tests;

/// <summary>Models of several labels, of a class for each token and of features, made smaller.</summary>
[TestClass]
internal sealed class ShrinkHeadsTests
{
    private static readonly ToyTask _task = ToyTask.Learnable();

    private static readonly ShrinkOptions _half = new() { SelectionEpochs = 6 };

    [TestMethod]
    [DataRow(1)]
    [DataRow(2)]
    public void AClassifierOfLabelsStillKnowsWhichHold(int labelCount)
    {
        int[][] labels = [.. _task.Sequences.Select(tokens => Enumerable.Range(0, labelCount).Where(label => tokens[label] % 2 == 0).ToArray())];
        var whole = MultiLabelClassifier.Train(_task.Sequences, labels, labelCount, ToyTask.VocabularySize, Wide(CellKind.RevGru), _task.Training).Model;

        var (model, report) = whole.Shrink(_task.Sequences, labels, _task.Training with { MaximumEpochs = 8 }, _half);

        AssertHalved(whole.Network, model.Network, report);
        Assert.AreEqual(labelCount, model.LabelCount);
        Assert.IsGreaterThan(0.9, Accuracy(model));
        var content = Models.Bytes(model);
        Assert.IsLessThan(Models.Bytes(whole).Length, content.Length);
        CollectionAssert.AreEqual(content, Models.Bytes(Models.MultiLabel(content)));
        // The same seed, the same bits, whatever the threads.
        CollectionAssert.AreEqual(content, Models.Bytes(whole.Shrink(_task.Sequences, labels, _task.Training with { MaximumEpochs = 8, ThreadCount = 2 }, _half).Model));

        double Accuracy(MultiLabelClassifier classifier)
        {
            var probabilities = new float[labelCount];
            var correct = 0;
            for (var i = 0; i < labels.Length; i++)
            {
                classifier.Predict(_task.Sequences[i], probabilities);
                correct += Enumerable.Range(0, labelCount).Count(label => probabilities[label] > 0.5f == labels[i].Contains(label));
            }
            return (double)correct / (labels.Length * labelCount);
        }
    }

    [TestMethod]
    [DataRow(FeedbackKind.None, false, NeuronSelectionMethod.HardConcrete)]
    [DataRow(FeedbackKind.None, true, NeuronSelectionMethod.HardConcrete)]
    [DataRow(FeedbackKind.Output, false, NeuronSelectionMethod.Magnitude)]
    public void ATaggerStillKnowsTheClassOfEachToken(FeedbackKind feedback, bool bidirectional, NeuronSelectionMethod method)
    {
        // The class of a token is that of the token before it.
        int[][] labels = [.. _task.Sequences.Select(tokens => tokens.Select((_, t) => t == 0 ? 0 : tokens[t - 1] % 2).ToArray())];
        var network = Wide(CellKind.RevLstm) with { Feedback = feedback, Bidirectional = bidirectional };
        var whole = SequenceTagger.Train(_task.Sequences, labels, 2, ToyTask.VocabularySize, network, _task.Training).Model;

        var (model, report) = whole.Shrink(_task.Sequences, labels, _task.Training with { MaximumEpochs = 8 }, _half with { Method = method });

        AssertHalved(whole.Network, model.Network, report);
        Assert.AreEqual(feedback, model.Network.Feedback);
        var content = Models.Bytes(model);
        CollectionAssert.AreEqual(content, Models.Bytes(Models.Tagger(content)));
        var correct = 0;
        for (var i = 0; i < labels.Length; i++)
        {
            var probabilities = new float[2 * labels[i].Length];
            model.Predict(_task.Sequences[i], probabilities);
            correct += labels[i].Where((label, t) => probabilities[2 * t + label] > 0.5f).Count();
        }
        Assert.IsGreaterThan(0.9, (double)correct / labels.Sum(ofText => ofText.Length));
    }

    [TestMethod]
    public void AnEncoderHasFewerFeatures()
    {
        var training = _task.Training with { MaximumEpochs = 2 };
        var whole = SequenceEncoder.Train(_task.Sequences, ToyTask.VocabularySize, Wide(CellKind.RevGru), training).Model;

        var (model, report) = whole.Shrink(_task.Sequences, training, new ShrinkOptions { SelectionEpochs = 2 });

        AssertHalved(whole.Network, model.Network, report);
        Assert.AreEqual(whole.FeatureCount, 2 * model.FeatureCount);
        Assert.IsTrue(report.LossAfter < report.LossBefore + 0.2, $"{report.LossBefore}, {report.LossSelected}, {report.LossAfter}");
        var content = Models.Bytes(model);
        CollectionAssert.AreEqual(content, Models.Bytes(Models.Encoder(content)));
    }

    [TestMethod]
    public void WhatCannotBeCutIsRefusedWithAReason()
    {
        var training = _task.Training with { MaximumEpochs = 1 };
        var network = Wide(CellKind.RevGru) with { SkipConnections = true, EmbeddingSize = 32, LayerCount = 2 };
        int[][] labels = [.. _task.Sequences.Select(tokens => new int[tokens.Length])];
        var encoder = SequenceEncoder.Train(_task.Sequences, ToyTask.VocabularySize, network, training).Model;
        var tagger = SequenceTagger.Train(_task.Sequences, labels, 2, ToyTask.VocabularySize, network, training).Model;
        var memories = MultiLabelClassifier.Train(
            _task.Sequences, labels, 1, ToyTask.VocabularySize, Wide(CellKind.RevGru) with { Structure = NetworkStructure.MemoryNetwork }, training).Model;

        StringAssert.Contains(Assert.ThrowsExactly<ArgumentException>(() => encoder.Shrink(_task.Sequences, training)).Message, "SkipConnections is set");
        StringAssert.Contains(Assert.ThrowsExactly<ArgumentException>(() => tagger.Shrink(_task.Sequences, labels, training)).Message, "SkipConnections is set");
        StringAssert.Contains(Assert.ThrowsExactly<ArgumentException>(() => memories.Shrink(_task.Sequences, labels, training)).Message, nameof(NetworkStructure.MemoryNetwork));
        var ofClassifier = new SequenceEncoder(memories);
        StringAssert.Contains(Assert.ThrowsExactly<InvalidOperationException>(() => ofClassifier.Shrink(_task.Sequences, training)).Message, "make the classifier smaller");
        using var cancelled = new CancellationTokenSource();
        cancelled.Cancel();
        Assert.Throws<OperationCanceledException>(() => SequenceEncoder.Train(_task.Sequences, ToyTask.VocabularySize, Wide(CellKind.RevGru), training).Model
            .Shrink(_task.Sequences, training, cancellationToken: cancelled.Token));
    }

    private static NetworkOptions Wide(CellKind cell) => _task.Network with { Cell = cell, HiddenSize = 32 };

    private static void AssertHalved(NetworkOptions whole, NetworkOptions smaller, ShrinkReport report)
    {
        Assert.AreEqual(whole with { HiddenSize = 16 }, smaller);
        Assert.AreEqual(report.Before.RecurrentCount, 4 * report.After.RecurrentCount);
        Assert.IsTrue(report.Before.TimePerToken > TimeSpan.Zero && report.After.TimePerToken > TimeSpan.Zero);
    }
}
