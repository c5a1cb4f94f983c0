using System.Diagnostics;
using System.Security.Cryptography;
using Microsoft.ML.RevRnn.Tests.Support;

namespace Microsoft.ML.RevRnn.Tests.Experiments;

/// <summary>An experiment that is broken off goes on to the result that it would have had.</summary>
[TestClass]
public sealed class ExperimentResumptionTests
{
    private static readonly Lazy<(string Description, byte[] Model)> _undisturbed = new(() =>
    {
        var result = SmallExperiment.Execute(Settings(null));
        return (SmallExperiment.Describe(result), SmallExperiment.Bytes(result));
    });

    /// <summary>The settings that are broken off, and the argument that the test's program knows them by.</summary>
    internal static RevRnnMulticlassExperimentSettings Settings(string? folder)
    {
        var settings = SmallExperiment.Settings(maxModels: 6);
        settings.Options.NGrams = new();
        settings.CheckpointDirectory = folder;
        return settings;
    }

    /// <summary>What listens throws, so that the experiment ends wherever it is.</summary>
    [TestMethod]
    public void BrokenOffAnywhereItGoesOn()
    {
        using var folder = new TemporaryFolder();
        var path = folder.File("experiment");
        for (var events = 1; ; events += 7)
        {
            var left = events;
            var settings = Settings(path);
            settings.Progress = new EventListener<ExperimentEvent>(happened =>
            {
                if (happened is not (ExperimentEnded or TrialTraining { Training.EpochFraction: < 1 }) && --left == 0)
                    throw new IOException("The power is off.");
            });
            try
            {
                var result = SmallExperiment.Execute(settings);
                if (left <= 0)
                    continue;
                Assert.AreEqual(_undisturbed.Value.Description, SmallExperiment.Describe(result));
                CollectionAssert.AreEqual(_undisturbed.Value.Model, SmallExperiment.Bytes(result));
                break;
            }
            catch (IOException)
            {
                // It goes on in the next round.
            }
        }
    }

    [TestMethod]
    public void KilledAtAnyMomentItGoesOn()
    {
        var kills = int.Parse(Environment.GetEnvironmentVariable("REVRNN_KILLS") ?? "1", System.Globalization.CultureInfo.InvariantCulture);
        using var folder = new TemporaryFolder();
        for (var kill = 0; kill < kills; kill++)
        {
            var path = folder.File($"{kill}");
            using (var process = OtherProcess.Start("experiment", path))
            {
                // Not before there is something to go on from.
                var wait = Stopwatch.StartNew();
                while (!File.Exists(Path.Combine(path, "experiment.json")) && !process.HasExited && wait.Elapsed < TimeSpan.FromMinutes(2))
                    Thread.Sleep(20);
                process.WaitForExit(TimeSpan.FromMilliseconds(RandomNumberGenerator.GetInt32(1000)));
                process.Kill();
                process.WaitForExit();
            }

            var result = SmallExperiment.Execute(Settings(path));

            Assert.AreEqual(_undisturbed.Value.Description, SmallExperiment.Describe(result));
            CollectionAssert.AreEqual(_undisturbed.Value.Model, SmallExperiment.Bytes(result));
        }
    }

    [TestMethod]
    public void MoreModelsGoOnFromFewer()
    {
        using var folder = new TemporaryFolder();
        var settings = Settings(folder.File("experiment"));
        settings.MaxModels = 4;
        SmallExperiment.Execute(settings);
        settings.MaxModels = 6;
        var started = new HashSet<int>();
        settings.Progress = new EventListener<ExperimentEvent>(happened =>
        {
            if (happened is TrialStarted trial)
                started.Add(trial.TrialId);
        });

        var result = SmallExperiment.Execute(settings);

        CollectionAssert.AreEquivalent(new[] { 4, 5 }, started.ToArray());
        Assert.AreEqual(_undisturbed.Value.Description, SmallExperiment.Describe(result));
        CollectionAssert.AreEqual(_undisturbed.Value.Model, SmallExperiment.Bytes(result));
    }

    [TestMethod]
    public void FewerModelsGiveWhatThereIs()
    {
        using var folder = new TemporaryFolder();
        var settings = Settings(folder.File("experiment"));
        SmallExperiment.Execute(settings);
        settings.MaxModels = 1;

        Assert.AreEqual(_undisturbed.Value.Description, SmallExperiment.Describe(SmallExperiment.Execute(settings)));
    }

    /// <summary>Time that was used up before counts; what was begun is gone on with, within its epoch.</summary>
    [TestMethod]
    public void MoreTimeGoesOnFromLess()
    {
        using var folder = new TemporaryFolder();
        var settings = Settings(folder.File("experiment"));
        settings.MaxExperimentTimeInSeconds = 10;
        var time = new ManualTime();
        settings.Clock = time;
        settings.Options.Progress = new Listener(progress =>
        {
            if (progress.EpochFraction >= 1)
                time.Advance(TimeSpan.FromSeconds(4));
        });
        var first = SmallExperiment.Execute(settings);
        Assert.AreEqual(ExperimentEnd.TimeUp, first.End);
        Assert.AreEqual(12, first.ElapsedInSeconds);

        var same = SmallExperiment.Execute(settings);
        Assert.AreEqual(12, same.ElapsedInSeconds);
        Assert.AreEqual(SmallExperiment.Describe(first), SmallExperiment.Describe(same));
        CollectionAssert.AreEqual(SmallExperiment.Bytes(first), SmallExperiment.Bytes(same));

        settings.MaxExperimentTimeInSeconds = 1000;
        var second = SmallExperiment.Execute(settings);
        Assert.AreEqual(ExperimentEnd.AllModels, second.End);
        Assert.IsGreaterThan(first.RunDetails.Sum(run => run.Epochs.Count), second.RunDetails.Sum(run => run.Epochs.Count));
    }

    [TestMethod]
    public void FilesOfThoseThatAreOutAreDeleted()
    {
        using var folder = new TemporaryFolder();
        var path = folder.File("experiment");

        var result = SmallExperiment.Execute(Settings(path));

        var best = result.BestRun.Rungs.Where(rung => rung.Metric == result.BestRun.Metric).MinBy(rung => rung.Loss)!;
        CollectionAssert.AreEquivalent(
            new[] { "experiment.json", $"best-{result.BestRun.TrialId:000}-{best.Epochs}.zip" }, Directory.GetFiles(path).Select(file => Path.GetFileName(file)).ToArray());
    }

    [TestMethod]
    public void AnotherExperimentsFolderIsRefused()
    {
        using var folder = new TemporaryFolder();
        var settings = Settings(folder.File("experiment"));
        settings.MaxModels = 1;
        SmallExperiment.Execute(settings);

        var ofData = Assert.ThrowsExactly<InvalidOperationException>(() => SmallExperiment.Execute(settings, Trained.Data(count: 90)));
        settings.SearchSpace = settings.SearchSpace with { HiddenSize = [16, 32] };
        var ofSpace = Assert.ThrowsExactly<InvalidOperationException>(() => SmallExperiment.Execute(settings));
        settings = Settings(settings.CheckpointDirectory);
        settings.Seed = 4;
        Assert.ThrowsExactly<InvalidOperationException>(() => SmallExperiment.Execute(settings));

        StringAssert.Contains(ofData.Message, settings.CheckpointDirectory);
        Assert.AreEqual(ofData.Message, ofSpace.Message);
    }

    /// <summary>It has learned something else, though all that is said of it in the options is the same.</summary>
    [TestMethod]
    [DataRow(true)]
    [DataRow(false)]
    public void AnotherLanguageModelToStartFromIsRefused(bool isSearched)
    {
        using var folder = new TemporaryFolder();
        var other = Trained.Context.Transforms.Text.RevLanguageModel(Small.LanguageModel()).Fit(Trained.Data(), previous: Trained.LanguageModel);
        SmallExperiment.Execute(StartingFrom(Trained.LanguageModel));

        Assert.ThrowsExactly<InvalidOperationException>(() => SmallExperiment.Execute(StartingFrom(other)));
        Assert.HasCount(1, SmallExperiment.Execute(StartingFrom(Trained.LanguageModel)).RunDetails);

        RevRnnMulticlassExperimentSettings StartingFrom(RevLanguageModelTransformer model)
        {
            var settings = Settings(folder.File("experiment"));
            settings.MaxModels = 1;
            settings.SearchSpace = new() { LearningRate = (1e-3f, 5e-2f, true), LanguageModel = isSearched ? [null, model] : null };
            settings.Options.LanguageModel = isSearched ? null : model;
            return settings;
        }
    }

    [TestMethod]
    public void ADamagedStateIsRefused()
    {
        using var folder = new TemporaryFolder();
        var settings = Settings(folder.File("experiment"));
        Directory.CreateDirectory(settings.CheckpointDirectory!);
        File.WriteAllText(Path.Combine(settings.CheckpointDirectory!, "experiment.json"), "{\"Version\": 1, \"Runs\": [");

        StringAssert.Contains(Assert.ThrowsExactly<InvalidOperationException>(() => SmallExperiment.Execute(settings)).Message, "experiment.json");
    }
}
