using System.Buffers.Binary;
using System.Security.Cryptography;
using Microsoft.ML.RevRnn.Compute;
using Microsoft.ML.RevRnn.Heads;
using Microsoft.ML.RevRnn.Networks;
using Microsoft.ML.RevRnn.Training;

namespace Microsoft.ML.RevRnn.Engine.Tests;

/// <summary>Checkpoints that cannot be used, cannot be written, or are of training that went wrong.</summary>
[TestClass]
internal sealed class CheckpointFaultTests
{
    [TestMethod]
    public void ACheckpointOfOtherOptionsIsRefused()
    {
        using var folder = new TemporaryFolder();
        foreach (var kind in (string[])["classifier", "streams"])
        {
            var run = CheckpointedRun.Of(kind).With(training => training with { CheckpointPath = folder[kind] });
            run.RunUntil(1);
            foreach (var change in (Func<TrainingOptions, TrainingOptions>[])
                [
                    training => training with { MaximumEpochs = 6 },
                    training => training with { BatchSize = 3 },
                    training => training with { Optimizer = OptimizerKind.Sgd },
                    training => training with { LearningRate = 0.021f },
                    training => training with { Schedule = LearningRateSchedule.Cosine },
                    training => training with { WarmUpFraction = 0.1f },
                    training => training with { NonMonotoneEpochs = 6 },
                    training => training with { WeightDecay = 0.02f },
                    training => training with { MaximumGradientNorm = 2 },
                    training => training with { MaximumStateGradientNorm = 11 },
                    training => training with { MaximumGradientValue = 0.5f },
                    training => training with { SpectralRadius = 0.9f },
                    training => training with { Dropout = 0.25f },
                    training => training with { InputDropoutByToken = true },
                    training => training with { ValidationFraction = 0.25f },
                    training => training with { MaximumMinutes = 1000 },
                    training => training with { MemoryBudget = 1L << 40 },
                    training => training with { Seed = 4 },
                ])
            {
                CheckRefused(run.With(change).Run, folder[kind], "other data, another network or other options");
            }
        }
    }

    [TestMethod]
    public void ACheckpointOfOtherDataOrAnotherModelIsRefused()
    {
        using var folder = new TemporaryFolder();
        var path = folder["state"];
        foreach (var layout in Enum.GetValues<TextLayout>())
        {
            File.Delete(path);
            var task = LanguageTask.Of([1, 2, 3, 4, 5], [6, 7, 1], [2, 2]);
            task = task with
            {
                Model = new LanguageModelOptions { Layout = layout },
                Training = task.Training with { MaximumEpochs = 1, CheckpointPath = path },
            };
            task.Run();
            foreach (var other in (LanguageTask[])
                [
                    task with { Texts = [[1, 2, 3, 4, 5], [6, 7, 1], [2, 3]] },
                    task with { Texts = [[1, 2, 3, 4, 5], [6, 7, 1]] },
                    task with { Texts = [[1, 2, 3, 4], [5, 6, 7, 1], [2, 2]] },
                    task with { Texts = [[6, 7, 1], [1, 2, 3, 4, 5], [2, 2]] },
                    task with { Validation = [[1]] },
                    task with { Network = task.Network with { TieEmbeddings = true } },
                    task with { Network = task.Network with { SkipConnections = true } },
                    task with { Network = task.Network with { Cell = CellKind.RevGru } },
                    task with { Network = task.Network with { LayerCount = 2 } },
                    task with { Network = task.Network with { HiddenSize = 18 } },
                    task with { Network = task.Network with { EmbeddingSize = 9 } },
                    task with { Network = task.Network with { ForgettingLimit = ForgettingLimit.None } },
                    task with { Model = task.Model with { Layout = 1 - layout } },
                    task with { Model = task.Model with { OutputDropout = 0.1f } },
                    task with { Model = task.Model with { EmbeddingDropout = 0.1f } },
                    task with { Model = task.Model with { WeightDropout = 0.1f } },
                    task with { Model = task.Model with { SoftmaxSamples = 3 } },
                ])
            {
                CheckRefused(() => other.Run(), path, "other data, another network or other options");
            }
            foreach (var other in (LanguageModelOptions[])[task.Model with { WindowLength = 7 }, task.Model with { VariesWindowLength = true }])
            {
                // Whole texts know no windows.
                if (layout == TextLayout.Streams)
                    CheckRefused(() => (task with { Model = other }).Run(), path, "other data, another network or other options");
                else
                    Assert.AreEqual(1, (task with { Model = other }).Run().Report.Epochs.Count);
            }
        }
        CheckRefused(() => (ToyTask.Learnable(4) with { Training = new TrainingOptions { CheckpointPath = path } }).Run(), path, "other data");
    }

    [TestMethod]
    public void ACheckpointOfOtherLabelsIsRefused()
    {
        using var folder = new TemporaryFolder();
        var task = ToyTask.Learnable(10);
        task = task with { Training = task.Training with { MaximumEpochs = 1, CheckpointPath = folder["state"] } };
        task.Run();

        CheckRefused(() => (task with { Labels = [.. task.Labels.Reverse()] }).Run(), folder["state"], "other data");
    }

    [TestMethod]
    public void WithAMemoryBudgetACheckpointOfOtherThreadsIsRefused()
    {
        using var folder = new TemporaryFolder();
        foreach (var budget in (long?[])[null, 1L << 30])
        {
            var path = folder[$"budget{budget}"];
            var run = CheckpointedRun.Of("classifier").With(training => training with { MemoryBudget = budget, CheckpointPath = path, ThreadCount = 1 });
            run.RunUntil(1);
            var other = run.With(training => training with { ThreadCount = 2 });
            if (budget == null)
                other.Run();
            else
                CheckRefused(() => other.Run(), path, "another number of threads");
        }
    }

    [TestMethod]
    public void ACheckpointOfOtherFineTuningIsRefused()
    {
        using var folder = new TemporaryFolder();
        var task = ToyTask.Learnable(10);
        var options = task.Training with { MaximumEpochs = 1 };
        LanguageModel Pretrain(int seed) => LanguageModel.Train(
            task.Sequences, ToyTask.VocabularySize, task.Network, new LanguageModelOptions(), options with { Seed = seed }).Model;
        TrainingResult<SequenceClassifier> Run(LanguageModel? model, FineTuningOptions? fineTuning) => SequenceClassifier.Train(
            task.Sequences, task.Labels, ToyTask.Classes, ToyTask.VocabularySize, task.Network, options with { CheckpointPath = folder["state"] }, model, fineTuning);
        var model = Pretrain(1);
        Run(model, null);

        CheckRefused(() => Run(model, new FineTuningOptions { LayerRateFactor = 0.5f }), folder["state"], "other data");
        CheckRefused(() => Run(model, new FineTuningOptions { GradualUnfreezing = true }), folder["state"], "other data");
        CheckRefused(() => Run(Pretrain(2), null), folder["state"], "other data");
        CheckRefused(() => Run(null, null), folder["state"], "other data");
        Assert.AreEqual(1, Run(model, new FineTuningOptions()).Report.Epochs.Count);
    }

    [TestMethod]
    public void ADamagedCheckpointIsRefused()
    {
        using var folder = new TemporaryFolder();
        var path = folder["state"];
        var run = CheckpointedRun.Of("classifier").With(training => training with { CheckpointPath = path });
        run.RunUntil(2);
        var content = File.ReadAllBytes(path);
        foreach (var position in (int[])
            [
                .. Enumerable.Range(0, 30).Select(i => 4 * i), .. Enumerable.Range(1, 20).Select(i => i * (content.Length - 120) / 20),
                content.Length - 33, content.Length - 32, content.Length - 1,
            ])
        {
            var damaged = (byte[])content.Clone();
            damaged[position] ^= 0x10;
            File.WriteAllBytes(path, damaged);
            CheckRefused(run.Run, path, position < 8 ? "no checkpoint" : "damaged");
        }
        foreach (var length in (int[])[0, 1, 7, 8, 12, 39, 40, 41, 44, 100, content.Length / 2, content.Length - 33, content.Length - 1])
        {
            File.WriteAllBytes(path, content[..length]);
            CheckRefused(run.Run, path, length < 40 ? "no checkpoint" : "damaged");
        }
        File.WriteAllBytes(path, [.. content, 0]);
        CheckRefused(run.Run, path, "damaged");
        File.WriteAllText(path, "Something else that is long enough to be mistaken for a checkpoint by its length.");
        CheckRefused(run.Run, path, "no checkpoint");

        File.WriteAllBytes(path, content);
        Assert.AreEqual(5, run.Run().Report.Epochs.Count);
    }

    [TestMethod]
    [DataRow(2)]
    [DataRow(5)]
    public void ACheckpointThatCannotBeWrittenEndsNothingAndIsReported(int blocked)
    {
        using var folder = new TemporaryFolder();
        var path = folder["state"];
        var plain = CheckpointedRun.Of("streams");
        var (model, _) = plain.Run();
        var run = plain.With(training => training with { CheckpointPath = path });
        // A folder in its place for one epoch.
        var listener = new Listener(progress =>
        {
            if (progress.EpochFraction < 1)
                return;
            if (progress.Epoch == blocked - 1)
            {
                File.Delete(path);
                Directory.CreateDirectory(path);
            }
            else if (progress.Epoch == blocked)
            {
                Directory.Delete(path);
            }
        });

        var (actual, report) = run.Train(run.Training, listener, default);

        CollectionAssert.AreEqual(model, actual);
        foreach (var progress in listener.Reports.Where(progress => progress.EpochFraction == 1))
            Assert.AreEqual(progress.Epoch == blocked, progress.CheckpointFailure?.Contains(path, StringComparison.Ordinal) ?? false);
        Assert.AreEqual(blocked == 5, report.CheckpointFailure != null);
        Assert.AreEqual(blocked == 5 ? 0 : 1, folder.Files.Length);
    }

    [TestMethod]
    public void AFolderThatIsMissingIsReportedBeforeAnythingIsTrained()
    {
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder["missing"], "state");
        var run = CheckpointedRun.Of("streams").With(training => training with { CheckpointPath = path });
        var listener = new Listener();

        var failure = Assert.ThrowsExactly<IOException>(() => run.Train(run.Training, listener, default));

        StringAssert.Contains(failure.Message, path);
        Assert.AreEqual(0, listener.Reports.Count);
    }

    [TestMethod]
    public void ASecondTrainingWithTheSameFileIsRefused()
    {
        using var folder = new TemporaryFolder();
        var run = CheckpointedRun.Of("classifier").With(training => training with { CheckpointPath = folder["state"] });
        var refused = 0;

        run.Train(run.Training, new Listener(_ =>
        {
            var failure = Assert.ThrowsExactly<InvalidOperationException>(() => run.Run());
            StringAssert.Contains(failure.Message, folder["state"]);
            StringAssert.Contains(failure.Message, "Another training");
            refused++;
        }), default);

        Assert.IsTrue(refused > 0);
        Assert.AreEqual(5, run.Run().Report.Epochs.Count);
        Assert.AreEqual(1, folder.Files.Length);
    }

    [TestMethod]
    public void WhatAKilledTrainingLeftIsRemovedAndNothingElse()
    {
        using var folder = new TemporaryFolder();
        string[] left = ["state.abcd1234.x0z.tmp", "state.lock"];
        string[] others = ["state.tmp", "state.abcd1234.tmp", "state.abcd1234.x0z.txt", "state2.abcd1234.x0z.tmp", "state.ABCD1234.x0z.tmp", "abcd1234.x0z.tmp"];
        foreach (var name in (string[])[.. left, .. others])
            File.WriteAllText(folder[name], name);

        CheckpointedRun.Of("classifier").With(training => training with { CheckpointPath = folder["state"], MaximumEpochs = 1 }).Run();

        CollectionAssert.AreEquivalent((string[])["state", .. others], folder.Files.Select(Path.GetFileName).ToArray());
    }

    [TestMethod]
    public void ACheckpointOfTheFormerVersionIsRefused()
    {
        using var folder = new TemporaryFolder();
        var run = Written(folder["state"]);
        Forge(folder["state"], 8, 5);
        CheckRefused(run.Run, folder["state"], "format version 5, and this library reads version 6");
    }

    [TestMethod]
    [DataRow(0x70000000)]
    [DataRow(-1)]
    [DataRow(3)]
    public void AForgedNumberOfEpochsIsRefusedBeforeMemoryIsTakenForIt(int epochs)
    {
        using var folder = new TemporaryFolder();
        var run = Written(folder["state"]);
        // Behind signature, version, identity and time.
        Forge(folder["state"], 8 + 4 + 32 + 8, epochs);
        var before = GC.GetAllocatedBytesForCurrentThread();
        CheckRefused(run.Run, folder["state"], "its content is none of this network");
        Assert.IsTrue(GC.GetAllocatedBytesForCurrentThread() - before < 50_000_000);
    }

    private static CheckpointedRun Written(string path)
    {
        var run = CheckpointedRun.Of("classifier").With(training => training with { CheckpointPath = path });
        run.RunUntil(1);
        return run;
    }

    /// <summary>Puts a number into a file and the right checksum at its end.</summary>
    private static void Forge(string path, int position, int value)
    {
        var content = File.ReadAllBytes(path);
        BinaryPrimitives.WriteInt32LittleEndian(content.AsSpan(position), value);
        SHA256.HashData(content.AsSpan(..^32), content.AsSpan(^32..));
        File.WriteAllBytes(path, content);
    }

    [TestMethod]
    public void AFullDiskIsReportedAndTheFormerFileSurvives()
    {
        using var folder = new TemporaryFolder();
        foreach (var reason in (Exception[])[new IOException("No space left on device."), new UnauthorizedAccessException("Access is denied.")])
        {
            var path = folder["state"];
            File.WriteAllText(path, "the former one");
            using var device = new Device(threads: 1);
            var options = new TrainingOptions { Seed = 0 };
            var network = new NetworkOptions { Cell = CellKind.RevGru, EmbeddingSize = 2, HiddenSize = 2, ForgettingLimit = ForgettingLimit.None };
            using var parameters = NetworkParameters.OfNextTokens(new NetworkShape(network, Vocabulary: 5));
            var objective = new NextTokenObjective(new long[5], new LanguageModelOptions(), options);
            using var trainer = new UnwritableTrainer(new ManagedTrainer(parameters, objective, options, device, carriesStates: true), reason);
            var task = new StreamTask(([0, 1, 0], []), new LanguageModelOptions(), trainer, objective, options);
            var checkpoint = new TrainingCheckpoint(path, TrainingIdentity.Of(task, options), options);

            var failure = Assert.ThrowsExactly<IOException>(() => checkpoint.Save(trainer, new TrainingState { Epochs = [] }));

            StringAssert.Contains(failure.Message, path);
            StringAssert.Contains(failure.Message, reason.Message);
            Assert.AreSame(reason, failure.InnerException);
            Assert.AreEqual("the former one", File.ReadAllText(path));
            Assert.AreEqual(1, folder.Files.Length);
        }
    }

    [TestMethod]
    public void AFolderIsNoCheckpoint()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder["place"]);
        foreach (var path in (string[])[folder["place"], "", "  "])
        {
            var failure = Assert.ThrowsExactly<ArgumentException>(() => new TrainingOptions { CheckpointPath = path }.Validate());
            StringAssert.Contains(failure.Message, nameof(TrainingOptions.CheckpointPath));
        }
    }

    [TestMethod]
    [DataRow("classifier", 4)]
    [DataRow("classifier", 4096)]
    [DataRow("streams", 1)]
    [DataRow("streams", 4096)]
    [DataRow("documents", 4)]
    [DataRow("documents", 4096)]
    public void DivergedTrainingNamesTheCheckpointOfTheLastGoodEpoch(string kind, int batchSize)
    {
        using var folder = new TemporaryFolder();
        // Weights are multiplied by up to 99 in each step until they overflow, in the last batch of an epoch where it has only one.
        var run = CheckpointedRun.Of(kind).With(training => training with
        {
            CheckpointPath = folder["state"],
            MaximumEpochs = 100,
            BatchSize = batchSize,
            LearningRate = 100,
            WeightDecay = 1,
            WarmUpFraction = 0.9f,
            Schedule = LearningRateSchedule.Constant,
            ValidationFraction = 0,
        });

        var failure = Assert.ThrowsExactly<InvalidOperationException>(() => run.Run());

        StringAssert.Contains(failure.Message, "diverged");
        StringAssert.Contains(failure.Message, nameof(TrainingOptions.LearningRate));
        StringAssert.Contains(failure.Message, folder["state"]);
        var (model, report) = run.Train(run.Training, null, new CancellationToken(true));
        StringAssert.Contains(failure.Message, $"epoch {report.Epochs.Count + 1},");
        StringAssert.Contains(failure.Message, $"after epoch {report.Epochs.Count} ");
        Assert.IsTrue(report.Epochs.Count > 0 && report.Epochs.All(epoch => double.IsFinite(epoch.Loss)));
        // A model file with values that are not finite would be refused.
        CollectionAssert.AreEqual(model, kind == "classifier" ? Models.Bytes(Models.Classifier(model)) : Models.Bytes(Models.LanguageModel(model)));
        Assert.AreEqual(failure.Message, Assert.ThrowsExactly<InvalidOperationException>(() => run.Run()).Message);
    }

    private static void CheckRefused<T>(Func<T> run, string path, string reason)
    {
        var before = File.ReadAllBytes(path);
        var failure = Assert.ThrowsExactly<InvalidOperationException>(() => run());
        StringAssert.Contains(failure.Message, path);
        StringAssert.Contains(failure.Message, reason);
        CollectionAssert.AreEqual(before, File.ReadAllBytes(path));
    }
}
