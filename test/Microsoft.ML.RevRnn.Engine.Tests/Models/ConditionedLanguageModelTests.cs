namespace Microsoft.ML.RevRnn.Engine.Tests;

/// <summary>Language models that are told what each text is about.</summary>
[TestClass]
internal sealed class ConditionedLanguageModelTests
{
    private static readonly float[] _up = [1, 0];
    private static readonly float[] _down = [0, 1];
    private static readonly int[] _counting = [1, 2, 3, 4, 5, 6, 7];
    private static readonly int[] _countingDown = [7, 6, 5, 4, 3, 2, 1];
    private static readonly Lazy<LanguageModel> _model = new(() => Train(Task()).Model);

    [TestMethod]
    public void OneModelWritesTextsOfEachKindAndTellsThemApart()
    {
        var model = _model.Value;
        Assert.AreEqual(2, model.ContextSize);
        Assert.AreEqual(ContextUse.Both, model.ContextUse);
        // Token 1 is that of what is unknown.
        var options = new GenerationOptions { Temperature = 0, AllowsUnknown = true };
        CollectionAssert.AreEqual(_counting, model.CreateSession(null, _up).Generate(options).ToArray());
        CollectionAssert.AreEqual(_countingDown, model.CreateSession(null, _down).Generate(options).ToArray());

        var (ofUp, ofDown) = (model.LogLikelihoods(_counting, [_up, _down]), model.LogLikelihoods(_countingDown, [_up, _down]));

        Assert.IsGreaterThan(ofUp[1] + 1, ofUp[0]);
        Assert.IsGreaterThan(ofDown[0] + 1, ofDown[1]);
        Assert.AreEqual(ofUp[0], model.Score(_counting, null, _up).LogLikelihood);
        Parallel.For(0, 8, _ => Assert.AreEqual(ofUp[1], model.Score(_counting, null, _down).LogLikelihood));
    }

    [TestMethod]
    public void ASessionKeepsItsContextWithACacheToo()
    {
        var session = _model.Value.CreateSession(new CacheOptions { Lambda = 0.2 }, _down);
        CollectionAssert.AreEqual(_down, session.Context.ToArray());
        session.Read(_countingDown);
        var expected = session.LogLikelihood;
        session.Restart();
        foreach (var token in _countingDown)
            session.Read(token);
        Assert.AreEqual(expected, session.LogLikelihood);
        Assert.AreEqual(expected + session.LogProbabilities[0], _model.Value.Score(_countingDown, session.Cache, _down).LogLikelihood, 1e-9);
    }

    [TestMethod]
    [DataRow(ContextUse.InitialState)]
    [DataRow(ContextUse.EachStep)]
    [DataRow(ContextUse.Both)]
    public void ALoadedModelHasTheSameBitsAndACutOffOneIsReported(ContextUse use)
    {
        var task = Task(use);
        var model = Train(task with { Training = task.Training with { MaximumEpochs = 2 } }).Model;
        var content = Models.Bytes(model);

        var loaded = Models.LanguageModel(content);

        CollectionAssert.AreEqual(content, Models.Bytes(loaded));
        Assert.AreEqual(use, loaded.ContextUse);
        Assert.AreEqual(model.ParameterCount, loaded.ParameterCount);
        Assert.AreEqual(model.Score(_counting, null, _down), loaded.Score(_counting, null, _down));
        for (var length = 0; length < content.Length; length += length < 40 ? 1 : 97)
            StringAssert.Contains(Assert.ThrowsExactly<FormatException>(() => Models.LanguageModel(content[..length]), $"{length} bytes").Message, "damaged");
        foreach (var (position, value, message) in (ReadOnlySpan<(int, byte, string)>)[(29, 0, "ContextUse"), (29, 4, "ContextUse"), (31, 200, "ContextSize"), (30, 99, "announced")])
        {
            var damaged = (byte[])content.Clone();
            damaged[position] = value;
            StringAssert.Contains(Assert.ThrowsExactly<FormatException>(() => Models.LanguageModel(damaged)).Message, message);
        }
    }

    [TestMethod]
    public void NeitherStrategyNorThreadsChangeABitOfTheModel()
    {
        var task = Task();
        task = task with { Training = task.Training with { MaximumEpochs = 3 } };
        var expected = Models.Bytes(Train(task).Model);
        foreach (var strategy in Enum.GetValues<ActivationStrategy>())
            CollectionAssert.AreEqual(expected, Models.Bytes(Train(task with { Training = task.Training with { ActivationStrategy = strategy, ThreadCount = 2 } }).Model), $"{strategy}");
    }

    [TestMethod]
    public void HeldBackTextsHaveContextsOfTheirOwn()
    {
        var task = Task();
        var contexts = task.Model.Contexts!;
        task = task with { Training = task.Training with { MaximumEpochs = 20 }, Validation = [_counting, _countingDown] };

        var right = Train(task with { Model = task.Model with { Contexts = contexts with { Validation = [_up, _down] } } }).Report;
        var wrong = Train(task with { Model = task.Model with { Contexts = contexts with { Validation = [_down, _up] } } }).Report;

        Assert.IsLessThan(wrong.Epochs[^1].ValidationLoss!.Value, right.Epochs[^1].ValidationLoss!.Value);
    }

    [TestMethod]
    public void TrainingGoesOnWithContextsOfTheSameSize()
    {
        var task = Task();
        var (texts, training) = (task.Texts, task.Training with { MaximumEpochs = 1 });
        var further = _model.Value.ContinueTraining(texts, task.Model, training).Model;
        Assert.AreNotEqual(_model.Value.Score(_counting, null, _up), further.Score(_counting, null, _up));
        Assert.AreEqual(_model.Value.ParameterCount, further.ParameterCount);

        foreach (var (options, message) in (IEnumerable<(LanguageModelOptions, string)>)
            [
                (task.Model with { Contexts = null }, "give Contexts"),
                (task.Model with { Contexts = new TextContexts { Vectors = [.. texts.Select(_ => new float[3])] } }, "and those of the model"),
            ])
        {
            StringAssert.Contains(Assert.ThrowsExactly<ArgumentException>(() => _model.Value.ContinueTraining(texts, options, training)).Message, message);
        }
    }

    [TestMethod]
    public void BadContextsAreReported()
    {
        var model = _model.Value;
        foreach (var (action, message) in (IEnumerable<(Action, string)>)
            [
                (() => model.Score(_counting), "there is none"),
                (() => model.CreateSession(), "there is none"),
                (() => model.Evaluate([_counting]), "there is none"),
                (() => model.ChooseCache([_counting]), "there is none"),
                (() => model.Score(_counting, null, new float[3]), "this one has 3"),
                (() => model.CreateSession(null, [float.NaN, 0]), "not finite"),
                (() => LanguageTask.Counting(2).Run().Model.Score(_counting, null, _up), "without contexts"),
                (() => new SequenceEncoder(model), "without contexts"),
                (() => TokenConnectivity.Of(model, _counting, [new ConnectivityOutput(3, 1)], new ConnectivityOptions()), "without a context"),
            ])
        {
            StringAssert.Contains(Assert.ThrowsExactly<ArgumentException>(action).Message, message);
        }
        var task = Task();
        foreach (var (contexts, message) in (IEnumerable<(TextContexts, string)>)
            [
                (new TextContexts { Vectors = [_up] }, "texts, and Vectors has the contexts of 1"),
                (new TextContexts { Vectors = [.. task.Texts.Select((_, i) => new float[i == 3 ? 1 : 2])] }, "Vectors[3] has 1 values"),
                (new TextContexts { Vectors = [.. task.Texts.Select(_ => new[] { float.PositiveInfinity })] }, "not finite"),
                (task.Model.Contexts! with { Validation = [_up] }, "no such texts"),
            ])
        {
            StringAssert.Contains(Assert.ThrowsExactly<ArgumentException>(() => Train(task with { Model = task.Model with { Contexts = contexts } })).Message, message);
        }
        StringAssert.Contains(Assert.ThrowsExactly<ArgumentException>(() => Train(task with { Validation = [_counting] })).Message, "Validation needs a context of each");
        var streams = task with { Model = task.Model with { Layout = TextLayout.Streams } };
        StringAssert.Contains(Assert.ThrowsExactly<ArgumentException>(() => Train(streams)).Message, "set it to Documents");
        var onGpu = task with { Training = task.Training with { GpuDeviceId = 0 } };
        StringAssert.Contains(Assert.ThrowsExactly<NotSupportedException>(() => Train(onGpu)).Message, "trains on the processor");
    }

    private static LanguageTask Task(ContextUse use = ContextUse.Both)
    {
        var task = LanguageTask.Of([.. Enumerable.Range(0, 24).Select(i => i % 2 == 0 ? _counting : _countingDown)]);
        return task with
        {
            Model = new LanguageModelOptions
            {
                Layout = TextLayout.Documents,
                Contexts = new TextContexts { Use = use, Vectors = [.. Enumerable.Range(0, 24).Select(i => i % 2 == 0 ? _up : _down)] },
            },
            Training = task.Training with { MaximumEpochs = 60 },
        };
    }

    private static TrainingResult<LanguageModel> Train(LanguageTask task) => task.Run();
}
