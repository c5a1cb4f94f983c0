namespace Microsoft.ML.RevRnn.Engine.Tests;

[TestClass]
internal sealed class SequenceClassifierTests
{
    private static readonly ToyTask _task = ToyTask.Learnable(40);
    private static readonly Lazy<SequenceClassifier> _model = new(() => Train(CellKind.RevLstm, 2));

    [TestMethod]
    [DataRow(CellKind.RevLstm, 1)]
    [DataRow(CellKind.RevLstm, 2)]
    [DataRow(CellKind.RevGru, 1)]
    [DataRow(CellKind.RevGru, 2)]
    public void ProbabilitiesAddUpToOneForTextsOfAnyLength(CellKind cell, int layers)
    {
        var model = Train(cell, layers);
        Assert.AreEqual(ToyTask.Classes, model.ClassCount);
        Assert.AreEqual(ToyTask.VocabularySize, model.VocabularySize);
        Assert.AreEqual(_task.Network with { Cell = cell, LayerCount = layers }, model.Network);
        foreach (var length in (int[])[0, 1, 2, 31, 32, 33, 500])
        {
            var probabilities = model.Predict(Sequences.Random(1, length, length, ToyTask.VocabularySize)[0]);
            Assert.AreEqual(1, probabilities.Sum(), 1e-6f, $"length {length}");
            Assert.IsTrue(probabilities.All(probability => probability is > 0 and < 1), $"length {length}");
        }
    }

    [TestMethod]
    [DataRow(CellKind.RevLstm)]
    [DataRow(CellKind.RevGru)]
    public void ATextOfAHundredThousandTokensIsRead(CellKind cell)
    {
        var model = (_task with { Network = new NetworkOptions { Cell = cell, EmbeddingSize = 4, HiddenSize = 4 } }).Run(null, new CancellationToken(true)).Model;
        var tokens = Sequences.Random(1, 100_000, 100_000, ToyTask.VocabularySize)[0];
        var probabilities = model.Predict(tokens);

        Assert.AreEqual(1, probabilities.Sum(), 1e-6f);
        // Not a part of it.
        CollectionAssert.AreNotEqual(model.Predict(tokens[..50_000]), probabilities);
        CollectionAssert.AreNotEqual(model.Predict(tokens[50_000..]), probabilities);
    }

    [TestMethod]
    public void AnEmptyTextIsTheEmptyToken()
    {
        Near.AreSame(_model.Value.Predict(Vocabulary.EmptyToken), _model.Value.Predict(), "probabilities");

        var read = _task with { Sequences = [[], [1, 2], [], [3, 4, 5]], Labels = [0, 1, 0, 2] };
        var written = read with { Sequences = [[Vocabulary.EmptyToken], [1, 2], [Vocabulary.EmptyToken], [3, 4, 5]] };
        CollectionAssert.AreEqual(Models.Bytes(written.Run().Model), Models.Bytes(read.Run().Model));
    }

    [TestMethod]
    public void OneTextIsEnoughToTrainOn()
    {
        var model = (_task with { Sequences = [[5]], Labels = [1] }).Run().Model;

        Assert.AreEqual(1, model.Accuracy([[5]], [1]));
    }

    [TestMethod]
    public void ATextHasTheSameProbabilitiesAloneAndAfterOthers()
    {
        int[] tokens = [3, 1, 4, 1, 5];
        var alone = Train(CellKind.RevLstm, 2).Predict(tokens);
        foreach (var before in (int[])[0, 1, 5, 40, 2_000])
        {
            _model.Value.Predict(Sequences.Random(1, before, before, ToyTask.VocabularySize)[0]);
            Near.AreSame(alone, _model.Value.Predict(tokens), $"probabilities after a text of {before}");
        }
    }

    [TestMethod]
    public void SeveralThreadsGetTheSameProbabilities()
    {
        var sequences = Sequences.Random(60, 0, 80, ToyTask.VocabularySize);
        var expected = sequences.Select(tokens => _model.Value.Predict(tokens)).ToArray();
        var model = Models.Classifier(Models.Bytes(_model.Value));
        var threads = 4;
        using var start = new Barrier(threads);
        var failures = new List<Exception>();
        var workers = Enumerable.Range(0, threads).Select(worker => new Thread(() =>
        {
            try
            {
                start.SignalAndWait();
                for (var i = 0; i < 3 * sequences.Length; i++)
                {
                    var text = (i * (2 * worker + 1) + worker) % sequences.Length;
                    Near.AreSame(expected[text], model.Predict(sequences[text]), $"probabilities of text {text}");
                }
            }
            catch (Exception failure)
            {
                lock (failures)
                    failures.Add(failure);
            }
        })).ToArray();
        foreach (var worker in workers)
            worker.Start();
        foreach (var worker in workers)
            worker.Join();

        Assert.AreEqual(0, failures.Count, failures.FirstOrDefault()?.Message);
    }

    [TestMethod]
    public void AModelOutlivesItsTrainingAndTheGarbageCollector()
    {
        var expected = _model.Value.Predict(1, 2, 3);
        var model = Train(CellKind.RevLstm, 2);
        for (var i = 0; i < 3; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
            Near.AreSame(expected, model.Predict(1, 2, 3), "probabilities");
        }
    }

    [TestMethod]
    [DataRow(CellKind.RevLstm, 1)]
    [DataRow(CellKind.RevLstm, 2)]
    [DataRow(CellKind.RevGru, 1)]
    [DataRow(CellKind.RevGru, 2)]
    [DataRow(CellKind.Elman, 1)]
    [DataRow(CellKind.GruResetAfter, 2)]
    [DataRow(CellKind.LeakyElman, 1)]
    [DataRow(CellKind.RevLeaky, 2)]
    [DataRow(CellKind.Unitary, 2)]
    public void AModelComesBackAsItWasSaved(CellKind cell, int layers)
    {
        var model = Train(cell, layers);
        var content = Models.Bytes(model);
        var again = Models.Classifier(content);

        CollectionAssert.AreEqual(content, Models.Bytes(again));
        Assert.AreEqual(model.Network, again.Network);
        Assert.AreEqual(model.ClassCount, again.ClassCount);
        Assert.AreEqual(model.VocabularySize, again.VocabularySize);
        foreach (var tokens in _task.Sequences)
            Near.AreSame(model.Predict(tokens), again.Predict(tokens), "probabilities");
    }

    [TestMethod]
    public void TextsThatCannotBeReadAreNamed()
    {
        var model = _model.Value;
        foreach (var token in (int[])[-1, ToyTask.VocabularySize, int.MaxValue, int.MinValue])
        {
            var failure = Assert.ThrowsExactly<ArgumentException>(() => model.Predict(1, token, 2));
            StringAssert.Contains(failure.Message, $"token {token}");
            Assert.AreEqual("tokens", failure.ParamName);
        }
        foreach (var room in (int[])[0, 2, 4])
        {
            var failure = Assert.ThrowsExactly<ArgumentException>(() => model.Predict([1], new float[room]));
            StringAssert.Contains(failure.Message, $"{room}");
            Assert.AreEqual("probabilities", failure.ParamName);
        }
        Assert.ThrowsExactly<ArgumentNullException>(() => model.Save(null!));
        Assert.ThrowsExactly<ArgumentNullException>(() => SequenceClassifier.Load(null!));
    }

    [TestMethod]
    public void DataThatCannotBeTrainedOnAreNamed()
    {
        Check<ArgumentNullException>("sequences", null, _task with { Sequences = null! });
        Check<ArgumentNullException>("labels", null, _task with { Labels = null! });
        Check<ArgumentNullException>("network", null, _task with { Network = null! });
        Check<ArgumentNullException>("training", null, _task with { Training = null! });
        Check<ArgumentException>("sequences", "no sequences", _task with { Sequences = [], Labels = [] });
        Check<ArgumentException>("sequences", "Sequence 1 is null", _task with { Sequences = [[1], null!], Labels = [0, 0] });
        Check<ArgumentException>("sequences", "Sequence 1 holds token 10", _task with { Sequences = [[1], [2, 10]], Labels = [0, 0] });
        Check<ArgumentException>("sequences", "Sequence 0 holds token -1", _task with { Sequences = [[-1], [2]], Labels = [0, 0] });
        Check<ArgumentException>("labels", "2 sequences and 1 labels", _task with { Sequences = [[1], [2]], Labels = [0] });
        Check<ArgumentException>("labels", "Label 3 of sequence 1", _task with { Sequences = [[1], [2]], Labels = [0, 3] });
        Check<ArgumentException>("labels", "Label -1 of sequence 0", _task with { Sequences = [[1], [2]], Labels = [-1, 0] });
        foreach (var (classes, vocabulary, name) in ((int, int, string)[])
            [(1, 10, "classCount"), (10_000_001, 10, "classCount"), (3, 1, "vocabularySize"), (3, 10_000_003, "vocabularySize")])
        {
            var failure = Assert.ThrowsExactly<ArgumentOutOfRangeException>(
                () => SequenceClassifier.Train([[0]], [0], classes, vocabulary, _task.Network, _task.Training));
            Assert.AreEqual(name, failure.ParamName);
            StringAssert.Contains(failure.Message, name);
        }

        static void Check<TException>(string parameter, string? message, ToyTask task)
            where TException : ArgumentException
        {
            var failure = Assert.ThrowsExactly<TException>(() => task.Run(), parameter);
            Assert.AreEqual(parameter, failure.ParamName);
            StringAssert.Contains(failure.Message, message ?? parameter);
        }
    }

    private static SequenceClassifier Train(CellKind cell, int layers) => (_task with
    {
        Network = _task.Network with { Cell = cell, LayerCount = layers },
        Training = _task.Training with { MaximumEpochs = 2 },
    }).Run().Model;
}
