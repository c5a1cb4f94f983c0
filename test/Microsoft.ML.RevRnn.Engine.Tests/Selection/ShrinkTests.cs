namespace Microsoft.ML.RevRnn.Engine.Tests;

/// <summary>Trained models made smaller.</summary>
[TestClass]
internal sealed class ShrinkTests
{
    [TestMethod]
    [DataRow(CellKind.RevLstm, NeuronSelectionMethod.HardConcrete)]
    [DataRow(CellKind.RevGru, NeuronSelectionMethod.HardConcrete)]
    [DataRow(CellKind.Lstm, NeuronSelectionMethod.HardConcrete)]
    [DataRow(CellKind.Gru, NeuronSelectionMethod.Magnitude)]
    [DataRow(CellKind.RevGru, NeuronSelectionMethod.Magnitude)]
    public void AClassifierWithHalfItsUnitsStillKnowsItsTask(CellKind cell, NeuronSelectionMethod method)
    {
        var task = ToyTask.Learnable();
        task = task with { Network = task.Network with { Cell = cell, HiddenSize = 32 } };
        var whole = task.Run().Model;
        var training = task.Training with { MaximumEpochs = 4 };
        var options = new ShrinkOptions { Method = method, SelectionEpochs = 6 };

        var (model, report) = whole.Shrink(task.Sequences, task.Labels, training, options);

        Assert.AreEqual(whole.Network with { HiddenSize = 16 }, model.Network);
        Assert.AreEqual((32, 16), (report.Before.Network.HiddenSize, report.After.Network.HiddenSize));
        Assert.AreEqual(report.Before.RecurrentCount, 4 * report.After.RecurrentCount);
        Assert.AreEqual(report.Before.EmbeddingCount, report.After.EmbeddingCount);
        Assert.IsTrue(report.Before.TimePerToken > TimeSpan.Zero && report.After.TimePerToken > TimeSpan.Zero);
        Assert.AreEqual(report.After.ParameterCount, model.Parameters.All.Sum(parameter => (long)parameter.Rows * parameter.Columns));
        Assert.AreEqual(method == NeuronSelectionMethod.HardConcrete ? 6 : null, report.Selection?.Epochs.Count);
        // What is held back is what was held back in training.
        Assert.AreEqual(Loss(whole), report.LossBefore!.Value, 1e-4);
        Assert.AreEqual(Loss(model), report.LossAfter!.Value, 1e-4);
        Assert.IsTrue(report.LossAfter < 0.3, $"{report.LossAfter}; {report.LossSelected} before training");

        double Loss(SequenceClassifier classifier)
        {
            var held = Training.HeldBack.Random(task.Sequences.Count, task.Training).Validation;
            return -held.Average(member => Math.Log(classifier.Predict(task.Sequences[member])[task.Labels[member]]));
        }
    }

    [TestMethod]
    public void TheFileOfASmallerModelIsSmallerAndGivesItBack()
    {
        var task = ToyTask.Learnable(60);
        var whole = task.Run().Model;
        var shrink = new ShrinkOptions { KeepFraction = 0.25f, InputKeepFraction = 0.5f, SelectionEpochs = 1 };
        var training = task.Training with { MaximumEpochs = 1 };

        var (model, _) = whole.Shrink(task.Sequences, task.Labels, training, shrink);

        Assert.AreEqual((4, 4), (model.Network.EmbeddingSize, model.Network.HiddenSize));
        var bytes = Models.Bytes(model);
        Assert.IsTrue(bytes.Length < 0.4 * Models.Bytes(whole).Length, $"{bytes.Length}");
        var loaded = Models.Classifier(bytes);
        CollectionAssert.AreEqual(bytes, Models.Bytes(loaded));
        CollectionAssert.AreEqual(model.Predict(1, 2, 3), loaded.Predict(1, 2, 3));
        // The same seed, the same bits, whatever the threads.
        CollectionAssert.AreEqual(bytes, Models.Bytes(whole.Shrink(task.Sequences, task.Labels, training with { ThreadCount = 2 }, shrink).Model));
    }

    [TestMethod]
    [DataRow(TextLayout.Streams, CellKind.RevLstm)]
    [DataRow(TextLayout.Documents, CellKind.Lstm)]
    public void ALanguageModelIsMadeSmaller(TextLayout layout, CellKind cell)
    {
        var task = LanguageTask.Counting();
        task = task with
        {
            Model = task.Model with { Layout = layout },
            Network = task.Network with { Cell = cell, HiddenSize = 24, LayerCount = 2 },
            Training = task.Training with { ValidationFraction = 0.2f },
        };
        var whole = task.Run().Model;

        var (model, report) = whole.Shrink(task.Texts, task.Model, task.Training with { MaximumEpochs = 16 }, new ShrinkOptions { SelectionEpochs = 5 });

        Assert.AreEqual(whole.Network with { HiddenSize = 12 }, model.Network);
        Assert.AreEqual(report.Before.RecurrentCount, 4 * report.After.RecurrentCount);
        Assert.IsTrue(report.LossAfter < report.LossBefore + 0.1, $"{report.LossBefore}, {report.LossSelected}, {report.LossAfter}");
        CollectionAssert.AreEqual(Models.Bytes(model), Models.Bytes(Models.LanguageModel(Models.Bytes(model))));
    }

    [TestMethod]
    public void APenaltyDecidesHowManyAreKept()
    {
        var task = ToyTask.Learnable(100);
        var whole = (task with { Network = task.Network with { HiddenSize = 24 } }).Run().Model;
        int Kept(float penalty) => whole.Shrink(
            task.Sequences, task.Labels, task.Training with { MaximumEpochs = 1 }, new ShrinkOptions { KeepFraction = null, Penalty = penalty, SelectionEpochs = 20 }).Model.Network.HiddenSize;

        Assert.AreEqual(24, Kept(0));
        Assert.IsTrue(Kept(30) < 12);
    }

    [TestMethod]
    public void WhatCannotBeCutIsRefusedWithAReason()
    {
        var task = LanguageTask.Counting(4);
        task = task with { Training = task.Training with { MaximumEpochs = 1 } };
        AssertRefused(task.Network with { TieEmbeddings = true }, new ShrinkOptions(), "TieEmbeddings is set");
        AssertRefused(task.Network with { TieEmbeddings = true, LayerCount = 2 }, new ShrinkOptions { InputKeepFraction = 0.5f }, "Leave InputKeepFraction at 1");
        AssertRefused(task.Network with { SkipConnections = true, EmbeddingSize = 16, LayerCount = 2 }, new ShrinkOptions(), "SkipConnections is set");
        AssertRefused(task.Network, new ShrinkOptions { KeepFraction = null, Method = NeuronSelectionMethod.Magnitude }, "KeepFraction is null");
        AssertRefused(task.Network, new ShrinkOptions { KeepFraction = 0 }, "KeepFraction is 0; it must be from 0.01 to 1");
        AssertRefused(task.Network, new ShrinkOptions { InputKeepFraction = 1.5f }, "InputKeepFraction is 1.5");
        AssertRefused(task.Network, new ShrinkOptions { SelectionEpochs = 0 }, "SelectionEpochs is 0");
        AssertRefused(task.Network, new ShrinkOptions { Penalty = -1 }, "Penalty is -1");

        void AssertRefused(NetworkOptions network, ShrinkOptions shrink, string reason)
        {
            var model = (task with { Network = network }).Run().Model;
            var failure = Assert.Throws<ArgumentException>(() => model.Shrink(task.Texts, task.Model, task.Training, shrink));
            StringAssert.Contains(failure.Message, reason);
        }
    }

    [TestMethod]
    public void ProgressIsToldAndCancellationHeard()
    {
        var task = ToyTask.Learnable(40);
        var whole = (task with { Training = task.Training with { MaximumEpochs = 1 } }).Run().Model;
        using var cancelled = new CancellationTokenSource();
        var told = new List<int>();
        var listener = new Listener(progress =>
        {
            told.Add(progress.Epoch);
            if (progress.Epoch == 2)
                cancelled.Cancel();
        });

        Assert.ThrowsExactly<OperationCanceledException>(() => whole.Shrink(
            task.Sequences, task.Labels, task.Training, new ShrinkOptions { SelectionEpochs = 3 }, progress: listener, cancellationToken: cancelled.Token));

        CollectionAssert.AreEqual((int[])[1, 2], told);
    }
}
