namespace Microsoft.ML.RevRnn.Engine.Tests;

/// <summary>What weights, validation sets and the metric do to a training.</summary>
[TestClass]
internal sealed class ExampleTrainingTests
{
    private static readonly ToyTask _task = ToyTask.Learnable(60);
    private static readonly ToyTask _random = ToyTask.Random(60);

    [TestMethod]
    public void ASequenceThatWeighsNothingTeachesNothing()
    {
        int[] counted = [.. Enumerable.Range(0, 60).Where(i => i % 5 != 2)];
        var without = Train(_task with { Sequences = [.. counted.Select(i => _task.Sequences[i])], Labels = [.. counted.Select(i => _task.Labels[i])] });
        var weightless = Train(_task, new() { Weights = [.. Enumerable.Range(0, 60).Select(i => i % 5 == 2 ? 0f : 1f)] });

        CollectionAssert.AreEqual(Models.Bytes(without.Model), Models.Bytes(weightless.Model));
        CollectionAssert.AreEqual(without.Report.Epochs.ToArray(), weightless.Report.Epochs.ToArray());
    }

    [TestMethod]
    public void OnlyRatiosOfWeightsMatter()
    {
        var plain = Train(_task);
        CollectionAssert.AreEqual(Models.Bytes(plain.Model), Models.Bytes(Train(_task, new() { Weights = [.. Enumerable.Repeat(1f, 60)] }).Model));
        CollectionAssert.AreEqual(Models.Bytes(plain.Model), Models.Bytes(Train(_task, new() { Weights = [.. Enumerable.Repeat(4f, 60)] }).Model));
    }

    /// <summary>A sequence that weighs 2 is one that is there twice.</summary>
    [TestMethod]
    public void AWeightIsANumberOfTimes()
    {
        var task = _random with { Training = _random.Training with { BatchSize = 128, ValidationFraction = 0, MaximumEpochs = 3 } };
        var weighed = Train(task, new() { Weights = [.. Enumerable.Range(0, 60).Select(i => i < 20 ? 2f : 1f)] }).Report;
        var twice = Train(task with { Sequences = [.. task.Sequences, .. task.Sequences.Take(20)], Labels = [.. task.Labels, .. task.Labels.Take(20)] }).Report;

        foreach (var (one, other) in weighed.Epochs.Zip(twice.Epochs))
            Assert.AreEqual(other.Loss, one.Loss, 1e-3);
        Assert.AreNotEqual(Train(task).Report.Epochs[2].Loss, weighed.Epochs[2].Loss, 1e-3);
    }

    [TestMethod]
    public void TheValidationLossIsTheWeightedMean()
    {
        var weights = Enumerable.Range(0, 60).Select(i => 0.5f + i % 4).ToArray();
        var classWeights = new float[] { 1, 2, 4 };
        const double Smoothing = 0.1;
        var task = _random with { Training = _random.Training with { MaximumEpochs = 1 } };

        var (model, report) = Train(task, new() { Weights = weights, ClassWeights = classWeights, LabelSmoothing = 0.1f, ValidationCount = 20 });

        var (sum, total) = (0.0, 0.0);
        for (var i = 40; i < 60; i++)
        {
            var probabilities = model.Predict(task.Sequences[i]);
            var w = weights[i] * classWeights[task.Labels[i]];
            sum += w * probabilities.Select((p, c) => -((c == task.Labels[i] ? 1 - Smoothing : 0) + Smoothing / 3) * Math.Log(p)).Sum();
            total += w;
        }
        Assert.AreEqual(sum / total, report.Epochs[0].ValidationLoss!.Value, 1e-5);
    }

    [TestMethod]
    public void TheBestEpochIsThatOfTheMetric()
    {
        foreach (var metric in Enum.GetValues<ValidationMetric>().Where(metric => metric != ValidationMetric.Perplexity))
        {
            var task = _random with { Training = _random.Training with { MaximumEpochs = 12, ValidationMetric = metric } };
            var (model, report) = Train(task, new() { ValidationCount = 25 });

            var values = report.Epochs.Select(epoch => metric switch
            {
                ValidationMetric.Accuracy => epoch.ValidationAccuracy!.Value,
                ValidationMetric.MacroF1 => epoch.ValidationMacroF1!.Value,
                _ => -epoch.ValidationLoss!.Value,
            }).ToArray();
            Assert.AreEqual(Array.IndexOf(values, values.Max()) + 1, report.BestEpoch, $"{metric}");
            Assert.AreEqual(metric == ValidationMetric.MacroF1, report.Epochs[0].ValidationMacroF1 != null);
            if (metric == ValidationMetric.MacroF1)
                Assert.AreEqual(MacroF1(model, task, 35), values.Max(), 1e-12);
        }
    }

    [TestMethod]
    public void PatienceWaitsForTheMetric()
    {
        var training = _random.Training with { MaximumEpochs = 40, Patience = 2, ValidationMetric = ValidationMetric.Accuracy };
        var report = Train(_random with { Training = training }, new() { ValidationCount = 25 }).Report;

        Assert.AreEqual(TrainingStop.EarlyStopping, report.StopReason);
        Assert.AreEqual(report.BestEpoch + 2, report.Epochs.Count);
        Assert.AreEqual(report.Epochs.Max(epoch => epoch.ValidationAccuracy), report.Epochs[report.BestEpoch - 1].ValidationAccuracy);
    }

    [TestMethod]
    public void AChosenEpochIsRememberedByACheckpoint()
    {
        using var folder = new TemporaryFolder();
        var training = _random.Training with { MaximumEpochs = 10, ValidationMetric = ValidationMetric.MacroF1 };
        var whole = Train(_random with { Training = training });
        var interrupted = _random with { Training = training with { CheckpointPath = folder["state"] } };
        using var cancellation = new CancellationTokenSource();
        SequenceClassifier.Train(
            interrupted.Sequences, interrupted.Labels, ToyTask.Classes, ToyTask.VocabularySize, interrupted.Network, interrupted.Training,
            progress: new Listener(progress =>
            {
                if (progress is { Epoch: 6, EpochFraction: 1 })
                    cancellation.Cancel();
            }),
            cancellationToken: cancellation.Token);

        var resumed = Train(interrupted);

        CollectionAssert.AreEqual(whole.Report.Epochs.ToArray(), resumed.Report.Epochs.ToArray());
        CollectionAssert.AreEqual(Models.Bytes(whole.Model), Models.Bytes(resumed.Model));
        Assert.ThrowsExactly<InvalidOperationException>(() => Train(interrupted, new() { LabelSmoothing = 0.1f }));
    }

    [TestMethod]
    public void ATaggersTokensWeighWhatTheirClassDoes()
    {
        var sequences = Sequences.Random(40, 0, 9, 6);
        int[][] labels = Array.ConvertAll(sequences, sequence => sequence.Select(token => token % 3).ToArray());
        var weights = Enumerable.Range(0, 40).Select(i => 1f + i % 3).ToArray();
        float[] classWeights = [0, 1, 3];
        var training = _task.Training with { MaximumEpochs = 2, ValidationMetric = ValidationMetric.MacroF1 };

        var (model, report) = SequenceTagger.Train(
            sequences, labels, 3, 6, _task.Network, training, examples: new() { Weights = weights, ClassWeights = classWeights, ValidationCount = 10 });

        var (sum, total) = (0.0, 0.0);
        for (var i = 30; i < 40; i++)
        {
            var probabilities = new float[sequences[i].Length * 3];
            model.Predict(sequences[i], probabilities);
            for (var t = 0; t < sequences[i].Length; t++)
            {
                var w = weights[i] * classWeights[labels[i][t]];
                sum -= w * Math.Log(probabilities[3 * t + labels[i][t]]);
                total += w;
            }
        }
        Assert.AreEqual(sum / total, report.Epochs[report.BestEpoch - 1].ValidationLoss!.Value, 1e-5);
        Assert.IsNotNull(report.Epochs[0].ValidationMacroF1);
    }

    [TestMethod]
    public void LanguageModelsHaveNoClasses()
    {
        var training = _task.Training with { MaximumEpochs = 1, ValidationMetric = ValidationMetric.MacroF1 };
        var refused = Assert.ThrowsExactly<ArgumentException>(() => (_task with { Training = training }).RunEncoder());

        StringAssert.Contains(refused.Message, nameof(TrainingOptions.ValidationMetric));
        Assert.AreEqual(1, (_task with { Training = training with { ValidationMetric = ValidationMetric.Accuracy } }).RunEncoder().Report.BestEpoch);
    }

    private static double MacroF1(SequenceClassifier model, ToyTask task, int first)
    {
        var pairs = Enumerable.Range(first, task.Sequences.Count - first).Select(i =>
        {
            var probabilities = model.Predict(task.Sequences[i]);
            return (Actual: task.Labels[i], Predicted: Array.IndexOf(probabilities, probabilities.Max()));
        }).ToArray();
        return Enumerable.Range(0, ToyTask.Classes).Where(c => pairs.Any(pair => pair.Actual == c || pair.Predicted == c)).Average(
            c => 2.0 * pairs.Count(pair => pair.Actual == c && pair.Predicted == c) / (pairs.Count(pair => pair.Actual == c) + pairs.Count(pair => pair.Predicted == c)));
    }

    private static TrainingResult<SequenceClassifier> Train(ToyTask task, ExampleOptions? examples = null) => SequenceClassifier.Train(
        task.Sequences, task.Labels, ToyTask.Classes, ToyTask.VocabularySize, task.Network, task.Training, examples: examples);
}
