using Microsoft.ML.RevRnn.Training;

namespace Microsoft.ML.RevRnn.Engine.Tests;

/// <summary>What options leave open is decided by the size of the data, and what they say is done.</summary>
[TestClass]
internal sealed class SizeRulesTests
{
    private static readonly TrainingOptions _open = new() { Seed = 1 };

    [TestMethod]
    [DataRow(1, 0)]
    [DataRow(4, 0)]
    [DataRow(5, 1)]
    [DataRow(100, 20)]
    [DataRow(499, 99)]
    [DataRow(500, 100)]
    [DataRow(2_000, 100)]
    [DataRow(2_040, 102)]
    [DataRow(43_600, 2_180)]
    public void EnoughIsHeldBackToTellByIt(int sequences, int heldBack)
    {
        Assert.AreEqual(heldBack, _open.HeldBackOf(sequences));
        Assert.AreEqual(heldBack, HeldBack.Random(sequences, _open).Validation.Length);
        Assert.AreEqual(sequences / 4, (_open with { ValidationFraction = 0.25f }).HeldBackOf(sequences));
        Assert.AreEqual(0, (_open with { ValidationFraction = 0 }).HeldBackOf(sequences));
    }

    [TestMethod]
    [DataRow(1, 16, 240, 240)]
    [DataRow(80, 16, 48, 48)]
    [DataRow(400, 16, 10, 10)]
    [DataRow(1_023, 16, 8, 4)]
    [DataRow(1_024, 32, 8, 8)]
    [DataRow(1_900, 32, 8, 4)]
    [DataRow(2_048, 64, 8, 8)]
    [DataRow(6_573, 64, 8, 3)]
    [DataRow(1_000_000, 64, 8, 3)]
    public void FewSequencesAreTrainedOnOftenerInSmallerBatches(int sequences, int batchSize, int epochs, int patience)
    {
        var decided = _open.ForSequences(sequences, goesOn: false);

        Assert.AreEqual((batchSize, epochs, patience), (decided.Rows, decided.Epochs, decided.EpochsWaited));
        var goesOn = _open.ForSequences(sequences, goesOn: true);
        Assert.AreEqual((batchSize, 8, 3), (goesOn.Rows, goesOn.Epochs, goesOn.EpochsWaited));
    }

    [TestMethod]
    [DataRow(2, 240)]
    [DataRow(64 * 70 + 1, 240)]
    [DataRow(30 * 64 * 70 + 1, 8)]
    [DataRow(10_000_000, 8)]
    public void SoIsAStreamOfTokens(int tokens, int epochs)
    {
        var decided = _open.ForStreams(tokens, windowLength: 70, goesOn: false);

        Assert.AreEqual((64, epochs), (decided.Rows, decided.Epochs));
        Assert.AreEqual(tokens / 20, _open.HeldBackTokensOf(tokens));
    }

    [TestMethod]
    public void WhatIsSaidIsDone()
    {
        var said = _open with { BatchSize = 7, MaximumEpochs = 3, Patience = 2 };

        Assert.AreEqual(said, said.ForSequences(10, goesOn: false));
        Assert.AreEqual(said, said.ForStreams(10, 5, goesOn: true));
        Assert.AreEqual(20, (_open with { BatchSize = 1 }).ForSequences(12, goesOn: false).Epochs);
        Assert.AreEqual(20, (_open with { BatchSize = 1 }).EpochsFor(12));
        Assert.AreEqual(8, _open.EpochsForStreams(10_000_000, windowLength: 70));
    }

    [TestMethod]
    public void ATrainingShowsWhatWasDecided()
    {
        var task = ToyTask.Learnable(60);
        var training = task.Training with { BatchSize = null, MaximumEpochs = null, Patience = null, ValidationFraction = null, LearningRate = 0.01f };
        var epochs = 0;
        var report = (task with { Training = training }).Run(new Listener(progress => epochs = progress.EpochCount)).Report;

        // 48 of 60 sequences are three batches of 16.
        Assert.AreEqual(80, epochs);
        Assert.AreEqual(80, report.Epochs.Count);
        Assert.AreEqual(16, report.LargestBatchRows);
        Assert.IsNotNull(report.Epochs[0].ValidationLoss);
    }

    [TestMethod]
    public void WhereNobodyAskedTheDataAreLarge()
    {
        var large = _open.ForSequences(1_000_000, goesOn: false);

        Assert.AreEqual((large.Rows, large.Epochs, large.EpochsWaited), (_open.Rows, _open.Epochs, _open.EpochsWaited));
    }
}
