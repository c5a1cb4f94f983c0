using Microsoft.ML.RevRnn.Training;

namespace Microsoft.ML.RevRnn.Engine.Tests;

/// <summary>Learning rates by hand-computed values.</summary>
[TestClass]
internal sealed class RateScheduleTests
{
    [TestMethod]
    [DataRow(LearningRateSchedule.Linear, 0.325, 0.01 + 0.99 * 0.75)]
    [DataRow(LearningRateSchedule.Linear, 0.55, 0.505)]
    [DataRow(LearningRateSchedule.Linear, 1.0, 0.01)]
    // Half a cosine: (1 - cos(pi left)) / 2 is 0.853553 at 0.75, a half at a half and 0.146447 at 0.25.
    [DataRow(LearningRateSchedule.Cosine, 0.325, 0.855018)]
    [DataRow(LearningRateSchedule.Cosine, 0.55, 0.505)]
    [DataRow(LearningRateSchedule.Cosine, 0.775, 0.154982)]
    [DataRow(LearningRateSchedule.Cosine, 1.0, 0.01)]
    [DataRow(LearningRateSchedule.Constant, 0.55, 1.0)]
    [DataRow(LearningRateSchedule.Constant, 1.0, 1.0)]
    [DataRow(LearningRateSchedule.NonMonotone, 1.0, 1.0)]
    public void AfterWarmingUpTheRateFallsAlongItsCurve(LearningRateSchedule kind, double done, double factor)
    {
        var schedule = Schedule(kind);
        Assert.AreEqual(0, schedule.Rate(0));
        Assert.AreEqual(4 * 0.25f, schedule.Rate(0.025), 1e-6f);
        Assert.AreEqual(4, schedule.Rate(0.1), 1e-6f);
        Assert.AreEqual(4 * factor, schedule.Rate(done), 1e-5);
        Assert.IsFalse(schedule.HasEnded);
    }

    [TestMethod]
    public void WithoutWarmingUpTheRateIsHighestFromTheStart()
    {
        var schedule = new RateSchedule(new TrainingOptions { LearningRate = 2, WarmUpFraction = 0 });

        Assert.AreEqual(2, schedule.Rate(0), 1e-6f);
        Assert.AreEqual(2 * 0.505f, schedule.Rate(0.5), 1e-6f);
    }

    [TestMethod]
    public void ANonMonotoneRateFallsWhenALossIsAboveTheBestOfTheEpochsButTheLast()
    {
        var schedule = Schedule(LearningRateSchedule.NonMonotone, epochs: 2);
        var expected = 4f;
        foreach (var (loss, falls) in ((double, bool)[])
            [
                // Two epochs are not looked at, and there must be one before them.
                (5, false), (9, false), (8, false),
                // Above 5.
                (5.5, true),
                // Not above the 5 of the first two; then below all.
                (5, false), (4, false),
                // The 4 is one of the last two, and the best before is 5.
                (4.5, false), (4.5, false),
                (4.1, true), (4.1, true), (3, false),
            ])
        {
            schedule.EndEpoch(loss);
            expected *= falls ? 0.25f : 1;
            Assert.AreEqual(expected, schedule.Rate(0.5), 1e-6f, $"after {loss}");
        }
    }

    [TestMethod]
    public void ANonMonotoneRateEndsBelowATwoThousandth()
    {
        var schedule = Schedule(LearningRateSchedule.NonMonotone, epochs: 1);
        schedule.EndEpoch(1);
        schedule.EndEpoch(1);
        // A quarter to the fifth is 1 / 1,024, to the sixth 1 / 4,096.
        for (var fall = 1; fall <= 6; fall++)
        {
            Assert.IsFalse(schedule.HasEnded, $"before fall {fall}");
            schedule.EndEpoch(2);
        }
        Assert.IsTrue(schedule.HasEnded);
    }

    [TestMethod]
    [DataRow(LearningRateSchedule.NonMonotone, null)]
    [DataRow(LearningRateSchedule.Linear, 9.0)]
    [DataRow(LearningRateSchedule.Cosine, 9.0)]
    [DataRow(LearningRateSchedule.Constant, 9.0)]
    public void LossesDoNotMatterToOthersNorWithoutValidation(LearningRateSchedule kind, double? loss)
    {
        var schedule = Schedule(kind, epochs: 1);
        var before = schedule.Rate(0.5);
        for (var epoch = 0; epoch < 20; epoch++)
            schedule.EndEpoch(epoch == 0 && loss != null ? 1 : loss);

        Assert.AreEqual(before, schedule.Rate(0.5));
        Assert.IsFalse(schedule.HasEnded);
    }

    [TestMethod]
    public void TrainingEndsWhenTheRateHasEnded()
    {
        var task = ToyTask.Random(30);
        var report = (task with
        {
            Training = task.Training with
            {
                Schedule = LearningRateSchedule.NonMonotone,
                NonMonotoneEpochs = 1,
                MaximumEpochs = 300,
                Patience = 1,
                ValidationFraction = 0.3f,
            },
        }).Run().Report;

        Assert.AreEqual(TrainingStop.RateExhausted, report.StopReason);
        var losses = report.Epochs.Select(epoch => epoch.ValidationLoss!.Value).ToArray();
        var falls = Enumerable.Range(2, losses.Length - 2).Where(i => losses[i] > losses[..(i - 1)].Min()).ToArray();
        Assert.AreEqual(6, falls.Length);
        Assert.AreEqual(losses.Length - 1, falls[^1]);
    }

    private static RateSchedule Schedule(LearningRateSchedule kind, int epochs = 5) =>
        new(new TrainingOptions { LearningRate = 4, WarmUpFraction = 0.1f, Schedule = kind, NonMonotoneEpochs = epochs });
}
