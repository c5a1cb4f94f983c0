using Microsoft.ML.OnnxRuntime;

namespace Microsoft.ML.RevRnn.Engine.Tests;

/// <summary>Exported language models, whose states are carried on from run to run, against the engine.</summary>
[TestClass]
internal sealed class OnnxLanguageModelTests
{
    private const int Vocabulary = 12;

    private static readonly int[][] _texts = Sequences.Random(40, 10, 40, Vocabulary, seed: 5);

    [TestMethod]
    [DataRow(CellKind.RevLstm, true, OnnxArithmetic.FixedPoint, 17)]
    [DataRow(CellKind.RevGru, false, OnnxArithmetic.FixedPoint, 12)]
    [DataRow(CellKind.RevLstm, false, OnnxArithmetic.RoundedGates, 17)]
    [DataRow(CellKind.Lstm, false, OnnxArithmetic.FixedPoint, 12)]
    [DataRow(CellKind.NestedLstm, false, OnnxArithmetic.FixedPoint, 17)]
    [DataRow(CellKind.DeepTransition, false, OnnxArithmetic.FixedPoint, 17)]
    [DataRow(CellKind.MixedGru, true, OnnxArithmetic.FixedPoint, 12)]
    [DataRow(CellKind.Unitary, false, OnnxArithmetic.FixedPoint, 17)]
    public void PerplexityIsTheEngines(CellKind cell, bool tied, OnnxArithmetic arithmetic, int opset)
    {
        var model = Train(cell, tied);
        using var session = new OnnxSession(stream => model.SaveAsOnnx(stream, new OnnxExportOptions { Arithmetic = arithmetic, Opset = opset }));

        var (expected, actual, count) = (0.0, 0.0, 0L);
        foreach (var text in _texts.Take(10))
        {
            var score = model.Score(text);
            expected -= score.LogLikelihood;
            count += score.TokenCount;
            actual += CrossEntropy(session, text);
        }
        Assert.AreEqual(Math.Exp(expected / count), Math.Exp(actual / count), 1e-3);
    }

    /// <summary>A text that is cut begins with its context, whatever states are given with its first token, and goes on with those that it has.</summary>
    [TestMethod]
    [DataRow(CellKind.RevLstm, ContextUse.Both, OnnxArithmetic.FixedPoint, 17)]
    [DataRow(CellKind.RevGru, ContextUse.InitialState, OnnxArithmetic.FixedPoint, 12)]
    [DataRow(CellKind.RevGru, ContextUse.InitialState, OnnxArithmetic.RoundedGates, 17)]
    [DataRow(CellKind.NestedLstm, ContextUse.InitialState, OnnxArithmetic.FixedPoint, 17)]
    [DataRow(CellKind.MixedGru, ContextUse.Both, OnnxArithmetic.FixedPoint, 12)]
    [DataRow(CellKind.GruResetAfter, ContextUse.EachStep, OnnxArithmetic.FixedPoint, 17)]
    public void PerplexityOfATextWithAContextIsTheEngines(CellKind cell, ContextUse use, OnnxArithmetic arithmetic, int opset)
    {
        float[][] contexts = [.. _texts.Select((_, i) => (float[])[i % 3 == 0 ? 1 : -0.5f, i % 3 == 1 ? 2 : 0, 0.25f])];
        var model = Train(cell, tied: false, new TextContexts { Use = use, Vectors = contexts });
        using var session = new OnnxSession(stream => model.SaveAsOnnx(stream, new OnnxExportOptions { Arithmetic = arithmetic, Opset = opset }));
        CollectionAssert.Contains(session.Inputs.ToArray(), "context");
        Assert.AreEqual(use != ContextUse.EachStep, session.Inputs.Contains("begins"));

        var (expected, actual, other, count) = (0.0, 0.0, 0.0, 0L);
        for (var i = 0; i < 10; i++)
        {
            var score = model.Score(_texts[i], null, contexts[i]);
            expected -= score.LogLikelihood;
            count += score.TokenCount;
            actual += CrossEntropy(session, _texts[i], contexts[i]);
            other += CrossEntropy(session, _texts[i], contexts[i + 1]);
        }
        Assert.AreEqual(Math.Exp(expected / count), Math.Exp(actual / count), 1e-3);
        Assert.AreNotEqual(Math.Exp(other / count), Math.Exp(actual / count), 1e-3, "Contexts count.");
    }

    /// <summary>States of a row that ends earlier are those at its end.</summary>
    [TestMethod]
    public void PaddingDoesNotMoveStates()
    {
        var model = Train(CellKind.RevLstm, tied: true);
        using var session = new OnnxSession(stream => model.SaveAsOnnx(stream));
        int[][] rows = [[3, 4, 5, 6, 7, 8], [9, 2]];

        var both = Run(session, Start(session, 2), rows);
        var alone = Run(session, Start(session, 1), [rows[1]]);

        foreach (var state in States(session))
        {
            var (of, expected) = (both[state + ".after"], alone[state + ".after"]);
            CollectionAssert.AreEqual(expected, of[expected.Length..], state);
            CollectionAssert.AreNotEqual(expected, of[..expected.Length], state);
        }
    }

    private static LanguageModel Train(CellKind cell, bool tied, TextContexts? contexts = null)
    {
        var network = new NetworkOptions { Cell = cell, EmbeddingSize = 12, HiddenSize = 16, LayerCount = 2, TieEmbeddings = tied, NestingDepth = 3 };
        var training = new TrainingOptions { MaximumEpochs = 3, BatchSize = 8, LearningRate = 0.02f, Dropout = 0, Seed = 3, ThreadCount = 1 };
        return LanguageModel.Train(_texts, Vocabulary, network, new LanguageModelOptions { Layout = TextLayout.Documents, Contexts = contexts }, training).Model;
    }

    /// <summary>Reads half of a text at once, and the rest token by token.</summary>
    private static double CrossEntropy(OnnxSession session, int[] text, float[]? context = null)
    {
        int[] read = [RevRnn.Vocabulary.EmptyToken, .. text];
        int[] next = [.. text, RevRnn.Vocabulary.EmptyToken];
        var states = Start(session, 1);
        var (sum, at) = (0.0, 0);
        for (var take = read.Length / 2; at < read.Length; take = 1)
        {
            // What counts for nothing may be anything.
            if (at == 0 && session.Inputs.Contains("begins"))
                Array.Fill(states.Values.Last(), 5);
            var results = Run(session, states, [read[at..(at + take)]], context, begins: at == 0);
            for (var t = 0; t < take; t++)
                sum -= results["LogProbabilities"][t * Vocabulary + next[at + t]];
            states = States(session).ToDictionary(state => state, state => results[state + ".after"]);
            at += take;
        }
        return sum;
    }

    private static IEnumerable<string> States(OnnxSession session) => session.Inputs.Where(input => input is not ("tokens" or "context" or "begins"));

    private static Dictionary<string, double[]> Start(OnnxSession session, int rows)
        => States(session).ToDictionary(state => state, state => new double[rows * session.ShapeOf(state)[1]]);

    private static Dictionary<string, double[]> Run(OnnxSession session, Dictionary<string, double[]> states, int[][] rows, float[]? context = null, bool begins = false)
    {
        var inputs = new List<(string, OrtValue)> { ("tokens", OnnxSession.Tokens(rows)) };
        if (context != null)
            inputs.Add(("context", OnnxSession.Tensor(context, rows.Length, context.Length)));
        if (session.Inputs.Contains("begins"))
            inputs.Add(("begins", OnnxSession.Tensor(new[] { begins }, 1, 1)));
        foreach (var (name, values) in states)
        {
            var width = values.Length / rows.Length;
            inputs.Add((name, session.TypeOf(name) == typeof(double)
                ? OnnxSession.Tensor(values, rows.Length, width)
                : OnnxSession.Tensor(Array.ConvertAll(values, value => (float)value), rows.Length, width)));
        }
        string[] outputs = [.. session.Outputs];
        var made = session.Run(inputs, outputs);
        var results = outputs.Zip(made).ToDictionary(result => result.First, result => Doubles(result.Second));
        foreach (var value in inputs.Select(input => input.Item2).Concat(made))
            value.Dispose();
        return results;
    }

    private static double[] Doubles(OrtValue value) => value.GetTensorTypeAndShape().ElementDataType == OnnxRuntime.Tensors.TensorElementType.Double
        ? value.GetTensorDataAsSpan<double>().ToArray()
        : Array.ConvertAll(value.GetTensorDataAsSpan<float>().ToArray(), number => (double)number);
}
