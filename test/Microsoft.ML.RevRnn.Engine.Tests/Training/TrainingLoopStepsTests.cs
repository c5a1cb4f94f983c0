using Microsoft.ML.RevRnn.Heads;
using Microsoft.ML.RevRnn.Training;

namespace Microsoft.ML.RevRnn.Engine.Tests;

/// <summary>What the loop asks of a trainer, batch by batch.</summary>
[TestClass]
internal sealed class TrainingLoopStepsTests
{
    private static readonly int[][] _sequences = Sequences.Random(40, 2, 9);

    private static readonly TrainingOptions _options = new()
    {
        MaximumEpochs = 4,
        BatchSize = 4,
        LearningRate = 0.5f,
        WeightDecay = 0.125f,
        MaximumGradientNorm = 0.75f,
        ValidationFraction = 0.25f,
        Patience = 100,
        Seed = 1,
    };

    [TestMethod]
    [DataRow(LearningRateSchedule.Linear)]
    [DataRow(LearningRateSchedule.Cosine)]
    [DataRow(LearningRateSchedule.Constant)]
    public void EachStepHasTheScheduledRateOfItsMiddleAndTheOptionsDecayAndNorm(LearningRateSchedule kind)
    {
        var options = _options with { Schedule = kind, WarmUpFraction = 0.2f };
        using var trainer = Run(options);

        var schedule = new RateSchedule(options);
        Assert.AreEqual(4 * 8, trainer.Steps.Count);
        for (var i = 0; i < trainer.Steps.Count; i++)
        {
            var (rate, decay, norm) = trainer.Steps[i];
            Assert.AreEqual(schedule.Rate((i + 0.5) / trainer.Steps.Count), rate, 1e-6f, $"rate of step {i}");
            Assert.AreEqual(0.125f, decay);
            Assert.AreEqual(0.75f, norm);
        }
    }

    [TestMethod]
    public void EachEpochTakesAllSequencesInAnotherOrder()
    {
        using var trainer = Run(_options);

        int[][] epochs = [.. trainer.Batches.Chunk(8).Select(batches => batches.SelectMany(batch => batch.Sequences).ToArray())];
        Assert.AreEqual(4, epochs.Length);
        var held = HeldBack.Random(_sequences.Length, _options);
        foreach (var epoch in epochs)
            CollectionAssert.AreEquivalent(held.Training, epoch);
        for (var epoch = 1; epoch < epochs.Length; epoch++)
            CollectionAssert.AreNotEqual(epochs[epoch - 1], epochs[epoch], $"The order of epoch {epoch + 1} is that of the one before.");
    }

    [TestMethod]
    public void NoTwoBatchesHaveTheSameRandomNumbers()
    {
        using var trainer = Run(_options);
        using var other = Run(_options with { Seed = 2 });

        Assert.AreEqual(2 * 4 * 8, trainer.Batches.Concat(other.Batches).Select(batch => batch.Seed).Distinct().Count());
    }

    [TestMethod]
    public void WithLittleTimeTheRateFallsWithTheTime()
    {
        // Of 10,000 epochs hardly any are done when the time is up.
        using var trainer = Run(
            _options with { MaximumEpochs = 10_000, MaximumMinutes = 0.4 / 60, WarmUpFraction = 0 }, TimeSpan.FromMilliseconds(20), TimeSpan.Zero);

        var rates = trainer.Steps.ConvertAll(step => step.Rate);
        CollectionAssert.AreEqual(rates.OrderDescending().ToArray(), rates);
        // The last batch begins before the end and ends at most one batch before it, however long each one takes.
        Assert.IsTrue(rates[^1] < 0.5 * _options.LearningRate, $"{rates[^1]}");
    }

    [TestMethod]
    public void TokensASecondAreOfTheTimeOfTrainingAlone()
    {
        TrainingReport? report = null;
        using var trainer = Run(_options, TimeSpan.FromMilliseconds(1), TimeSpan.FromMilliseconds(10), done => report = done);

        var tokens = trainer.Batches.Sum(batch => batch.Sequences.Sum(sequence => _sequences[sequence].Length));
        var seconds = tokens / report!.TokensPerSecond;
        Assert.IsTrue(seconds > 0.001 * trainer.Batches.Count, $"{seconds}");
        Assert.IsTrue(seconds <= (report.Elapsed - trainer.ValidationTime).TotalSeconds, $"{seconds} of {report.Elapsed}, {trainer.ValidationTime} of it for validation");
    }

    [TestMethod]
    public void AShorterWindowHasALowerRate()
    {
        var model = new LanguageModelOptions { WindowLength = 20, VariesWindowLength = true };
        var options = _options with { Schedule = LearningRateSchedule.Constant, WarmUpFraction = 0 };
        using var trainer = new RecordingTrainer(NetworkParameters.OfNextTokens(new StackSetup().Shape));
        var objective = new NextTokenObjective(new long[11], model, options);
        var task = new StreamTask((Sequences.Random(1, 2_000, 2_000)[0], []), model, trainer, objective, options);

        new TrainingLoop(task, options, null).Run(default);

        Assert.IsTrue(trainer.Batches.Select(batch => batch.Steps).Distinct().Count() > 5);
        foreach (var (batch, step) in trainer.Batches.Zip(trainer.Steps))
            Assert.AreEqual(options.LearningRate * batch.Steps / model.WindowLength, step.Rate, 1e-6f);
    }

    private static RecordingTrainer Run(
        TrainingOptions options, TimeSpan timeOfTraining = default, TimeSpan timeOfValidation = default, Action<TrainingReport>? reported = null)
    {
        var trainer = new RecordingTrainer(NetworkParameters.OfSequences(new StackSetup().Shape, 2))
        {
            TimeOfTraining = timeOfTraining,
            TimeOfValidation = timeOfValidation,
        };
        var labels = new int[_sequences.Length];
        var task = new SequenceTask(
            _sequences, HeldBack.Random(_sequences.Length, options), trainer, new SequenceObjective(new SoftmaxLoss(labels), labels, options), options);
        var report = new TrainingLoop(task, options, null).Run(default);
        reported?.Invoke(report);
        return trainer;
    }
}
