namespace Microsoft.ML.RevRnn.Engine.Tests;

/// <summary>Training of language models by their own entrance.</summary>
[TestClass]
internal sealed class LanguageModelTests
{
    [TestMethod]
    [DataRow(TextLayout.Streams, CellKind.RevLstm, OptimizerKind.AdamW, false)]
    [DataRow(TextLayout.Streams, CellKind.RevGru, OptimizerKind.Sgd, true)]
    [DataRow(TextLayout.Documents, CellKind.RevLstm, OptimizerKind.AdamW, true)]
    [DataRow(TextLayout.Documents, CellKind.RevGru, OptimizerKind.Sgd, false)]
    public void ARuleIsLearned(TextLayout layout, CellKind cell, OptimizerKind optimizer, bool tied)
    {
        var task = LanguageTask.Counting();
        var (model, report) = (task with
        {
            Network = task.Network with { Cell = cell, TieEmbeddings = tied },
            Model = task.Model with { Layout = layout },
            Training = task.Training with
            {
                MaximumEpochs = 40,
                Optimizer = optimizer,
                LearningRate = optimizer == OptimizerKind.Sgd ? 10 : 0.03f,
                MaximumGradientNorm = 0.25f,
            },
        }).Run();

        Assert.AreEqual(TrainingStop.Completed, report.StopReason);
        Assert.IsTrue(report.Epochs[^1].Loss < 0.1, $"{report.Epochs[^1].Loss}");
        Assert.IsTrue(report.Epochs[^1].Accuracy > 0.97);
        Assert.IsTrue(report.Epochs[0].Loss > 1);
        var score = model.Score(task.Texts[0]);
        Assert.IsTrue(score.Perplexity < 1.15, $"{score.Perplexity}");
        Assert.IsTrue(model.Score([5, 5, 5]).Perplexity > 5);
        var session = model.CreateSession();
        for (var token = 1; token < LanguageTask.VocabularySize; token++)
        {
            Assert.AreEqual(token, session.LogProbabilities.IndexOf(session.LogProbabilities.ToArray().Max()));
            session.Read(token);
        }
    }

    [TestMethod]
    [DataRow(TextLayout.Streams)]
    [DataRow(TextLayout.Documents)]
    public void AnUntrainedModelKnowsTheFrequencies(TextLayout layout)
    {
        var task = LanguageTask.Of([1, 2, 1, 3], [1], [2, 1, 1]);
        var model = (task with { Model = task.Model with { Layout = layout } }).Run(cancellationToken: new CancellationToken(true)).Model;

        // Each counted once more; boundaries are three before the texts, and in a stream one behind the last.
        int[] counts = [layout == TextLayout.Streams ? 5 : 4, 6, 3, 2, 1, 1, 1, 1];
        for (var token = 0; token < counts.Length; token++)
            Assert.AreEqual(Math.Log((double)counts[token] / counts.Sum()), model.Parameters.Output.Bias.At(0, token), 1e-6, $"token {token}");
    }

    [TestMethod]
    [DataRow(TextLayout.Streams, null)]
    [DataRow(TextLayout.Streams, 5)]
    [DataRow(TextLayout.Documents, null)]
    [DataRow(TextLayout.Documents, 5)]
    public void NeitherThreadsNorActivationMemoryNorRepetitionChangeAModel(TextLayout layout, int? samples)
    {
        var task = LanguageTask.Random();
        task = task with
        {
            Network = new NetworkOptions { EmbeddingSize = 16, HiddenSize = 16, LayerCount = 2, SkipConnections = true },
            Model = new LanguageModelOptions { Layout = layout, WindowLength = 15, WeightDropout = 0.2f, EmbeddingDropout = 0.1f, SoftmaxSamples = samples },
            Training = task.Training with { MaximumEpochs = 2, Dropout = 0.2f, ValidationFraction = 0.2f },
        };
        var (model, report) = task.Run();
        foreach (var (threads, strategy) in ((int, ActivationStrategy)[])
            [(1, default), (2, default), .. Enum.GetValues<ActivationStrategy>().Select(strategy => (1, strategy))])
        {
            var (other, otherReport) = (task with { Training = task.Training with { ThreadCount = threads, ActivationStrategy = strategy } }).Run();
            CollectionAssert.AreEqual(Models.Bytes(model), Models.Bytes(other), $"{threads} threads, {strategy}");
            CollectionAssert.AreEqual(report.Epochs.ToArray(), otherReport.Epochs.ToArray(), $"{threads} threads, {strategy}");
        }
        var otherSeed = (task with { Training = task.Training with { Seed = 4 } }).Run().Model;
        CollectionAssert.AreNotEqual(Models.Bytes(model), Models.Bytes(otherSeed));
    }

    [TestMethod]
    [DataRow(TextLayout.Streams, false)]
    [DataRow(TextLayout.Streams, true)]
    [DataRow(TextLayout.Documents, false)]
    public void WithAllTokensDrawnTrainingIsThatOfTheWholeSoftmax(TextLayout layout, bool tied)
    {
        var task = LanguageTask.Counting(20);
        task = task with
        {
            Network = task.Network with { TieEmbeddings = tied },
            Model = task.Model with { Layout = layout },
            Training = task.Training with { Optimizer = OptimizerKind.Sgd, LearningRate = 2, BatchSize = 1, MaximumEpochs = 3 },
        };
        var whole = task.Run().Report;

        var sampled = (task with { Model = task.Model with { SoftmaxSamples = 5_000 } }).Run().Report;

        for (var epoch = 0; epoch < 3; epoch++)
            Assert.AreEqual(whole.Epochs[epoch].Loss, sampled.Epochs[epoch].Loss, 0.01, $"epoch {epoch + 1}");
        Assert.IsTrue(whole.Epochs[^1].Loss < 0.97 * whole.Epochs[0].Loss);
    }

    [TestMethod]
    [DataRow(TextLayout.Streams)]
    [DataRow(TextLayout.Documents)]
    public void TheValidationLossIsThatOfTheScores(TextLayout layout)
    {
        // Streams go on from text to text, so there is one text here; it is longer than a window of the evaluation.
        var texts = layout == TextLayout.Streams
            ? Sequences.Random(1, 700, 700, LanguageTask.VocabularySize, seed: 9)
            : Sequences.Random(7, 0, 50, LanguageTask.VocabularySize, seed: 9);
        var task = LanguageTask.Random();
        task = task with
        {
            Validation = texts,
            Model = task.Model with { Layout = layout },
            Training = task.Training with { MaximumEpochs = 1, Dropout = 0.3f },
        };
        var (model, report) = task.Run();

        var score = texts.Select(text => model.Score(text)).Aggregate((left, right) => left + right);

        Assert.AreEqual(texts.Sum(text => text.Length + 1), score.TokenCount);
        Assert.AreEqual(-score.LogLikelihood / score.TokenCount, report.Epochs[0].ValidationLoss!.Value, 1e-6);
        Assert.AreEqual(Math.Exp(report.Epochs[0].ValidationLoss!.Value), score.Perplexity, 1e-5);
    }

    [TestMethod]
    [DataRow(TextLayout.Streams)]
    [DataRow(TextLayout.Documents)]
    public void GivenValidationTextsHoldNothingElseBack(TextLayout layout)
    {
        var task = LanguageTask.Random();
        task = task with { Model = task.Model with { Layout = layout }, Training = task.Training with { MaximumEpochs = 1 } };
        var without = task.Run();
        task = task with { Validation = [[1, 2, 3]], Training = task.Training with { ValidationFraction = 0.5f } };

        var with = task.Run();

        CollectionAssert.AreEqual(Models.Bytes(without.Model), Models.Bytes(with.Model));
        Assert.AreEqual(without.Report.Epochs[0].Loss, with.Report.Epochs[0].Loss);
        Assert.IsNull(without.Report.Epochs[0].ValidationLoss);
        Assert.IsNotNull(with.Report.Epochs[0].ValidationLoss);
    }

    [TestMethod]
    public void TheModelIsThatOfTheBestEpoch()
    {
        var models = new List<byte[]>();
        var task = LanguageTask.Random();
        task = task with { Training = task.Training with { MaximumEpochs = 12, ValidationFraction = 0.3f, LearningRate = 0.05f } };

        var (model, report) = task.Run(null, (_, each) => models.Add(Models.Bytes(each)));

        var losses = report.Epochs.Select(epoch => epoch.ValidationLoss!.Value).ToList();
        Assert.AreEqual(losses.IndexOf(losses.Min()) + 1, report.BestEpoch);
        Assert.AreNotEqual(12, report.BestEpoch);
        CollectionAssert.AreEqual(models[report.BestEpoch - 1], Models.Bytes(model));
    }

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public void EachEpochsModelIsOfItsOwn(bool tied)
    {
        int[] text = [1, 2, 3, 4];
        var ended = new List<(EpochReport Report, LanguageModel Model, SequenceScore Score)>();
        var task = LanguageTask.Counting(5);
        task = task with { Network = task.Network with { TieEmbeddings = tied, EmbeddingSize = 16 } };

        var (model, report) = task.Run(null, (epoch, each) => ended.Add((epoch, each, each.Score(text))));

        CollectionAssert.AreEqual(report.Epochs.ToArray(), ended.Select(each => each.Report).ToArray());
        Assert.AreEqual(4, ended.Select(each => each.Score).Distinct().Count());
        foreach (var (_, each, score) in ended)
        {
            Assert.AreEqual(score, each.Score(text));
            // Not only what a session had packed at the time.
            Assert.AreEqual(score, Models.LanguageModel(Models.Bytes(each)).Score(text));
        }
        Assert.AreEqual(ended[^1].Score, model.Score(text));
    }

    [TestMethod]
    [DataRow(TextLayout.Streams)]
    [DataRow(TextLayout.Documents)]
    public void TimeThatIsUpEndsTrainingWithAUsableModel(TextLayout layout)
    {
        var task = LanguageTask.Random();
        task = task with
        {
            Model = task.Model with { Layout = layout },
            Training = task.Training with { MaximumMinutes = 1e-9, MaximumEpochs = 1000, ValidationFraction = 0.2f },
        };

        var (model, report) = task.Run();

        Assert.AreEqual(TrainingStop.TimeUp, report.StopReason);
        Assert.AreEqual(1, report.Epochs.Count);
        Assert.AreEqual(1, report.BestEpoch);
        Assert.IsTrue(double.IsFinite(report.Epochs[0].ValidationLoss!.Value));
        Assert.IsTrue(double.IsFinite(model.Score([1, 2, 3]).LogLikelihood));
    }

    [TestMethod]
    public void WhatCannotBeTrainedOnIsReported()
    {
        var task = LanguageTask.Counting(2);
        foreach (var (bad, message) in ((LanguageTask, string)[])
            [
                (LanguageTask.Of(), "no sequences"),
                (LanguageTask.Of([], []), "no tokens"),
                (LanguageTask.Of([1, LanguageTask.VocabularySize]), $"token {LanguageTask.VocabularySize}"),
                (LanguageTask.Of([1], [2, -1]), "token -1"),
                (LanguageTask.Of([1], null!), "null"),
                (task with { Validation = [[99]] }, "token 99"),
                (task with { Validation = [] }, "no sequences"),
            ])
        {
            foreach (var layout in Enum.GetValues<TextLayout>())
            {
                var failure = Assert.ThrowsExactly<ArgumentException>(() => (bad with { Model = new LanguageModelOptions { Layout = layout } }).Run(), message);
                StringAssert.Contains(failure.Message, message);
            }
        }
        Assert.ThrowsExactly<ArgumentNullException>(() => (task with { Texts = null! }).Run());
        Assert.ThrowsExactly<ArgumentNullException>(() => (task with { Model = null! }).Run());
        Assert.ThrowsExactly<ArgumentNullException>(() => (task with { Network = null! }).Run());
        Assert.ThrowsExactly<ArgumentNullException>(() => (task with { Training = null! }).Run());
    }

    [TestMethod]
    public void CancelledBeforeTheStartThereIsAnUntrainedModel()
    {
        var (model, report) = LanguageTask.Counting(2).Run(null, null, new CancellationToken(true));

        Assert.AreEqual(TrainingStop.Cancelled, report.StopReason);
        Assert.AreEqual(0, report.Epochs.Count);
        Assert.AreEqual(LanguageTask.VocabularySize, model.Score([1, 2, 3]).Perplexity, 3);
    }

    [TestMethod]
    public void AModelTellsItsShape()
    {
        var network = new NetworkOptions
        {
            Cell = CellKind.RevGru,
            EmbeddingSize = 6,
            HiddenSize = 4,
            LayerCount = 2,
            TieEmbeddings = true,
            SkipConnections = true,
            Pooling = PoolingKind.MeanMax,
        };
        var model = (LanguageTask.Counting(2) with { Network = network }).Run(null, null, new CancellationToken(true)).Model;

        Assert.AreEqual(network, model.Network);
        Assert.AreEqual(LanguageTask.VocabularySize, model.VocabularySize);
        // Tokens 8 x 6 and their bias; 6 -> 4 units and 4 -> 6 units, of which each half reads the inputs and the other half.
        Assert.AreEqual(8 * 6 + 8 + 2 * 3 * 2 * (6 + 1 + 2) + 2 * 3 * 3 * (4 + 1 + 3), model.ParameterCount);
        Assert.AreEqual(model.ParameterCount * 4 + 29, Models.Bytes(model).Length);
    }

    [TestMethod]
    public void TiedEmbeddingsDoNotHarmClassifiersAndEncoders()
    {
        var task = ToyTask.Learnable(8);
        task = task with { Network = task.Network with { TieEmbeddings = true } };

        // A classifier has no output weights of tokens; the top layer has as many units as a token's vector all the same.
        var classifier = task.Run().Model;
        Near.AreSame(classifier.Predict(1, 2, 3), Models.Classifier(Models.Bytes(classifier)).Predict(1, 2, 3), "probability");

        var (encoder, _) = task.RunEncoder();
        Assert.AreEqual(task.Network.EmbeddingSize, encoder.FeatureCount);
        Near.AreSame(encoder.Encode(1, 2, 3), Models.Encoder(Models.Bytes(encoder)).Encode(1, 2, 3), "feature");
    }
}
