using Microsoft.ML.RevRnn.Estimators;
using Microsoft.ML.RevRnn.Tests.Support;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.RevRnn.Tests.MLNet;

/// <summary>What components run in. TrainingContext takes the context's seed and GPU from it, and trainers tell it messages and errors.</summary>
[TestClass]
public sealed class HostTests
{
    [TestMethod]
    public void AHostHasTheSeedOfItsContext()
    {
        var host = ((IHostEnvironment)new MLContext(seed: 7)).Register("Trainer");
        Assert.AreEqual(7, TrainingContext.Complete(new TrainingOptions { Seed = null }, host).Seed);
        Assert.AreEqual(7, TrainingContext.Complete(new TrainingOptions { Seed = null }, host).Seed, "It is not used up.");
        Assert.AreEqual(7, TrainingContext.Complete(new TrainingOptions { Seed = null }, host.Register("Part")).Seed);
        Assert.AreEqual(5, TrainingContext.Complete(new TrainingOptions { Seed = 5 }, host).Seed);

        var unseeded = ((IHostEnvironment)new MLContext()).Register("Trainer");
        Assert.AreNotEqual(TrainingContext.Complete(new TrainingOptions { Seed = null }, unseeded).Seed, TrainingContext.Complete(new TrainingOptions { Seed = null }, unseeded).Seed);
    }

    [TestMethod]
    public void BracesInAMessageAreNoFormat()
    {
        var context = new MLContext(seed: 1);
        var warnings = new List<string>();
        context.Log += (_, e) =>
        {
            if (e.Kind == ChannelMessageKind.Warning)
                warnings.Add($"{e.Source}: {e.RawMessage}");
        };
        var rows = new RowsView(2, ("a b", 1), ("c d", 2), ("e", 0));
        var data = context.Transforms.CopyColumns("{1}", "Label").Fit(rows).Transform(rows);
        var options = Small.Classification();
        options.LabelColumnName = "{1}";
        options.Training = options.Training with { MaximumEpochs = 1 };

        context.MulticlassClassification.Trainers.RevLstm(options).Fit(data);

        CollectionAssert.Contains(warnings, "RevRnnClassificationTrainer; Training: Skipped 1 rows without a value in the label column '{1}'.");
    }

    [TestMethod]
    public void AnErrorIsMarkedWithWhereItCameFrom()
    {
        var context = new MLContext(seed: 1);
        var failure = Assert.ThrowsExactly<InvalidOperationException>(
            () => context.MulticlassClassification.Trainers.RevGru(Small.Classification()).Fit(new RowsView(2)));

        Assert.AreEqual("RevRnnClassificationTrainer", failure.Data["Throwing component"]);
        Assert.AreEqual("Training", failure.Data["Phase"]);
    }
}
