using Microsoft.ML.RevRnn.Tests.Support;

namespace Microsoft.ML.RevRnn.Tests;

/// <summary>How translations are fitted: epochs, held-back pairs, BLEU, seeds, checkpoints, and how it ends.</summary>
[TestClass]
public sealed class TranslationTrainingTests
{
    [TestMethod]
    public void EachEpochGivesAModelThatStays()
    {
        var epochs = new List<EpochReport>();
        var models = new List<RevTranslationTransformer>();
        var written = new List<string[]>();
        var options = Brief();
        options.Training = options.Training with { ValidationFraction = 0 };
        options.EpochEnded = (epoch, model) =>
        {
            epochs.Add(epoch);
            models.Add(model);
            written.Add(PairData.Lines(model, PairData.ProbeData()));
        };

        var last = Fit(options);

        CollectionAssert.AreEqual(last.Report!.Epochs.ToArray(), epochs);
        for (var i = 0; i < 3; i++)
        {
            Assert.IsNull(models[i].Report);
            CollectionAssert.AreEqual(written[i], PairData.Lines(models[i], PairData.ProbeData()));
        }
        CollectionAssert.AreNotEqual(written[0], written[1]);
        CollectionAssert.AreEqual(written[2], PairData.Lines(last, PairData.ProbeData()));
    }

    [TestMethod]
    public void TheEpochOfTheBestBleuIsKept()
    {
        var validation = PairData.Data(count: 40, seed: 9);
        var scores = new List<double>();
        var options = Small.Translation();
        options.SelectsByBleu = true;
        options.EpochEnded = (_, model) => scores.Add(model.Evaluate(validation).Bleu.Score);

        var model = new MLContext(seed: 1).Transforms.Text.RevTranslation(options).Fit(PairData.Data(), validation);

        CollectionAssert.AreEqual(scores, model.Report!.Epochs.Select(epoch => epoch.ValidationScore!.Value).ToArray());
        Assert.AreEqual(1 + scores.IndexOf(scores.Max()), model.Report.BestEpoch);
        var loaded = (RevTranslationTransformer)ModelFileImage.Load(ModelFileImage.Of(model).File);
        Assert.AreEqual(loaded.Report!.Epochs[loaded.Report.BestEpoch - 1].ValidationScore, loaded.Evaluate(validation).Bleu.Score);
        Assert.IsNotNull(loaded.Report.TranslationMemory);
    }

    [TestMethod]
    public void BleuTakesHeldBackPairs()
    {
        var options = Brief();
        options.SelectsByBleu = true;
        var model = Fit(options);
        Assert.IsTrue(model.Report!.Epochs.All(epoch => epoch is { ValidationLoss: not null, ValidationScore: >= 0 and <= 100 }));

        options.Training = options.Training with { ValidationFraction = 0 };
        StringAssert.Contains(Assert.ThrowsExactly<ArgumentException>(() => Fit(options)).Message, "SelectsByBleu is set, and ValidationFraction of 300 pairs is none to hold back");
    }

    [TestMethod]
    public void BleuStopsATraining()
    {
        var options = Small.Translation();
        options.SelectsByBleu = true;
        // So slow that nothing is translated.
        options.Training = options.Training with { LearningRate = 1e-7f, MaximumEpochs = 9, Patience = 2 };

        var report = Fit(options).Report!;

        Assert.AreEqual(TrainingStop.EarlyStopping, report.StopReason);
        Assert.AreEqual(1, report.BestEpoch);
        Assert.HasCount(3, report.Epochs);
    }

    [TestMethod]
    public void AnInterruptedTrainingGoesOnToTheSameBits()
    {
        using var folder = new TemporaryFolder();
        var options = Brief();
        options.SelectsByBleu = true;
        options.Training = options.Training with { MaximumEpochs = 4, Dropout = 0.2f };
        var whole = PairData.Lines(Fit(options), PairData.ProbeData());
        options.Training = options.Training with { CheckpointPath = folder.File("checkpoint") };
        options.EpochEnded = (epoch, _) =>
        {
            if (epoch.Epoch == 2)
                throw new NotSupportedException();
        };
        Assert.ThrowsExactly<NotSupportedException>(() => Fit(options));
        var resumed = new List<int>();
        options.EpochEnded = (epoch, _) => resumed.Add(epoch.Epoch);

        CollectionAssert.AreEqual(whole, PairData.Lines(Fit(options), PairData.ProbeData()));
        CollectionAssert.AreEqual(new[] { 3, 4 }, resumed);
    }

    [TestMethod]
    public void CancellingGivesTheModelSoFar()
    {
        using var source = new CancellationTokenSource();
        var options = Small.Translation();
        options.SelectsByBleu = true;
        options.Training = options.Training with { MaximumEpochs = 10_000, Patience = 10_000 };
        options.CancellationToken = source.Token;
        options.EpochEnded = (epoch, _) =>
        {
            if (epoch.Epoch == 3)
                source.Cancel();
        };

        var model = Fit(options);

        Assert.AreEqual(TrainingStop.Cancelled, model.Report!.StopReason);
        Assert.HasCount(3, model.Report.Epochs);
        Assert.ThrowsExactly<OperationCanceledException>(() => Fit(options));
    }

    [TestMethod]
    public void TheContextsSeedMakesTheModel()
    {
        var first = Written(new MLContext(seed: 1));

        CollectionAssert.AreEqual(first, Written(new MLContext(seed: 1)));
        CollectionAssert.AreNotEqual(first, Written(new MLContext(seed: 2)));
        CollectionAssert.AreEqual(
            first,
            Written(new MLContext(seed: 1), training => training with { ThreadCount = 2, ActivationStrategy = ActivationStrategy.Stored }));
    }

    [TestMethod]
    public void AModelGoesOnWithOtherPairs()
    {
        var options = Small.Translation();
        options.Training = options.Training with { MaximumEpochs = 2, LearningRate = 1e-6f };
        var pairs = PairData.Data(60, seed: 3);

        var further = new MLContext(seed: 1).Transforms.Text.RevTranslation(options).Fit(pairs, Trained.Translator);

        Assert.AreEqual(Trained.Translator.Evaluate(pairs).Perplexity, further.Evaluate(pairs).Perplexity, 1e-2);
        AssertRefused("HiddenSize is 18, and that of the model to go on with is 16", changed => changed.Network = changed.Network with { HiddenSize = 18 });
        AssertRefused("SliceSize is 5, and that of the model to go on with is 4", changed => changed.Model = changed.Model with { SliceSize = 5 });
        AssertRefused("Kind is Characters, and that of the model to go on with is Words", changed => changed.TargetVocabulary = new() { Kind = TokenKind.Characters });
        AssertRefused("Kind is Bytes, and that of the model to go on with is Words", changed => changed.Vocabulary = new() { Kind = TokenKind.Bytes });

        void AssertRefused(string message, Action<RevTranslationOptions> change)
        {
            var changed = Brief();
            change(changed);
            StringAssert.Contains(
                Assert.ThrowsExactly<ArgumentException>(() => new MLContext(seed: 1).Transforms.Text.RevTranslation(changed).Fit(pairs, Trained.Translator)).Message, message);
        }
    }

    [TestMethod]
    [DataRow(CellKind.RevGru, AttentionContext.Embedding)]
    [DataRow(CellKind.RevGru, AttentionContext.Slice)]
    [DataRow(CellKind.Lstm, AttentionContext.Hidden)]
    [DataRow(CellKind.Gru, AttentionContext.EmbeddingAndSlice)]
    public void EachCellAndContextLearns(CellKind cell, AttentionContext context)
    {
        var options = Brief();
        options.Network = options.Network with { Cell = cell, LayerCount = 2, Bidirectional = cell == CellKind.RevGru };
        options.Model = options.Model with { Context = context };

        var model = Fit(options);

        Assert.IsLessThan(model.Report!.Epochs[0].Loss, model.Report.Epochs[^1].Loss);
        Assert.AreEqual(options.Network.Bidirectional, model.Network.Bidirectional);
        CollectionAssert.AreEqual(
            PairData.Lines(model, PairData.ProbeData()), PairData.Lines(ModelFileImage.Load(ModelFileImage.Of(model).File), PairData.ProbeData()));
    }

    private static RevTranslationOptions Brief()
    {
        var options = Small.Translation();
        options.Training = options.Training with { MaximumEpochs = 3 };
        return options;
    }

    private static RevTranslationTransformer Fit(RevTranslationOptions options) => new MLContext(seed: 1).Transforms.Text.RevTranslation(options).Fit(PairData.Data());

    private static string[] Written(MLContext context, Func<TrainingOptions, TrainingOptions>? change = null)
    {
        var options = Brief();
        options.Training = options.Training with { MaximumEpochs = 2, Dropout = 0.2f };
        options.Training = change?.Invoke(options.Training) ?? options.Training;
        return PairData.Lines(context.Transforms.Text.RevTranslation(options).Fit(PairData.Data()), PairData.ProbeData());
    }
}
