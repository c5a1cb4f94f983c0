using Microsoft.ML.RevRnn.Tests.Support;

namespace Microsoft.ML.RevRnn.Tests;

/// <summary>What the options of training do to binary classifiers, multi-label classifiers and taggers.</summary>
[TestClass]
public sealed class TrainerTests
{
    [TestMethod]
    [DataRow(TrainerKind.Binary)]
    [DataRow(TrainerKind.MultiLabel)]
    [DataRow(TrainerKind.Tagger)]
    public void SameSeedSameBits(TrainerKind kind)
    {
        CollectionAssert.AreEqual(Bytes(seed: 1, threads: 1), Bytes(seed: 1, threads: 2));
        CollectionAssert.AreNotEqual(Bytes(seed: 1, threads: 1), Bytes(seed: 2, threads: 1));

        byte[] Bytes(int seed, int threads)
        {
            var options = EachTrainer.Options(kind);
            options.Training = options.Training with { MaximumEpochs = 2, Dropout = 0.2f, ThreadCount = threads };
            return ModelFileImage.ContentWithoutReport(EachTrainer.Fit(new MLContext(seed), options));
        }
    }

    [TestMethod]
    [DataRow(TrainerKind.Binary)]
    [DataRow(TrainerKind.MultiLabel)]
    [DataRow(TrainerKind.Tagger)]
    public void ACancelledTrainingGivesAModel(TrainerKind kind)
    {
        using var cancellation = new CancellationTokenSource();
        var options = EachTrainer.Options(kind);
        options.CancellationToken = cancellation.Token;
        options.Progress = new Listener(progress =>
        {
            if (progress.EpochFraction >= 1)
                cancellation.Cancel();
        });

        var model = EachTrainer.Fit(new MLContext(seed: 1), options);

        Assert.AreEqual(TrainingStop.Cancelled, model.Report!.StopReason);
        Assert.HasCount(1, model.Report.Epochs);
    }

    [TestMethod]
    [DataRow(TrainerKind.Binary)]
    [DataRow(TrainerKind.MultiLabel)]
    [DataRow(TrainerKind.Tagger)]
    public void ALanguageModelIsAStart(TrainerKind kind)
    {
        var gradual = Fit(new FineTuningOptions { GradualUnfreezing = true });
        var atOnce = Fit(new FineTuningOptions { GradualUnfreezing = false });

        Assert.AreEqual(Trained.LanguageModel.Network, gradual.Network);
        CollectionAssert.AreNotEqual(Trained.ScoreBits(gradual), Trained.ScoreBits(atOnce), "How its layers are trained on is heard.");

        RevRnnPredictionTransformer Fit(FineTuningOptions fineTuning)
        {
            var options = EachTrainer.Options(kind);
            options.LanguageModel = Trained.LanguageModel;
            options.FineTuning = fineTuning;
            return EachTrainer.Fit(new MLContext(seed: 1), options);
        }
    }

    /// <summary>An interrupted training goes on to the same bits; that of other labels is not taken for it.</summary>
    [TestMethod]
    [DataRow(TrainerKind.Binary)]
    [DataRow(TrainerKind.MultiLabel)]
    [DataRow(TrainerKind.Tagger)]
    public void ATrainingGoesOnFromItsCheckpoint(TrainerKind kind)
    {
        using var folder = new TemporaryFolder();
        using var cancellation = new CancellationTokenSource();
        var options = EachTrainer.Options(kind);
        var whole = Trained.ScoreBits(EachTrainer.Fit(new MLContext(seed: 1), options));
        options.Training = options.Training with { CheckpointPath = folder.File("training.bin") };
        options.CancellationToken = cancellation.Token;
        options.Progress = new Listener(progress =>
        {
            if (progress.Epoch == 3)
                cancellation.Cancel();
        });
        var first = EachTrainer.Fit(new MLContext(seed: 1), options);
        Assert.AreEqual(TrainingStop.Cancelled, first.Report!.StopReason);

        options.CancellationToken = default;
        options.Progress = null;
        CollectionAssert.AreEqual(whole, Trained.ScoreBits(EachTrainer.Fit(new MLContext(seed: 1), options)));
        Assert.ThrowsExactly<InvalidOperationException>(() => EachTrainer.Fit(new MLContext(seed: 1), options, rows: 41));
    }
}
