using Microsoft.ML.RevRnn.Compute;
using Microsoft.ML.RevRnn.Heads;
using Microsoft.ML.RevRnn.Networks;
using Microsoft.ML.RevRnn.Training;

namespace Microsoft.ML.RevRnn.Engine.Tests;

/// <summary>A batch in shards gives the same bits whatever number of ranks share them.</summary>
[TestClass]
internal sealed class ShardedTrainingTests
{
    [TestMethod]
    [DataRow("classifier", GradientFormat.Single, 1)]
    [DataRow("classifier", GradientFormat.BFloat16, 2)]
    [DataRow("encoder", GradientFormat.Single, 1)]
    [DataRow("documents", GradientFormat.Single, 3)]
    [DataRow("streams", GradientFormat.Single, 1)]
    [DataRow("streams", GradientFormat.BFloat16, 2)]
    public void AnyNumberOfRanksGivesTheSameBits(string kind, GradientFormat format, int batchesPerStep)
    {
        var run = CheckpointedRun.Of(kind).With(training => training with { Shards = 4, GradientFormat = format, BatchesPerStep = batchesPerStep });
        var (model, report) = run.Run();

        foreach (var ranks in (int[])[1, 2, 3, 4])
        {
            foreach (var (actual, actualReport) in Ranks(run, ranks))
            {
                CollectionAssert.AreEqual(model, actual, $"{ranks} ranks");
                CollectionAssert.AreEqual(report.Epochs.ToArray(), actualReport.Epochs.ToArray());
                Assert.AreEqual(report.LostBits, actualReport.LostBits);
            }
        }
    }

    [TestMethod]
    [DataRow("classifier")]
    [DataRow("streams")]
    public void OneShardIsABatchAsItIs(string kind)
    {
        var run = CheckpointedRun.Of(kind);
        var (model, _) = run.Run();

        CollectionAssert.AreEqual(model, Ranks(run.With(training => training with { Shards = 1, BatchesPerStep = 1 }), 1).Single().Model);
        // And others are not, or nothing would have been tried.
        CollectionAssert.AreNotEqual(model, run.With(training => training with { Shards = 2 }).Run().Model);
        CollectionAssert.AreNotEqual(model, run.With(training => training with { BatchesPerStep = 2 }).Run().Model);
        CollectionAssert.AreNotEqual(model, run.With(training => training with { GradientFormat = GradientFormat.BFloat16 }).Run().Model);
    }

    [TestMethod]
    [DataRow(2, 1)]
    [DataRow(8, 1)]
    [DataRow(1, 2)]
    [DataRow(64, 1)]
    public void WithoutDropoutShardsAndBatchesOfAStepAreOneBatchButForRounding(int shards, int batchesPerStep)
    {
        var task = ToyTask.Learnable(64, shortest: 7, longest: 7);
        // Each epoch is one step of all 48 sequences; of a cell in floats, for rows of reversible ones share digits with those beside them.
        task = task with
        {
            Network = task.Network with { Cell = CellKind.Lstm },
            Training = task.Training with { MaximumEpochs = 2, BatchSize = 48, ValidationFraction = 0.25f, WarmUpFraction = 0, Optimizer = OptimizerKind.Sgd },
        };
        var whole = task.Run().Report;
        var cut = (task with
        {
            Training = task.Training with { Shards = shards, BatchesPerStep = batchesPerStep, BatchSize = 48 / batchesPerStep },
        }).Run().Report;

        foreach (var (expected, actual) in whole.Epochs.Zip(cut.Epochs))
        {
            Assert.AreEqual(expected.ValidationLoss!.Value, actual.ValidationLoss!.Value, 1e-6);
            Assert.AreEqual(expected.Loss, actual.Loss, 1e-6);
            Assert.AreEqual(expected.Course!.MeanGradientNorm, actual.Course!.MeanGradientNorm, 1e-4 * expected.Course!.MeanGradientNorm);
        }
    }

    [TestMethod]
    public void ShardsWithoutRowsChangeNothingForAnyRank()
    {
        // Batches of 3 sequences, and streams of 2 rows, in 8 shards.
        foreach (var kind in (string[])["classifier", "streams"])
        {
            var run = CheckpointedRun.Of(kind).With(training => training with { Shards = 8, BatchSize = kind == "streams" ? 2 : 3, MaximumEpochs = 2 });
            var (model, _) = run.Run();

            foreach (var (actual, _) in Ranks(run, 8))
                CollectionAssert.AreEqual(model, actual);
        }
    }

    [TestMethod]
    public void WhateverLearnsAndIsCountedIsShared()
    {
        // Dense token vectors, weights of classes, several labels, macro F1.
        var toy = ToyTask.Random(60);
        var training = toy.Training with { MaximumEpochs = 3, Shards = 4, Dropout = 0.2f, ValidationMetric = ValidationMetric.MacroF1 };
        var examples = new ExampleOptions { Weights = [.. Enumerable.Range(0, 60).Select(i => 0.5f + i % 4)] };
        (byte[], EpochReport[]) Train(TrainingOptions options)
        {
            var result = SequenceClassifier.Train(toy.Sequences, toy.Labels, ToyTask.Classes, ToyTask.VocabularySize, toy.Network, options, examples: examples);
            return (Models.Bytes(result.Model), [.. result.Report.Epochs]);
        }
        var (model, epochs) = Train(training);

        foreach (var (actual, actualEpochs) in ThreadGroup.Run(2, group => Train(training with { Group = group })))
        {
            CollectionAssert.AreEqual(model, actual);
            CollectionAssert.AreEqual(epochs, actualEpochs);
        }
        Assert.IsNotNull(epochs[^1].ValidationMacroF1);
    }

    [TestMethod]
    [DataRow(FeedbackKind.None)]
    [DataRow(FeedbackKind.Output)]
    public void TaggersAreSharedToo(FeedbackKind feedback)
    {
        var sequences = Sequences.Random(40, 1, 12, 20);
        var labels = Array.ConvertAll(sequences, tokens => Array.ConvertAll(tokens, token => token % 3));
        var options = new TrainingOptions { MaximumEpochs = 2, BatchSize = 8, Shards = 4, Seed = 4, ThreadCount = 1, ValidationFraction = 0.2f, Dropout = 0.1f };
        var network = new NetworkOptions { EmbeddingSize = 8, HiddenSize = 12, Feedback = feedback };
        byte[] Train(TrainingOptions training) => Models.Bytes(SequenceTagger.Train(sequences, labels, 3, 20, network, training).Model.Save);
        var expected = Train(options);

        foreach (var actual in ThreadGroup.Run(3, group => Train(options with { Group = group })))
            CollectionAssert.AreEqual(expected, actual);
    }

    [TestMethod]
    public void AShardWhoseLossIsNoNumberHasTheStepSkippedOnAllRanks()
    {
        var results = ThreadGroup.Run(2, group =>
        {
            // A sequence a shard, of which one has the only token 9.
            int[][] sequences = [[1, 2], [2, 3], [3, 4], [9, 5]];
            int[] labels = [0, 1, 0, 1];
            var options = new TrainingOptions { Shards = 4, BatchSize = 4, Group = group, Seed = 1, Dropout = 0 };
            var network = new NetworkOptions { Cell = CellKind.Lstm, EmbeddingSize = 4, HiddenSize = 8 };
            using var parameters = NetworkParameters.OfSequences(new NetworkShape(network, 10), 2);
            parameters.Initialize(1);
            using var device = new Device(threads: 1);
            var objective = new SequenceObjective(new SoftmaxLoss(labels), labels, options);
            using var trainer = new ManagedTrainer(parameters, objective, options, device);
            using var task = new ShardedTask(new SequenceTask(sequences, HeldBack.Last(4, 0), trainer, objective, options), options);
            task.BeginEpoch(1);
            var whole = task.Train(0, 7);
            trainer.DiscardGradients();
            ref var value = ref parameters.Encoder.Embedding.Value.At(9, 0);
            var kept = value;
            value = float.NaN;
            var broken = task.Train(0, 7);
            var isClear = parameters.Dense.All(parameter => parameter.Gradients.IndexOfAnyExcept(0f) < 0);
            value = kept;
            return (broken.IsUsable, isClear, whole == task.Train(0, 7));
        });

        foreach (var result in results)
            Assert.AreEqual((false, true, true), result);
    }

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public void TranslationsAreSharedToo(bool sharesVocabulary)
    {
        var sources = Sequences.Random(40, 2, 12, 20);
        var pairs = Array.ConvertAll(sources, tokens => Array.ConvertAll(tokens, token => token * 3 % 20));
        var options = new TrainingOptions { MaximumEpochs = 2, BatchSize = 8, Shards = 4, Seed = 4, ThreadCount = 1, ValidationFraction = 0.2f, Dropout = 0.1f };
        var network = new NetworkOptions { EmbeddingSize = 8, HiddenSize = 12 };
        var model = new TranslationOptions { SharedVocabulary = sharesVocabulary, SliceSize = 4 };
        byte[] Train(TrainingOptions training) => Models.Bytes(TranslationModel.Train(sources, pairs, 20, 20, network, model, training).Model.Save);
        var expected = Train(options);

        foreach (var ranks in (int[])[2, 3])
        {
            foreach (var actual in ThreadGroup.Run(ranks, group => Train(options with { Group = group })))
                CollectionAssert.AreEqual(expected, actual);
        }
    }

    [TestMethod]
    public void ABudgetOfMemoryIsThatOfAShard()
    {
        var task = ToyTask.Random(64);
        task = task with { Training = task.Training with { MaximumEpochs = 1, BatchSize = 32, ValidationFraction = 0, ActivationStrategy = ActivationStrategy.Stored } };
        var whole = task.Run().Report;
        var needed = whole.PeakActivationBytes;
        var fourth = (task with { Training = task.Training with { Shards = 4, MemoryBudget = needed / 2 } }).Run().Report;

        Assert.IsTrue(fourth.PeakActivationBytes <= needed / 2, $"{fourth.PeakActivationBytes} of {needed / 2}");
        // All rows of a batch are trained on at once all the same.
        Assert.AreEqual(whole.Epochs[0].Course!.Batches[ActivationStrategy.Auto], fourth.Epochs[0].Course!.Batches[ActivationStrategy.Auto]);
    }

    [TestMethod]
    public void AStepAllocatesNoMoreThanItsBatchesDo()
    {
        var toy = ToyTask.Random(64);
        var options = toy.Training with { Shards = 4, BatchesPerStep = 2, BatchSize = 16, Dropout = 0.2f };
        using var parameters = NetworkParameters.OfSequences(new NetworkShape(toy.Network, ToyTask.VocabularySize), ToyTask.Classes);
        parameters.Initialize(1);
        using var device = new Device(threads: 1);
        var objective = new SequenceObjective(new SoftmaxLoss([.. toy.Labels]), toy.Labels, options);
        using var trainer = new ManagedTrainer(parameters, objective, options, device);
        using var task = new ShardedTask(new SequenceTask(toy.Sequences, HeldBack.Last(64, 0), trainer, objective, options), options);
        Assert.AreEqual(2, task.BeginEpoch(1));
        for (var i = 0; i < 3; i++)
        {
            Step(0);
            Step(1);
        }

        // Of each shard of two batches the keys that it is sorted by, and some little things.
        var allocated = Allocations.Of(() => Step(0));
        Assert.IsTrue(allocated < 8 * 1_000, $"{allocated} bytes");

        void Step(int step)
        {
            task.Train(step, 7);
            trainer.Step(1e-4f, 0, 1);
        }
    }

    private static (byte[] Model, TrainingReport Report)[] Ranks(CheckpointedRun run, int ranks)
        => ThreadGroup.Run(ranks, group => run.With(training => training with { Group = group }).Run());
}
