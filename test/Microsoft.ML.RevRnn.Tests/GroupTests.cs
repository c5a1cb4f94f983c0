using System.Text.Json;
using Microsoft.ML.RevRnn.Tests.Support;

namespace Microsoft.ML.RevRnn.Tests;

/// <summary>Estimators that ranks fit together, each in a context of its own.</summary>
[TestClass]
public sealed class GroupTests
{
    [TestMethod]
    public void AClassifierOfTwoRanksIsThatOfOne()
    {
        string[] Fit(IGradientGroup? group)
        {
            var options = Small.Classification();
            options.NGrams = new();
            options.Training = options.Training with { Shards = 4, Group = group, Dropout = 0.2f, MaximumEpochs = 3 };
            return Bits.Lines(new MLContext(seed: 1).MulticlassClassification.Trainers.RevLstm(options).Fit(Trained.Keyed()).Transform(Trained.Keyed()), "Score");
        }
        var expected = Fit(null);

        foreach (var actual in ThreadGroup.Run(2, Fit))
            CollectionAssert.AreEqual(expected, actual);
    }

    [TestMethod]
    public void WithoutASeedAllRanksTakeRankZeros()
    {
        var scores = ThreadGroup.Run(2, group =>
        {
            var options = Small.LanguageModel();
            options.Training = options.Training with { Shards = 2, Group = group, Dropout = 0.2f, MaximumEpochs = 2 };
            return Bits.Lines(new MLContext().Transforms.Text.RevLanguageModel(options).Fit(Trained.Data()).Transform(Trained.Data()), "Perplexity");
        });

        CollectionAssert.AreEqual(scores[0], scores[1]);
    }

    [TestMethod]
    public void EpochsOfATranslationAreChosenByRankZerosBleu()
    {
        var reports = ThreadGroup.Run(2, group =>
        {
            var options = Small.Translation();
            options.SelectsByBleu = true;
            options.Training = options.Training with { Shards = 2, Group = group, MaximumEpochs = 2 };
            return new MLContext().Transforms.Text.RevTranslation(options).Fit(PairData.Data()).Report!;
        });

        Assert.IsNotNull(reports[0].Epochs[0].ValidationScore);
        CollectionAssert.AreEqual(reports[0].Epochs.ToArray(), reports[1].Epochs.ToArray());
        Assert.AreEqual(reports[0].BestEpoch, reports[1].BestEpoch);
    }

    [TestMethod]
    public void AGroupIsNoOptionToKeep()
        => ThreadGroup.Run(2, group =>
        {
            Assert.DoesNotContain("\"Group\"", JsonSerializer.Serialize(new RevLanguageModelOptions { Training = new() { Shards = 2, Group = group } }));
            return 0;
        });

    [TestMethod]
    public void ShardsOnAGpuAreRefusedOrFallBack()
    {
        var options = Small.Classification();
        options.Training = options.Training with { Shards = 2, MaximumEpochs = 1, GpuDeviceId = 0 };
        var trainer = new MLContext(seed: 1).MulticlassClassification.Trainers.RevLstm(options);

        StringAssert.Contains(Assert.ThrowsExactly<NotSupportedException>(() => trainer.Fit(Trained.Keyed())).Message, "Shards");

        options.Training = options.Training with { FallbackToCpu = true };
        StringAssert.Contains(new MLContext(seed: 1) { FallbackToCpu = true }.MulticlassClassification.Trainers.RevLstm(options).Fit(Trained.Keyed()).Report!.FallbackReason, "Shards");
    }
}
