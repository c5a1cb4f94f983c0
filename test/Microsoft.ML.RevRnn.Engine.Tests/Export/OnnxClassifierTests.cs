namespace Microsoft.ML.RevRnn.Engine.Tests;

/// <summary>Exported classifiers, run by ONNX Runtime, against the engine.</summary>
[TestClass]
internal sealed class OnnxClassifierTests
{
    private const int Classes = ToyTask.Classes;

    private static readonly int[][] _texts = [.. Sequences.Random(30, 1, 40, ToyTask.VocabularySize, seed: 8), []];

    public static IEnumerable<object[]> Networks()
    {
        foreach (var cell in Enum.GetValues<CellKind>())
            yield return [new NetworkOptions { Cell = cell, Pooling = PoolingKind.MeanMaxLast }];
        foreach (var pooling in Enum.GetValues<PoolingKind>())
            yield return [new NetworkOptions { Cell = CellKind.RevGru, Pooling = pooling, Bidirectional = true }];
        // Neither a whole register of units in a half nor a skip to the second layer; then one with skips, and one that forgets all it likes.
        yield return [new NetworkOptions { Cell = CellKind.RevLstm, LayerCount = 3, SkipConnections = true, HiddenSize = 10 }];
        yield return [new NetworkOptions { Cell = CellKind.RevLstm, LayerCount = 3, SkipConnections = true, EmbeddingSize = 16, Bidirectional = true }];
        yield return [new NetworkOptions { Cell = CellKind.RevGru, LayerCount = 2, ForgettingLimit = ForgettingLimit.None }];
        yield return [new NetworkOptions { Cell = CellKind.NestedLstm, NestingDepth = 3, HiddenSize = 10 }];
        yield return [new NetworkOptions { Cell = CellKind.Lstm, LayerCount = 2, SkipConnections = true, Bidirectional = true }];
        yield return [new NetworkOptions { Cell = CellKind.MixedGru, MixtureSize = 1, HiddenSize = 10, Bidirectional = true }];
        yield return [new NetworkOptions { Cell = CellKind.MixedGru, MixtureSize = 3, HiddenSize = 10, LayerCount = 2 }];
        yield return [new NetworkOptions { Cell = CellKind.Unitary, HiddenSize = 10, LayerCount = 2 }];
        yield return [new NetworkOptions { Structure = NetworkStructure.BalancedTree, Pooling = PoolingKind.Last }];
        yield return [new NetworkOptions { Structure = NetworkStructure.BalancedTree, Pooling = PoolingKind.MeanMaxLast, HiddenSize = 10 }];
        yield return [new NetworkOptions { Structure = NetworkStructure.BalancedTree, Pooling = PoolingKind.Attention }];
        yield return [new NetworkOptions { Structure = NetworkStructure.MemoryNetwork, Pooling = PoolingKind.Last, LayerCount = 3 }];
        yield return [new NetworkOptions { Structure = NetworkStructure.MemoryNetwork, Pooling = PoolingKind.MeanMaxLast, HiddenSize = 10 }];
    }

    [TestMethod]
    [DynamicData(nameof(Networks))]
    public void ProbabilitiesAreTheEngines(NetworkOptions network)
    {
        var model = Train(network);
        foreach (var options in Options())
        {
            using var session = new OnnxSession(stream => model.SaveAsOnnx(stream, options));
            Compare(model, session, $"{network.Cell} {options.Arithmetic} {options.Opset}");
        }
    }

    /// <summary>Other rows of a batch, and the padding that they bring, do not show in any bit.</summary>
    [TestMethod]
    [DynamicData(nameof(Networks))]
    public void APaddedBatchHasTheBitsOfSingleRows(NetworkOptions network)
    {
        var model = Train(network);
        using var session = new OnnxSession(stream => model.SaveAsOnnx(stream));
        var batch = session.Run("Score", _texts);

        for (var i = 0; i < _texts.Length; i++)
        {
            if (_texts[i].Length > 0)
                CollectionAssert.AreEqual(session.Run("Score", _texts[i]), batch[(i * Classes)..((i + 1) * Classes)], $"row {i}");
        }
    }

    [TestMethod]
    public void ARowWithoutTokensIsReadAsTheEngineReadsIt()
    {
        var model = Train(new NetworkOptions { Cell = CellKind.RevGru });
        using var session = new OnnxSession(stream => model.SaveAsOnnx(stream));

        var expected = model.Predict();
        using var none = OnnxSession.Tensor(Array.Empty<long>(), 1, 0);
        using var padding = OnnxSession.Tensor(new[] { -1L, -1 }, 1, 2);
        foreach (var tokens in new[] { none, padding })
        {
            using var score = session.Run([("tokens", tokens)], "Score")[0];
            AreClose(expected, score.GetTensorDataAsSpan<float>(), 1e-5f, "an empty row");
        }
    }

    [TestMethod]
    public void TheInputHasTheNameThatIsAskedFor()
    {
        var model = Train(new NetworkOptions { Cell = CellKind.RevGru });
        using var session = new OnnxSession(stream => model.SaveAsOnnx(stream, new OnnxExportOptions { InputName = "ids" }));

        CollectionAssert.AreEqual(new[] { "ids" }, session.Inputs.ToArray());
        CollectionAssert.AreEqual(new[] { "Score", "PredictedLabel" }, session.Outputs.ToArray());
        Assert.AreEqual(typeof(long), session.TypeOf("ids"));
        CollectionAssert.AreEqual(new[] { -1, -1 }, session.ShapeOf("ids"));
    }

    [TestMethod]
    [DataRow(11)]
    [DataRow(18)]
    public void AnOptionOutOfItsRangeIsRefused(int opset)
    {
        var model = Train(new NetworkOptions { Cell = CellKind.RevGru });
        var failure = Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => model.SaveAsOnnx(Stream.Null, new OnnxExportOptions { Opset = opset }));
        StringAssert.Contains(failure.Message, $"Opset is {opset}; it must be from 12 to 17.");
        Assert.ThrowsExactly<ArgumentException>(() => model.SaveAsOnnx(Stream.Null, new OnnxExportOptions { InputName = " " }));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => model.SaveAsOnnx(Stream.Null, new OnnxExportOptions { Arithmetic = (OnnxArithmetic)9 }));
    }

    private static IEnumerable<OnnxExportOptions> Options() =>
    [
        new(),
        new() { Opset = 12 },
        new() { Arithmetic = OnnxArithmetic.RoundedGates },
    ];

    private static SequenceClassifier Train(NetworkOptions network)
    {
        var task = ToyTask.Learnable(60);
        var small = network with { EmbeddingSize = Math.Min(network.EmbeddingSize, 16), HiddenSize = Math.Min(network.HiddenSize, 16) };
        return (task with { Network = small, Training = task.Training with { MaximumEpochs = 3 } }).Run().Model;
    }

    private static void Compare(SequenceClassifier model, OnnxSession session, string what)
    {
        using var tokens = OnnxSession.Tokens(_texts);
        var outputs = session.Run([("tokens", tokens)], "Score", "PredictedLabel");
        var (total, expected) = (0.0, new float[Classes]);
        for (var i = 0; i < _texts.Length; i++)
        {
            var label = model.Predict(_texts[i], expected, temperature: 1);
            var scores = outputs[0].GetTensorDataAsSpan<float>().Slice(i * Classes, Classes);
            AreClose(expected, scores, 1e-3f, $"{what}, row {i}");
            for (var c = 0; c < Classes; c++)
                total += Math.Abs(expected[c] - scores[c]);
            Assert.AreEqual(label, outputs[1].GetTensorDataAsSpan<long>()[i], $"{what}, row {i}");
        }
        Assert.IsLessThan(1e-4, total / (_texts.Length * Classes), what);
        foreach (var output in outputs)
            output.Dispose();
    }

    private static void AreClose(ReadOnlySpan<float> expected, ReadOnlySpan<float> actual, float most, string what)
    {
        Assert.AreEqual(expected.Length, actual.Length, what);
        for (var i = 0; i < expected.Length; i++)
            Assert.AreEqual(expected[i], actual[i], most, what);
    }
}
