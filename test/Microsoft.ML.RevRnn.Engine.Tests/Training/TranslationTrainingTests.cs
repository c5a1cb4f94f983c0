namespace Microsoft.ML.RevRnn.Engine.Tests;

/// <summary>Training of translations: what it gives, how it is interrupted, and what it refuses.</summary>
[TestClass]
internal sealed class TranslationTrainingTests
{
    private static readonly ReversalTask _task = ReversalTask.Random(80) with { Model = new TranslationOptions { SliceSize = 4 } };

    private static readonly TrainingOptions _dropping = _task.Training with { MaximumEpochs = 4, Dropout = 0.2f, WeightDecay = 0.01f, ValidationFraction = 0.2f };

    [TestMethod]
    [DataRow(CellKind.RevLstm)]
    [DataRow(CellKind.RevGru)]
    public void NeitherStrategyNorThreadsNorArithmeticOfMemoryChangeTheModel(CellKind cell)
    {
        var task = _task with { Network = _task.Network with { Cell = cell, LayerCount = 2, Bidirectional = true } };
        var expected = Run(task, _dropping).Model;
        foreach (var training in (TrainingOptions[])
            [_dropping with { ActivationStrategy = ActivationStrategy.Stored, ThreadCount = 3 }, _dropping with { ActivationStrategy = ActivationStrategy.Hybrid },
             _dropping with { ActivationStrategy = ActivationStrategy.Checkpointed, ThreadCount = 2 }, _dropping with { ActivationStrategy = ActivationStrategy.Auto }])
        {
            CollectionAssert.AreEqual(expected, Run(task, training).Model, $"{training.ActivationStrategy}");
        }
        CollectionAssert.AreNotEqual(expected, Run(task, _dropping with { Seed = 4 }).Model);
    }

    [TestMethod]
    [DataRow(true, false)]
    [DataRow(false, true)]
    public void AnInterruptionChangesNothing(bool hasMetric, bool shares)
    {
        // Falls, so that the first epoch is the best.
        var task = _task with { Model = _task.Model with { SharedVocabulary = shares, SoftmaxSamples = shares ? 4 : null } };
        Func<TranslationModel, CancellationToken, double>? metric = hasMetric ? (model, _) => model.Score([1, 2], [2, 1]).Likelihood.LogLikelihood : null;
        var (expected, report) = Run(task, _dropping, metric);
        using var folder = new TemporaryFolder();
        var checkpointed = _dropping with { CheckpointPath = folder["state"], CheckpointInterval = TimeSpan.Zero };

        using var source = new CancellationTokenSource();
        Run(task, checkpointed, metric, new Listener(progress =>
        {
            if (progress.Epoch == 2 && progress.EpochFraction > 0.5)
                source.Cancel();
        }), source.Token);
        Run(task, checkpointed with { StopAfterEpochs = 3 }, metric);
        var (model, resumed) = Run(task, checkpointed, metric);

        CollectionAssert.AreEqual(report.Epochs.ToArray(), resumed.Epochs.ToArray());
        CollectionAssert.AreEqual(Reports.WithoutTimes(report with { TranslationMemory = null }), Reports.WithoutTimes(resumed with { TranslationMemory = null }));
        CollectionAssert.AreEqual(expected, model);
        // A run that chooses by something else is another one.
        Assert.ThrowsExactly<InvalidOperationException>(() => Run(task, checkpointed, hasMetric ? null : (_, _) => 1));
    }

    [TestMethod]
    public void TheBestEpochByTheMetricIsKept()
    {
        var models = new List<byte[]>();
        double[] scores = [3, 7, 7, -2, 5];
        var asked = 0;
        var (result, report) = _task with { Training = _task.Training with { MaximumEpochs = 5, Schedule = LearningRateSchedule.Constant } } is var task
            ? task.Run((_, _) => scores[asked++], epochEnded: (_, model) => models.Add(Models.Bytes(model.Save)))
            : throw new InvalidOperationException();

        Assert.AreEqual(2, report.BestEpoch);
        CollectionAssert.AreEqual(scores, report.Epochs.Select(epoch => epoch.ValidationScore!.Value).ToArray());
        CollectionAssert.AreEqual(models[1], Models.Bytes(result.Save));
        // Without held-back pairs too; and training stops when it gets no better.
        asked = 0;
        report = (_task with { Training = _task.Training with { MaximumEpochs = 5, Patience = 2, ValidationFraction = 0 } }).Run((_, _) => scores[asked++]).Report;
        Assert.AreEqual(TrainingStop.EarlyStopping, report.StopReason);
        Assert.AreEqual((2, 4), (report.BestEpoch, report.Epochs.Count));
        Assert.IsNull(report.Epochs[0].ValidationLoss);
    }

    [TestMethod]
    public void AMetricThatIsNoNumberIsAnError()
        => StringAssert.Contains(Assert.ThrowsExactly<InvalidOperationException>(() => _task.Run((_, _) => double.NaN)).Message, "metric");

    [TestMethod]
    public void CancellationWithinTheMetricGivesTheBestSoFar()
    {
        using var source = new CancellationTokenSource();
        var models = new List<byte[]>();
        var (model, report) = (_task with { Training = _task.Training with { MaximumEpochs = 5 } }).Run(
            (_, token) =>
            {
                if (models.Count == 2)
                    source.Cancel();
                token.ThrowIfCancellationRequested();
                return -models.Count;
            },
            epochEnded: (_, now) => models.Add(Models.Bytes(now.Save)),
            cancellationToken: source.Token);

        Assert.AreEqual(TrainingStop.Cancelled, report.StopReason);
        Assert.AreEqual(2, report.Epochs.Count);
        CollectionAssert.AreEqual(models[0], Models.Bytes(model.Save));
    }

    [TestMethod]
    public void ATrainingThatIsCancelledAtOnceGivesAModel()
    {
        var (model, report) = _task.Run(cancellationToken: new CancellationToken(true));

        Assert.AreEqual(TrainingStop.Cancelled, report.StopReason);
        Assert.IsNotNull(model.CreateSession().Translate([1, 2, 3]));
    }

    [TestMethod]
    public void AModelGoesOnWhereItWas()
    {
        var before = (_task with { Training = _task.Training with { MaximumEpochs = 3 } }).Run();
        var content = Models.Bytes(before.Model.Save);

        var after = before.Model.ContinueTraining(_task.Sources, _task.Targets, _task.Model, _task.Training with { MaximumEpochs = 2, LearningRate = 1e-3f });

        Assert.IsTrue(after.Report.Epochs[0].Loss < before.Report.Epochs[^1].Loss);
        CollectionAssert.AreEqual(content, Models.Bytes(before.Model.Save));
        StringAssert.Contains(
            Assert.ThrowsExactly<ArgumentException>(() => before.Model.ContinueTraining(_task.Sources, _task.Targets, _task.Model with { SliceSize = 5 }, _task.Training)).Message, "SliceSize");
    }

    [TestMethod]
    public void PairsWithAnEmptySideAreLeftOut()
    {
        var expected = Run(_task, _task.Training).Model;
        int[][] sources = [[], .. _task.Sources, [1, 2], []];
        int[][] targets = [[3], .. _task.Targets, [], []];
        CollectionAssert.AreEqual(expected, Models.Bytes((_task with { Sources = sources, Targets = targets }).Run().Model.Save));
        StringAssert.Contains(
            Assert.ThrowsExactly<ArgumentException>(() => (_task with { Sources = [[], [1]], Targets = [[1], []] }).Run()).Message, "nothing to learn");
    }

    [TestMethod]
    public void HeldBackPairsAreThoseGiven()
    {
        var validation = ReversalTask.Random(12, 2, 5, seed: 8);
        var report = (_task with { Validation = (validation.Sources, validation.Targets), Training = _task.Training with { ValidationFraction = 0.5f } }).Run().Report;

        var model = (_task with { Validation = (validation.Sources, validation.Targets) }).Run().Model;
        var scores = validation.Sources.Zip(validation.Targets).Select(pair => model.Score(pair.First, pair.Second)).Aggregate((left, right) => left + right);
        var best = report.Epochs[report.BestEpoch - 1];
        Assert.AreEqual(best.ValidationLoss!.Value, -scores.Likelihood.LogLikelihood / scores.Likelihood.TokenCount, 1e-6);
        Assert.AreEqual(best.ValidationAccuracy!.Value, (double)scores.Correct / scores.Likelihood.TokenCount, 1e-9);
    }

    [TestMethod]
    public void ALargeTargetVocabularyIsSampledByDefault()
    {
        byte[] Train(int? samples) => Models.Bytes(TranslationModel.Train(
            _task.Sources, _task.Targets, ReversalTask.Vocabulary, LanguageModelOptions.LargeVocabulary + 1, new NetworkOptions { EmbeddingSize = 4, HiddenSize = 4 },
            new TranslationOptions { SliceSize = 2, SoftmaxSamples = samples }, _task.Training with { MaximumEpochs = 1, ValidationFraction = 0, Dropout = 0 }).Model.Save);

        var byDefault = Train(null);

        CollectionAssert.AreEqual(Train(8_192), byDefault);
        CollectionAssert.AreNotEqual(Train(0), byDefault);
    }

    [TestMethod]
    public void EachDropoutIsOfItsOwn()
    {
        // Those that are not said are those of training.
        var training = _task.Training with { MaximumEpochs = 1, ValidationFraction = 0 };
        var task = _task with { Network = _task.Network with { LayerCount = 2 } };
        byte[] Train(TranslationOptions model, float dropout = 0) => Run(task with { Model = model }, training with { Dropout = dropout }).Model;
        var model = task.Model;
        byte[][] results =
        [
            Train(model), Train(model with { InputDropout = 0.3f }), Train(model with { LayerDropout = 0.3f }), Train(model with { OutputDropout = 0.3f }),
            Train(model with { SliceDropout = 0.3f }), Train(model, dropout: 0.3f),
        ];

        Assert.AreEqual(results.Length, results.Select(Convert.ToHexString).Distinct().Count());
        CollectionAssert.AreEqual(results[^1], Train(model with { InputDropout = 0.3f, LayerDropout = 0.3f, OutputDropout = 0.3f, SliceDropout = 0.3f }));
    }

    [TestMethod]
    public void AGpuIsRefusedOrTheReasonReported()
    {
        var options = _task.Training with { GpuDeviceId = 0 };

        StringAssert.Contains(Assert.ThrowsExactly<NotSupportedException>(() => (_task with { Training = options }).Run()).Message, nameof(TrainingOptions.FallbackToCpu));
        StringAssert.Contains((_task with { Training = options with { FallbackToCpu = true } }).Run().Report.FallbackReason!, "processor");
    }

    [TestMethod]
    public void WhatDoesNotFitTogetherIsNamed()
    {
        void Check<TException>(Func<TrainingResult<TranslationModel>> train, params string[] parts)
            where TException : ArgumentException
        {
            var message = Assert.ThrowsExactly<TException>(() => train()).Message;
            foreach (var part in parts)
                StringAssert.Contains(message, part);
        }

        Check<ArgumentException>(() => (_task with { Targets = _task.Targets[1..] }).Run(), "80 sources and 79 targets");
        Check<ArgumentException>(() => (_task with { Sources = [.. _task.Sources[1..], [9]] }).Run(), "sources", "Sequence 79", "token 9");
        Check<ArgumentException>(() => (_task with { Targets = [.. _task.Targets[1..], [-1]] }).Run(), "targets", "Sequence 79", "token -1");
        Check<ArgumentException>(() => (_task with { Validation = ([[1]], []) }).Run(), "1 sources and 0 targets");
        Check<ArgumentException>(() => (_task with { Network = _task.Network with { TieEmbeddings = true } }).Run(), nameof(NetworkOptions.TieEmbeddings));
        Check<ArgumentException>(() => (_task with { Model = new() { Score = AttentionScore.Dot } }).Run(), nameof(TranslationOptions.Score), "32 values");
        Check<ArgumentException>(() => (_task with { Training = _task.Training with { ValidationMetric = ValidationMetric.MacroF1 } }).Run(), "MacroF1");
        Check<ArgumentOutOfRangeException>(() => (_task with { Model = new() { SliceSize = 33 } }).Run(), nameof(TranslationOptions.SliceSize), "33", "32");
        Check<ArgumentOutOfRangeException>(() => (_task with { Model = new() { SliceDropout = 1 } }).Run(), nameof(TranslationOptions.SliceDropout));
        Check<ArgumentOutOfRangeException>(() => (_task with { Model = new() { Context = (AttentionContext)9 } }).Run(), nameof(TranslationOptions.Context));
        Check<ArgumentException>(
            () => TranslationModel.Train(_task.Sources, _task.Targets, 9, 10, _task.Network, new() { SharedVocabulary = true }, _task.Training), "SharedVocabulary", "9", "10");
        Check<ArgumentException>(() => (_task with { Sources = [], Targets = [] }).Run(), "no sequences");
    }

    [TestMethod]
    public void TheReportIsSavedWithItsScoresAndSides()
    {
        var report = _task.Run((_, _) => -1.5).Report;
        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream);
        report.Save(writer);
        stream.Position = 0;
        using var reader = new BinaryReader(stream);

        var read = TrainingReport.Load(reader);

        Assert.AreEqual(report.TranslationMemory, read.TranslationMemory);
        CollectionAssert.AreEqual(report.Epochs.ToArray(), read.Epochs.ToArray());
        Assert.AreEqual(stream.Length, stream.Position);
        var content = stream.ToArray();
        for (var length = 0; length < content.Length; length += 3)
        {
            using var cut = new BinaryReader(new MemoryStream(content[..length]));
            Assert.ThrowsExactly<FormatException>(() => TrainingReport.Load(cut), $"{length}");
        }
    }

    private static (byte[] Model, TrainingReport Report) Run(
        ReversalTask task,
        TrainingOptions training,
        Func<TranslationModel, CancellationToken, double>? metric = null,
        IProgress<TrainingProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        var (model, report) = (task with { Training = training }).Run(metric, progress, null, cancellationToken);
        return (Models.Bytes(model.Save), report);
    }
}
