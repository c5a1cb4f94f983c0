using Microsoft.ML.RevRnn.Engine.Tests.Onnx;

namespace Microsoft.ML.RevRnn.Engine.Tests;

/// <summary>Models as parts of graphs that others make, and what options say of outputs.</summary>
[TestClass]
internal sealed class OnnxSubgraphTests
{
    private const int Single = 1, UInt32 = 12;

    // As long as each other.
    private static readonly int[][] _texts = Sequences.Random(12, 9, 9, ToyTask.VocabularySize - 2, seed: 8);

    private static readonly ToyTask _task = ToyTask.Learnable(60) with
    {
        Network = new NetworkOptions { Cell = CellKind.RevGru, EmbeddingSize = 8, HiddenSize = 8 },
        Training = ToyTask.Learnable(60).Training with { MaximumEpochs = 1 },
    };

    private static readonly OnnxSubgraphInputs _inputs = new("part7", "keys");

    private static readonly MultiLabelClassifier _labels = MultiLabelClassifier.Train(
        _task.Sequences, [.. _task.Labels.Select(label => label == 0 ? Array.Empty<int>() : [label - 1])], 2, ToyTask.VocabularySize, _task.Network, _task.Training).Model;

    [TestMethod]
    [DataRow(12)]
    [DataRow(17)]
    public void APartOfAGraphGivesTheColumns(int opset)
    {
        var model = _task.Run().Model;
        var part = model.ToOnnxSubgraph(_inputs, new OnnxExportOptions { Opset = opset, Temperature = 2 });
        foreach (var node in part.Nodes)
            Assert.IsTrue(node.Outputs.Append(node.Name).All(name => name.StartsWith("part7.", StringComparison.Ordinal)), node.Name);
        Assert.HasCount(2, part.Outputs);
        using var session = new OnnxSession(Whole(part, opset));
        using var keys = OnnxSession.Tensor(_texts.SelectMany(text => text).Select(key => (uint)key + 1).ToArray(), _texts.Length, 9);

        var results = session.Run([("keys", keys)], [.. part.Outputs]);

        for (var i = 0; i < _texts.Length; i++)
        {
            var expected = new float[3];
            var best = model.Predict(Array.ConvertAll(_texts[i], key => key + 2), expected, temperature: 2);
            for (var c = 0; c < 3; c++)
                Assert.AreEqual(expected[c], results[0].GetTensorDataAsSpan<float>()[3 * i + c], 1e-3f);
            Assert.AreEqual((uint)best + 1, results[1].GetTensorDataAsSpan<uint>()[i]);
        }
    }

    [TestMethod]
    public void LabelsHaveTheOutputsThatAreAskedFor()
    {
        using var session = new OnnxSession(stream => _labels.SaveAsOnnx(stream, new OnnxExportOptions { LabelOutputs = OnnxLabelOutputs.Labels }));
        using var tokens = OnnxSession.Tokens(_texts);

        var results = session.Run([("tokens", tokens)], "Score", "PredictedLabel");

        CollectionAssert.AreEqual(new[] { "Score", "PredictedLabel" }, session.Outputs.ToArray());
        for (var i = 0; i < _texts.Length; i++)
        {
            var expected = new float[2];
            _labels.Predict(_texts[i], expected);
            for (var c = 0; c < 2; c++)
            {
                var score = results[0].GetTensorDataAsSpan<float>()[2 * i + c];
                Assert.AreEqual(expected[c], score, 1e-3f);
                Assert.AreEqual(score > 0.5f, results[1].GetTensorDataAsSpan<bool>()[2 * i + c]);
            }
        }
    }

    [TestMethod]
    public void WhatAGraphCannotHaveIsRefusedWithAReason()
    {
        var options = new NGramOptions { HashBits = 12 };
        var nGrams = new NGramSet(options, [.. _task.Sequences.Select(tokens => NGramVector.Of([string.Join(' ', tokens)], options))]);
        var reading = SequenceClassifier.Train(_task.Sequences, _task.Labels, 3, ToyTask.VocabularySize, _task.Network, _task.Training, examples: new() { NGrams = nGrams }).Model;

        StringAssert.Contains(Assert.ThrowsExactly<NotSupportedException>(() => reading.ToOnnxSubgraph(_inputs)).Message, "n-grams");
        StringAssert.Contains(Assert.ThrowsExactly<ArgumentException>(() => _labels.ToOnnxSubgraph(_inputs with { Features = ["numbers"] })).Message, "0 numbers");
        var binary = new OnnxExportOptions { LabelOutputs = OnnxLabelOutputs.Binary };
        StringAssert.Contains(Assert.ThrowsExactly<ArgumentException>(() => _labels.ToOnnxSubgraph(_inputs, binary)).Message, "the classifier has 2");
        StringAssert.Contains(Assert.ThrowsExactly<ArgumentException>(() => _labels.SaveAsOnnx(Stream.Null, binary)).Message, nameof(OnnxLabelOutputs.Labels));
        foreach (var temperature in (float[])[0, 101, float.NaN])
            Assert.AreEqual("Temperature", Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new OnnxExportOptions { Temperature = temperature }.Validate()).ParamName);
    }

    /// <summary>A graph of nothing but the part, in Google's own form of it.</summary>
    private static byte[] Whole(OnnxSubgraph part, int opset)
    {
        var model = new ModelProto { IrVersion = 6, Graph = new GraphProto { Name = "whole" } };
        model.OpsetImport.Add(new OperatorSetIdProto { Version = opset });
        model.Graph.Input.Add(Value("keys", UInt32, "N", "T"));
        foreach (var node in part.Nodes)
        {
            var made = NodeProto.Parser.ParseFrom(node.HasAttributes ? node.GetAttributes() : []);
            (made.Name, made.OpType) = (node.Name, node.Operator);
            made.Input.Add(node.Inputs);
            made.Output.Add(node.Outputs);
            model.Graph.Node.Add(made);
        }
        model.Graph.Output.Add(Value(part.Outputs[0], Single, "N", "C"));
        model.Graph.Output.Add(Value(part.Outputs[1], UInt32, "N", "1"));
        return Google.Protobuf.MessageExtensions.ToByteArray(model);
    }

    private static ValueInfoProto Value(string name, int type, params string[] dimensions)
    {
        var shape = new TensorShapeProto();
        shape.Dim.Add(dimensions.Select(dimension => new TensorShapeProto.Types.Dimension { DimParam = dimension }));
        return new ValueInfoProto { Name = name, Type = new TypeProto { TensorType = new TypeProto.Types.Tensor { ElemType = type, Shape = shape } } };
    }
}
