using Microsoft.ML.RevRnn.Tests.Support;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.RevRnn.Tests;

/// <summary>How language models are fitted: epochs, held-back data, seeds, checkpoints, and how it ends.</summary>
[TestClass]
public sealed class LanguageModelTrainingTests
{
    [TestMethod]
    public void EachEpochGivesAModelThatStays()
    {
        var epochs = new List<EpochReport>();
        var models = new List<RevLanguageModelTransformer>();
        var written = new List<string[]>();
        var options = Small.LanguageModel();
        options.Training = options.Training with { ValidationFraction = 0, MaximumEpochs = 3 };
        options.EpochEnded = (epoch, model) =>
        {
            epochs.Add(epoch);
            models.Add(model);
            written.Add(LanguageModelLines.Of(model, Trained.Probes()));
        };

        var last = Fit(options, Trained.Data());

        CollectionAssert.AreEqual(last.Report!.Epochs.ToArray(), epochs);
        Assert.HasCount(3, models);
        for (var i = 0; i < 3; i++)
        {
            Assert.IsNull(models[i].Report);
            CollectionAssert.AreEqual(written[i], LanguageModelLines.Of(models[i], Trained.Probes()));
        }
        CollectionAssert.AreNotEqual(written[0], written[1]);
        CollectionAssert.AreEqual(written[2], LanguageModelLines.Of(last, Trained.Probes()));
    }

    [TestMethod]
    public void WhatTheEpochListenerThrowsEndsTheTraining()
    {
        var options = Small.LanguageModel();
        options.EpochEnded = (epoch, _) => throw new NotSupportedException($"Epoch {epoch.Epoch}");

        Assert.AreEqual("Epoch 1", Assert.ThrowsExactly<NotSupportedException>(() => Fit(options, Trained.Data())).Message);
    }

    [TestMethod]
    [DataRow(TextLayout.Documents)]
    [DataRow(TextLayout.Streams)]
    public void HeldBackDataChoosesTheEpoch(TextLayout layout)
    {
        var validation = Trained.Data(count: 20, seed: 9);
        var crossEntropies = new List<double>();
        var options = Small.LanguageModel();
        options.Model = options.Model with { Layout = layout };
        options.Training = options.Training with { ValidationFraction = 0 };
        options.EpochEnded = (_, model) => crossEntropies.Add(model.Evaluate(validation).CrossEntropy);

        var model = new MLContext(seed: 1).Transforms.Text.RevLanguageModel(options).Fit(Trained.Data(), validation);

        var losses = model.Report!.Epochs.Select(epoch => epoch.ValidationLoss!.Value).ToArray();
        Assert.HasCount(losses.Length, crossEntropies);
        Assert.AreEqual(1 + Array.IndexOf(losses, losses.Min()), model.Report.BestEpoch);
        // Of streams the state goes on from text to text, which is another measure.
        for (var i = 0; layout == TextLayout.Documents && i < crossEntropies.Count; i++)
            Assert.AreEqual(crossEntropies[i], losses[i], 1e-3);
        Assert.AreEqual(crossEntropies[model.Report.BestEpoch - 1], model.Evaluate(validation).CrossEntropy);
    }

    [TestMethod]
    public void TheVocabularyIsOfTheTrainingDataOnly()
    {
        var model = new MLContext(seed: 1).Transforms.Text.RevLanguageModel(Small.LanguageModel())
            .Fit(Trained.Data(), Trained.Texts("novel novel novel words words words"));

        Assert.AreEqual(Fit(Small.LanguageModel(), Trained.Data()).VocabularySize, model.VocabularySize);
    }

    [TestMethod]
    public void HeldBackDataIsChecked()
    {
        var estimator = new MLContext(seed: 1).Transforms.Text.RevLanguageModel(Small.LanguageModel());
        Assert.ThrowsExactly<ArgumentNullException>(() => estimator.Fit(Trained.Data(), (IDataView)null!));
        Assert.ThrowsExactly<ArgumentNullException>(() => estimator.Fit(null!, Trained.Data()));

        var failure = Assert.ThrowsExactly<InvalidOperationException>(() => estimator.Fit(Trained.Data(), new RowsView(2)));
        StringAssert.Contains(failure.Message, "nothing in column 'Text' to validate on");
        failure = Assert.ThrowsExactly<InvalidOperationException>(() => estimator.Fit(Trained.Data(), Trained.Texts("", " ")));
        StringAssert.Contains(failure.Message, "No row has a token in column 'Text', so there is nothing in it to validate on.");

        var numbers = Trained.Context.Data.LoadFromEnumerable(new[] { new { Text = 1f } });
        StringAssert.Contains(
            Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => estimator.Fit(Trained.Data(), numbers)).Message, "'Text' is Single; it must be text.");
    }

    [TestMethod]
    public void DataWithoutTokensIsRefused()
    {
        var failure = Assert.ThrowsExactly<InvalidOperationException>(() => Fit(Small.LanguageModel(), new RowsView(2)));
        StringAssert.Contains(failure.Message, "The data has no rows, so there is nothing in column 'Text' to train on.");

        failure = Assert.ThrowsExactly<InvalidOperationException>(() => Fit(Small.LanguageModel(), Trained.Texts("", " \t", "\n")));
        StringAssert.Contains(failure.Message, "No row has a token in column 'Text', so there is nothing in it to train on.");
    }

    [TestMethod]
    public void ATrainingThatDivergesSaysWhatToDo()
    {
        var options = Small.LanguageModel();
        options.Training = options.Training with
        {
            Optimizer = OptimizerKind.Sgd,
            Schedule = LearningRateSchedule.Constant,
            WarmUpFraction = 0,
            LearningRate = 100,
            MaximumGradientNorm = 1e6f,
            MaximumEpochs = 200,
            WeightDecay = 1,
        };

        var failure = Assert.ThrowsExactly<InvalidOperationException>(() => Fit(options, Trained.Data()));

        StringAssert.Contains(failure.Message, "Training diverged in epoch ");
        StringAssert.Contains(failure.Message, "Lower LearningRate (now 100)");
    }

    [TestMethod]
    public void AnInterruptedTrainingGoesOnToTheSameBits()
    {
        using var folder = new TemporaryFolder();
        var whole = LanguageModelLines.Of(Fit(Small.LanguageModel(), Trained.Data()), Trained.Probes());
        var options = Small.LanguageModel();
        options.Training = options.Training with { CheckpointPath = folder.File("checkpoint") };
        options.EpochEnded = (epoch, _) =>
        {
            if (epoch.Epoch == 3)
                throw new NotSupportedException();
        };
        Assert.ThrowsExactly<NotSupportedException>(() => Fit(options, Trained.Data()));
        var resumed = new List<int>();
        options.EpochEnded = (epoch, _) => resumed.Add(epoch.Epoch);

        var model = Fit(options, Trained.Data());

        CollectionAssert.AreEqual(new[] { 4, 5, 6, 7, 8 }, resumed);
        CollectionAssert.AreEqual(whole, LanguageModelLines.Of(model, Trained.Probes()));
    }

    [TestMethod]
    public void ACheckpointOfAnotherTrainingIsRefused()
    {
        using var folder = new TemporaryFolder();
        var options = Small.LanguageModel();
        options.Training = options.Training with { MaximumEpochs = 1, CheckpointPath = folder.File("checkpoint") };
        Fit(options, Trained.Data());

        var failure = Assert.ThrowsExactly<InvalidOperationException>(() => Fit(options, Trained.Data(seed: 2)));
        StringAssert.Contains(failure.Message, "other data");

        File.WriteAllText(folder.File("checkpoint"), "no checkpoint");
        failure = Assert.ThrowsExactly<InvalidOperationException>(() => Fit(options, Trained.Data()));
        StringAssert.Contains(failure.Message, folder.File("checkpoint"));
        StringAssert.Contains(failure.Message, "it is no checkpoint");
    }

    [TestMethod]
    public void CancellingGivesTheModelSoFar()
    {
        using var source = new CancellationTokenSource();
        var options = Small.LanguageModel();
        options.Training = options.Training with { MaximumEpochs = 10_000, Patience = 10_000 };
        options.CancellationToken = source.Token;
        options.EpochEnded = (epoch, _) =>
        {
            if (epoch.Epoch == 3)
                source.Cancel();
        };

        var model = Fit(options, Trained.Data());

        Assert.AreEqual(TrainingStop.Cancelled, model.Report!.StopReason);
        Assert.HasCount(3, model.Report.Epochs);
        Assert.HasCount(TestData.Probes.Count, LanguageModelLines.Scores(model, Trained.Probes()));
    }

    [TestMethod]
    public void TheContextsSeedMakesTheModel()
    {
        var first = Written(new MLContext(seed: 1));

        CollectionAssert.AreEqual(first, Written(new MLContext(seed: 1)));
        CollectionAssert.AreNotEqual(first, Written(new MLContext(seed: 2)));
        CollectionAssert.AreEqual(first, Written(new MLContext(seed: 2), options => options.Training = options.Training with { Seed = 1 }));
        CollectionAssert.AreEqual(first, Written(new MLContext(seed: 1), options =>
        {
            options.Training = options.Training with { ThreadCount = 2, ActivationStrategy = ActivationStrategy.Auto };
        }));
    }

    [TestMethod]
    public void TheLogTellsOfTheLanguageModel()
    {
        var context = new MLContext(seed: 1);
        var lines = new List<string>();
        context.Log += (_, e) =>
        {
            if (e.Kind == ChannelMessageKind.Info && e.Source.Contains("RevLanguageModelEstimator"))
                lines.Add(e.RawMessage);
        };

        context.Transforms.Text.RevLanguageModel(Small.LanguageModel()).Fit(Trained.Data());

        Assert.HasCount(10, lines);
        StringAssert.StartsWith(lines[0], "RevLstm: 60 sequences, ");
        StringAssert.StartsWith(lines[8], "Epoch 8/8: loss ");
    }

    private static RevLanguageModelTransformer Fit(RevLanguageModelOptions options, IDataView data)
        => new MLContext(seed: 1).Transforms.Text.RevLanguageModel(options).Fit(data);

    private static string[] Written(MLContext context, Action<RevLanguageModelOptions>? change = null)
    {
        var options = Small.LanguageModel();
        options.Training = options.Training with { MaximumEpochs = 2, Dropout = 0.2f };
        change?.Invoke(options);
        return LanguageModelLines.Of(context.Transforms.Text.RevLanguageModel(options).Fit(Trained.Data()), Trained.Probes());
    }
}
