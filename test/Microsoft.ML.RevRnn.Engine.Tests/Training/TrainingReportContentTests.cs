namespace Microsoft.ML.RevRnn.Engine.Tests;

/// <summary>A report as bytes: what was written is read, and nothing else is believed.</summary>
[TestClass]
internal sealed class TrainingReportContentTests
{
    private const int BestEpochOffset = 4;
    private const int StopOffset = 8;
    private const int TokensPerSecondOffset = 17;
    private const int EpochCountOffset = 73;

    private static readonly TrainingReport _report = new()
    {
        BestEpoch = 1,
        StopReason = TrainingStop.EarlyStopping,
        Elapsed = TimeSpan.FromSeconds(12.5),
        TokensPerSecond = 1234.5,
        PeakActivationBytes = 5_000_000_000,
        StoredActivationBytes = 50_000_000_000,
        LargestBatchRows = 64,
        LargestBatchSteps = 900,
        LostBits = 77,
        OptimalBits = 76.5,
        UnknownTokenShare = 0.03,
        Epochs =
        [
            new EpochReport(1, 1.5, 0.5, 1.25, 0.625)
            {
                ValidationMacroF1 = 0.375,
                Course = new EpochCourse
                {
                    LearningRate = 0.003, MeanGradientNorm = 0.75, LargestGradientNorm = 2.5, Elapsed = TimeSpan.FromSeconds(6), Batches = new(1, 2, 3, 4),
                },
            },
            new EpochReport(2, 1.0, 0.75, null, null),
        ],
    };

    [TestMethod]
    public void WhatWasWrittenIsRead()
    {
        var read = Read(Bytes(_report));

        CollectionAssert.AreEqual(_report.Epochs.ToArray(), read.Epochs.ToArray());
        CollectionAssert.AreEqual(_report.Epochs.Select(epoch => epoch.Course).ToArray(), read.Epochs.Select(epoch => epoch.Course).ToArray());
        Assert.AreEqual(_report with { Epochs = [] }, read with { Epochs = [] });
        Assert.IsNull(Read(Bytes(_report with { UnknownTokenShare = null })).UnknownTokenShare);
    }

    /// <summary>A report without one is as it was before there were word vectors.</summary>
    [TestMethod]
    public void TheShareOfTokensWithAVectorRaisesTheVersion()
    {
        var bytes = Bytes(_report with { VectorTokenShare = 0.75 });

        Assert.AreEqual(1, Bytes(_report)[0]);
        Assert.AreEqual(2, bytes[0]);
        Assert.AreEqual(0.75, Read(bytes).VectorTokenShare);
        Assert.AreEqual(2, Read(bytes).Epochs.Count);
        Assert.IsNull(Read(Bytes(_report)).VectorTokenShare);
        BitConverter.GetBytes(double.NaN).CopyTo(bytes, EpochCountOffset);
        StringAssert.Contains(Assert.ThrowsExactly<FormatException>(() => Read(bytes)).Message, "a number is NaN");
    }

    /// <summary>A report without any is as it was before batches were skipped.</summary>
    [TestMethod]
    public void SkippedBatchesRaiseTheVersionAndKeepTheRest()
    {
        var first = _report.Epochs[0];
        EpochReport[] epochs = [first with { ValidationScore = 0.5, Course = first.Course! with { SkippedBatches = 7, GradientReach = -1.5 } }, _report.Epochs[1]];
        foreach (var report in (TrainingReport[])
            [
                _report with { Epochs = epochs },
                _report with { Epochs = epochs, VectorTokenShare = 0.75, TranslationMemory = new TranslationMemory(1, 2, 3, 4) },
            ])
        {
            var bytes = Bytes(report);
            var read = Read(bytes);

            Assert.AreEqual(4, bytes[0]);
            Assert.AreEqual(7, read.SkippedBatches);
            CollectionAssert.AreEqual(report.Epochs.Select(epoch => epoch.Course).ToArray(), read.Epochs.Select(epoch => epoch.Course).ToArray());
            CollectionAssert.AreEqual(report.Epochs.ToArray(), read.Epochs.ToArray());
            Assert.AreEqual(report with { Epochs = [] }, read with { Epochs = [] });
        }
    }

    [TestMethod]
    [DataRow(-1)]
    [DataRow(10_001)]
    [DataRow(int.MaxValue)]
    [DataRow(5)]
    public void ACountThatCannotBeIsRefusedBeforeThereIsRoomForIt(int count)
    {
        var bytes = Bytes(_report);
        BitConverter.GetBytes(count).CopyTo(bytes, EpochCountOffset);

        StringAssert.Contains(Assert.ThrowsExactly<FormatException>(() => Read(bytes)).Message, $"it says that it has {count} epochs");
    }

    [TestMethod]
    public void WhatEndsEarlyIsRefused()
    {
        var bytes = Bytes(_report);
        for (var length = 0; length < bytes.Length; length++)
            Assert.ThrowsExactly<FormatException>(() => Read(bytes[..length]), $"{length} bytes");
    }

    [TestMethod]
    public void WhatCannotBeIsRefused()
    {
        AssertRefused("format version 5", bytes => bytes[0] = 5);
        AssertRefused("kept number 3", bytes => bytes[BestEpochOffset] = 3);
        AssertRefused("kept number -1", bytes => BitConverter.GetBytes(-1).CopyTo(bytes, BestEpochOffset));
        AssertRefused("for reason 9", bytes => bytes[StopOffset] = 9);
        AssertRefused("a count is -", bytes => bytes[StopOffset + 8] = 0xFF);
        AssertRefused("a number is NaN", bytes => BitConverter.GetBytes(double.NaN).CopyTo(bytes, TokensPerSecondOffset));

        static void AssertRefused(string message, Action<byte[]> forge)
        {
            var bytes = Bytes(_report);
            forge(bytes);
            StringAssert.Contains(Assert.ThrowsExactly<FormatException>(() => Read(bytes)).Message, message);
        }
    }

    private static byte[] Bytes(TrainingReport report)
    {
        using var stream = new MemoryStream();
        using (var writer = new BinaryWriter(stream))
            report.Save(writer);
        return stream.ToArray();
    }

    private static TrainingReport Read(byte[] bytes)
    {
        using var reader = new BinaryReader(new MemoryStream(bytes));
        return TrainingReport.Load(reader);
    }
}
