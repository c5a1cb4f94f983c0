namespace Microsoft.ML.RevRnn.Engine.Tests;

[TestClass]
internal sealed class SequenceEncoderTests
{
    private static readonly ToyTask _task = ToyTask.Learnable(40);
    private static readonly Lazy<SequenceEncoder> _model = new(() => Train(CellKind.RevGru, 2));

    [TestMethod]
    [DataRow(CellKind.RevLstm, 1)]
    [DataRow(CellKind.RevLstm, 2)]
    [DataRow(CellKind.RevGru, 1)]
    [DataRow(CellKind.RevGru, 2)]
    public void AnOrderlyLanguageIsLearned(CellKind cell, int layers)
    {
        // After token k comes k + 1, and the end after 9.
        int[][] sequences = [.. Enumerable.Range(0, 300).Select(i => Enumerable.Range(1 + i % 7, 9 - i % 7).ToArray())];
        var task = _task with { Sequences = sequences, Network = _task.Network with { Cell = cell, LayerCount = layers } };
        var report = task.RunEncoder().Report;

        // Which of seven tokens a text begins with cannot be known: of its 7 tokens on average and its end ln 7 / 8 = 0.24 remain, and 0.89 right at the most.
        // Without the order of tokens it would be ln 10 = 2.3, and 0.2 right at the most.
        Assert.IsTrue(report.Epochs[^1].Accuracy > 0.7, $"{report.Epochs[^1]}");
        Assert.IsTrue(report.Epochs[^1].ValidationAccuracy > 0.7, $"{report.Epochs[^1]}");
        Assert.IsTrue(report.Epochs[^1].ValidationLoss < 0.8, $"{report.Epochs[^1]}");
        Assert.AreEqual(TrainingStop.Completed, report.StopReason);
    }

    [TestMethod]
    public void ALanguageWithoutOrderCostsTheLogarithmOfItsTokens()
    {
        // Texts of 100 tokens out of 2 to 9: nothing to learn but that and, hardly ever, the end.
        var sequences = Sequences.Random(40, 100, 100, 8);
        foreach (ref var token in sequences.SelectMany(tokens => tokens).ToArray().AsSpan())
            token += 2;
        var report = (_task with { Sequences = sequences, Training = _task.Training with { MaximumEpochs = 6 } }).RunEncoder().Report;

        Assert.AreEqual(Math.Log(8), report.Epochs[^1].ValidationLoss!.Value, 0.15);
    }

    [TestMethod]
    [DataRow(CellKind.RevLstm)]
    [DataRow(CellKind.RevGru)]
    [DataRow(CellKind.NfRevLstm)]
    [DataRow(CellKind.NfRevGru)]
    public void NeitherThreadsNorActivationMemoryNorRepetitionChangeAModel(CellKind cell)
    {
        var task = _task with { Network = _task.Network with { Cell = cell, LayerCount = 2 } };
        task = task with { Training = task.Training with { MaximumEpochs = 2, Dropout = 0.3f, WeightDecay = 0.01f } };
        var (model, report) = task.RunEncoder();
        foreach (var (threads, strategy) in ((int, ActivationStrategy)[])
            [(1, default), (2, default), (3, default), .. Enum.GetValues<ActivationStrategy>().Select(strategy => (1, strategy))])
        {
            var (other, otherReport) = (task with { Training = task.Training with { ThreadCount = threads, ActivationStrategy = strategy } }).RunEncoder();
            CollectionAssert.AreEqual(Models.Bytes(model), Models.Bytes(other), $"{threads} threads, {strategy}");
            CollectionAssert.AreEqual(report.Epochs.ToArray(), otherReport.Epochs.ToArray(), $"{threads} threads, {strategy}");
        }
        var another = (task with { Training = task.Training with { Seed = task.Training.Seed + 1 } }).RunEncoder().Model;
        CollectionAssert.AreNotEqual(Models.Bytes(model), Models.Bytes(another));
    }

    [TestMethod]
    [DataRow(CellKind.RevLstm, 1)]
    [DataRow(CellKind.RevGru, 2)]
    public void FeaturesAreTheMeanOfTheHiddenStateOverTime(CellKind cell, int layers)
    {
        var language = LanguageModel.Train(
            _task.Sequences, ToyTask.VocabularySize, _task.Network with { Cell = cell, LayerCount = layers }, new LanguageModelOptions(),
            _task.Training with { MaximumEpochs = 2 }).Model;
        var model = new SequenceEncoder(language);
        var reference = new ReferenceLanguageModel(language.Parameters);
        foreach (var tokens in (int[][])[[], [3], [3, 1, 4, 1, 5, 9, 2, 6]])
        {
            var features = model.Encode(tokens);
            Assert.AreEqual(model.FeatureCount, features.Length);
            // In fixed point, a step's multiplication is off by up to 2^-10 of the state and 2^-13.
            Near.AreNear(reference.Features(tokens), Array.ConvertAll(features, feature => (double)feature), 5e-3, $"features of {tokens.Length} tokens");
        }
    }

    [TestMethod]
    [DataRow(CellKind.RevLstm, 1)]
    [DataRow(CellKind.RevLstm, 2)]
    [DataRow(CellKind.RevGru, 1)]
    [DataRow(CellKind.RevGru, 2)]
    public void TextsOfAnyLengthHaveFeatures(CellKind cell, int layers)
    {
        var model = Train(cell, layers);
        Assert.AreEqual(_task.Network.HiddenSize, model.FeatureCount);
        Assert.AreEqual(ToyTask.VocabularySize, model.VocabularySize);
        Assert.AreEqual(_task.Network with { Cell = cell, LayerCount = layers }, model.Network);
        foreach (var length in (int[])[0, 1, 2, 33, 5_000])
        {
            var features = model.Encode(Sequences.Random(1, length, length, ToyTask.VocabularySize)[0]);
            Assert.IsTrue(features.All(feature => float.IsFinite(feature) && feature != 0), $"length {length}");
        }
    }

    [TestMethod]
    public void ATextHasTheSameFeaturesAloneAndAfterOthers()
    {
        int[] tokens = [3, 1, 4, 1, 5];
        var alone = Train(CellKind.RevGru, 2).Encode(tokens);
        foreach (var before in (int[])[0, 1, 5, 40, 2_000])
        {
            _model.Value.Encode(Sequences.Random(1, before, before, ToyTask.VocabularySize)[0]);
            Near.AreSame(alone, _model.Value.Encode(tokens), $"features after a text of {before}");
        }
    }

    [TestMethod]
    public void SeveralThreadsGetTheSameFeatures()
    {
        var sequences = Sequences.Random(60, 0, 80, ToyTask.VocabularySize);
        var expected = sequences.Select(tokens => _model.Value.Encode(tokens)).ToArray();
        var model = Models.Encoder(Models.Bytes(_model.Value));

        Parallel.For(0, 4 * sequences.Length, new ParallelOptions { MaxDegreeOfParallelism = 4 }, i =>
        {
            var text = i * 7 % sequences.Length;
            Near.AreSame(expected[text], model.Encode(sequences[text]), $"features of text {text}");
        });
    }

    [TestMethod]
    [DataRow(CellKind.RevLstm, 1)]
    [DataRow(CellKind.RevLstm, 2)]
    [DataRow(CellKind.RevGru, 1)]
    [DataRow(CellKind.RevGru, 2)]
    [DataRow(CellKind.NfRevLstm, 2)]
    [DataRow(CellKind.NfRevGru, 1)]
    public void AModelComesBackAsItWasSaved(CellKind cell, int layers)
    {
        var model = Train(cell, layers);
        var content = Models.Bytes(model);
        var again = Models.Encoder(content);

        CollectionAssert.AreEqual(content, Models.Bytes(again));
        Assert.AreEqual(model.Network, again.Network);
        Assert.AreEqual(model.VocabularySize, again.VocabularySize);
        foreach (var tokens in _task.Sequences)
            Near.AreSame(model.Encode(tokens), again.Encode(tokens), "features");
    }

    [TestMethod]
    public void AModelOutlivesItsTrainingAndTheGarbageCollector()
    {
        var expected = _model.Value.Encode(1, 2, 3);
        var model = Train(CellKind.RevGru, 2);
        for (var i = 0; i < 3; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
            Near.AreSame(expected, model.Encode(1, 2, 3), "features");
        }
    }

    [TestMethod]
    public void CancelledBeforeTheStartThereIsAnUntrainedModel()
    {
        var (model, report) = _task.RunEncoder(null, new CancellationToken(true));

        Assert.AreEqual(TrainingStop.Cancelled, report.StopReason);
        Assert.AreEqual(0, report.BestEpoch);
        Assert.IsTrue(model.Encode(1, 2, 3).All(float.IsFinite));
    }

    [TestMethod]
    public void CancelledLaterTheModelHasTheBestWeightsUntilThen()
    {
        using var source = new CancellationTokenSource();
        var (model, report) = _task.RunEncoder(new Listener(progress =>
        {
            if (progress.Epoch == 2 && progress.EpochFraction == 1)
                source.Cancel();
        }), source.Token);

        Assert.AreEqual(TrainingStop.Cancelled, report.StopReason);
        Assert.AreEqual(2, report.Epochs.Count);
        Assert.AreEqual(report.Epochs.MinBy(epoch => epoch.ValidationLoss)!.Epoch, report.BestEpoch);
        Assert.IsTrue(model.Encode(1, 2, 3).All(float.IsFinite));
    }

    [TestMethod]
    [DataRow(CellKind.RevLstm)]
    [DataRow(CellKind.RevGru)]
    public void AnAbsurdLearningRateIsSurvivedOrReported(CellKind cell)
    {
        for (var seed = 0; seed < 5; seed++)
        {
            try
            {
                var options = _task.Training with { LearningRate = 1, MaximumGradientNorm = 1e6f, MaximumEpochs = 6, Seed = seed };
                var model = (_task with { Training = options, Network = _task.Network with { Cell = cell } }).RunEncoder().Model;
                Assert.IsTrue(_task.Sequences.All(tokens => model.Encode(tokens).All(float.IsFinite)));
            }
            catch (InvalidOperationException failure)
            {
                StringAssert.Contains(failure.Message, nameof(TrainingOptions.LearningRate));
            }
        }
    }

    [TestMethod]
    public void TextsThatCannotBeReadAreNamed()
    {
        var model = _model.Value;
        foreach (var token in (int[])[-1, ToyTask.VocabularySize, int.MaxValue])
        {
            var failure = Assert.ThrowsExactly<ArgumentException>(() => model.Encode(1, token, 2));
            StringAssert.Contains(failure.Message, $"token {token}");
            Assert.AreEqual("tokens", failure.ParamName);
        }
        foreach (var room in (int[])[0, 15, 17])
        {
            var failure = Assert.ThrowsExactly<ArgumentException>(() => model.Encode([1], new float[room]));
            StringAssert.Contains(failure.Message, $"{room}");
            Assert.AreEqual("features", failure.ParamName);
        }
        Assert.ThrowsExactly<ArgumentNullException>(() => model.Save(null!));
        Assert.ThrowsExactly<ArgumentNullException>(() => SequenceEncoder.Load(null!));
    }

    [TestMethod]
    public void DataThatCannotBeTrainedOnAreNamed()
    {
        Check<ArgumentNullException>("sequences", null, _task with { Sequences = null! });
        Check<ArgumentNullException>("network", null, _task with { Network = null! });
        Check<ArgumentNullException>("training", null, _task with { Training = null! });
        Check<ArgumentException>("sequences", "no sequences", _task with { Sequences = [] });
        Check<ArgumentException>("sequences", "Sequence 1 is null", _task with { Sequences = [[1], null!] });
        Check<ArgumentException>("sequences", "Sequence 1 holds token 10", _task with { Sequences = [[1], [2, 10]] });
        var failure = Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => SequenceEncoder.Train([[0]], 1, _task.Network, _task.Training));
        Assert.AreEqual("vocabularySize", failure.ParamName);

        static void Check<TException>(string parameter, string? message, ToyTask task)
            where TException : ArgumentException
        {
            var failure = Assert.ThrowsExactly<TException>(() => task.RunEncoder(), parameter);
            Assert.AreEqual(parameter, failure.ParamName);
            StringAssert.Contains(failure.Message, message ?? parameter);
        }
    }

    private static SequenceEncoder Train(CellKind cell, int layers) => (_task with
    {
        Network = _task.Network with { Cell = cell, LayerCount = layers },
        Training = _task.Training with { MaximumEpochs = 2 },
    }).RunEncoder().Model;
}
