using Microsoft.ML.RevRnn.Compute;
using Microsoft.ML.RevRnn.Heads;
using Microsoft.ML.RevRnn.Networks;
using Microsoft.ML.RevRnn.Training;
using Microsoft.ML.RevRnn.TrainingSupport;

namespace Microsoft.ML.RevRnn.Engine.Tests;

/// <summary>What the report says of how each epoch went.</summary>
[TestClass]
internal sealed class EpochCourseTests
{
    private static readonly ToyTask _task = ToyTask.Learnable(40);

    private static readonly TrainingOptions _training = _task.Training with { MaximumEpochs = 2, BatchSize = 8, ValidationFraction = 0, WarmUpFraction = 0 };

    [TestMethod]
    public void TheLearningRateIsThatOfTheLastBatch()
    {
        var epochs = Train(_training).Epochs;

        // Of 10 batches the 5th and the 10th, in their middle: 0.01 + 0.99 (1 - done) of the highest rate.
        Assert.AreEqual(0.02 * (0.01 + 0.99 * (1 - 0.45)), epochs[0].Course!.LearningRate, 1e-7);
        Assert.AreEqual(0.02 * (0.01 + 0.99 * (1 - 0.95)), epochs[1].Course!.LearningRate, 1e-7);
    }

    [TestMethod]
    public void NormsAreThoseThatTheTrainerGave()
    {
        int[] labels = [.. _task.Labels];
        using var parameters = NetworkParameters.OfSequences(new NetworkShape(_task.Network, ToyTask.VocabularySize), ToyTask.Classes);
        parameters.Initialize(1);
        using var device = new Device(threads: 1);
        var objective = new SequenceObjective(new SoftmaxLoss(labels), labels, _training);
        using var trainer = new NormsTrainer(new ManagedTrainer(parameters, objective, _training, device));
        var task = new SequenceTask(_task.Sequences, HeldBack.Random(_task.Sequences.Count, _training), trainer, objective, _training);

        var report = new TrainingLoop(task, _training, progress: null).Run(CancellationToken.None);

        Assert.HasCount(10, trainer.Norms);
        for (var i = 0; i < 2; i++)
        {
            double[] norms = [.. trainer.Norms.Skip(5 * i).Take(5)];
            Assert.AreEqual(norms.Average(), report.Epochs[i].Course!.MeanGradientNorm, 1e-12);
            Assert.AreEqual(norms.Max(), report.Epochs[i].Course!.LargestGradientNorm);
        }
    }

    [TestMethod]
    [DataRow(ActivationStrategy.Stored)]
    [DataRow(ActivationStrategy.Checkpointed)]
    [DataRow(ActivationStrategy.Reversible)]
    [DataRow(ActivationStrategy.Hybrid)]
    public void EachBatchIsCountedOnceWithItsStrategy(ActivationStrategy strategy)
    {
        foreach (var bidirectional in new[] { false, true })
        {
            var task = _task with { Network = _task.Network with { Bidirectional = bidirectional }, Training = _training with { ActivationStrategy = strategy } };
            foreach (var epoch in task.Run().Report.Epochs)
            {
                Assert.AreEqual(5, epoch.Course!.Batches[strategy]);
                Assert.AreEqual(5, epoch.Course.Batches[ActivationStrategy.Auto]);
            }
        }
    }

    [TestMethod]
    public void AutoStoresShortBatchesAndReversesLongOnesWithinABudget()
    {
        // Eight batches of 4 steps fit when stored, one of 400 does not, and is not stored.
        var sequences = Sequences.Random(64, 4, 4, ToyTask.VocabularySize).Concat(Sequences.Random(8, 400, 400, ToyTask.VocabularySize)).ToArray();
        var needs = ActivationMemory.Estimate(_task.Network, 8, 400, bitsPerForgetGate: 3);
        var training = _training with
        {
            MaximumEpochs = 1,
            ActivationStrategy = ActivationStrategy.Auto,
            MemoryBudget = (needs.Stored + needs.Reversible!.Value) / 2,
        };

        var report = SequenceClassifier.Train(
            sequences, Sequences.Labels(sequences.Length), ToyTask.Classes, ToyTask.VocabularySize, _task.Network, training).Report;

        Assert.AreEqual(new StrategyCounts(8, 0, 1, 0), report.Epochs[0].Course!.Batches);
        Assert.AreEqual(8, report.LargestBatchRows);
        Assert.AreEqual(400, report.LargestBatchSteps);
    }

    [TestMethod]
    public void TimesOfEpochsAreWithinThatOfTheRun()
    {
        var report = Train(_training);

        Assert.IsTrue(report.Epochs.All(epoch => epoch.Course!.Elapsed > TimeSpan.Zero));
        Assert.IsTrue(report.Epochs.Aggregate(TimeSpan.Zero, (sum, epoch) => sum + epoch.Course!.Elapsed) <= report.Elapsed);
    }

    [TestMethod]
    public void EpochsOfTheSameResultsAreEqual()
    {
        var epoch = Train(_training).Epochs[0];

        Assert.AreEqual(epoch, epoch with { Course = null });
        Assert.AreEqual(epoch.GetHashCode(), (epoch with { Course = null }).GetHashCode());
        Assert.AreNotEqual(epoch, epoch with { Loss = epoch.Loss + 1 });
    }

    private static TrainingReport Train(TrainingOptions training) => (_task with { Training = training }).Run().Report;

    /// <summary>Remembers the norms that another trainer gives.</summary>
    private sealed class NormsTrainer(INetworkTrainer trainer) : ForwardingTrainer(trainer)
    {
        public List<double> Norms { get; } = [];

        public override double Step(float learningRate, float weightDecay, float maximumGradientNorm)
        {
            var norm = base.Step(learningRate, weightDecay, maximumGradientNorm);
            Norms.Add(norm);
            return norm;
        }
    }
}
