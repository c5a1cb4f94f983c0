using Microsoft.ML.RevRnn.Engine.Tests.Onnx;
using Microsoft.ML.RevRnn.Export;

namespace Microsoft.ML.RevRnn.Engine.Tests;

/// <summary>The bytes of an exported file, read by Google's parser of the format, and its metadata, read back by the library.</summary>
[TestClass]
internal sealed class OnnxFileTests
{
    private static readonly string[] _names = ["a", "b \"quoted\"", "ç"];

    private static readonly SequenceClassifier _model = (ToyTask.Learnable(60) with
    {
        Network = new NetworkOptions { Cell = CellKind.RevLstm, EmbeddingSize = 8, HiddenSize = 8 },
        Training = ToyTask.Learnable(60).Training with { MaximumEpochs = 1 },
    }).Run().Model;

    public static IEnumerable<object[]> Tokenizers() => Enum.GetValues<TokenKind>().Select(kind => new object[] { kind });

    [TestMethod]
    [DataRow(17, 8)]
    [DataRow(12, 6)]
    public void AnotherParserReadsIt(int opset, int format)
    {
        var model = ModelProto.Parser.ParseFrom(Bytes(new OnnxExportOptions { Opset = opset }));

        Assert.AreEqual(format, model.IrVersion);
        Assert.AreEqual("Microsoft.ML.RevRnn", model.ProducerName);
        Assert.AreEqual(("", (long)opset), (model.OpsetImport.Single().Domain, model.OpsetImport.Single().Version));
        Assert.AreEqual("tokens", model.Graph.Input.Single().Name);
        Assert.AreEqual("N", model.Graph.Input[0].Type.TensorType.Shape.Dim[0].DimParam);
        var embedding = model.Graph.Initializer.Single(tensor => tensor.Name.EndsWith(".embedding", StringComparison.Ordinal));
        CollectionAssert.AreEqual(new long[] { ToyTask.VocabularySize, 8 }, embedding.Dims.ToArray());
        Assert.AreEqual(_model.Parameters.Encoder.Embedding.Value.At(3, 5), BitConverter.ToSingle(embedding.RawData.Span[(4 * (3 * 8 + 5))..]));
        var scan = model.Graph.Node.Single(node => node.OpType == "Scan");
        var body = scan.Attribute.Single(attribute => attribute.Name == "body").G;
        Assert.HasCount(5, body.Input);
        CollectionAssert.Contains(body.Node.Select(node => node.OpType).ToArray(), "Floor");
        CollectionAssert.AllItemsAreUnique(Names(model.Graph).Concat(Names(body)).ToArray());
    }

    [TestMethod]
    [DynamicData(nameof(Tokenizers))]
    public void WhatReadsTextComesBack(TokenKind kind)
    {
        var tokenizer = TextTokenizer.Learn([.. Enumerable.Repeat("Some small text, für alle: some more.".AsMemory(), 3)], new VocabularyOptions { Kind = kind, MinimumCount = 1 });
        var info = OnnxModelInfo.Read(new MemoryStream(Bytes(new OnnxExportOptions { Tokenizer = tokenizer, ClassNames = _names, InputName = "ids" })));

        Assert.AreEqual("Classifier", info.Model);
        Assert.AreEqual("ids", info.InputName);
        Assert.IsNull(info.NGrams);
        CollectionAssert.AreEqual(_names, info.ClassNames!.ToArray());
        const string Text = "some other text für SOME";
        CollectionAssert.AreEqual(tokenizer.Encode(Text), info.Tokenizer!.Encode(Text));
        Assert.AreEqual(kind, info.Tokenizer.Kind);
    }

    /// <summary>In a form that needs nothing of this library: a JSON list of all tokens.</summary>
    [TestMethod]
    public void TheVocabularyCanBeReadByAnybody()
    {
        var tokenizer = TextTokenizer.Learn(["Some text".AsMemory(), "some text".AsMemory()], new VocabularyOptions { MinimumCount = 1 });
        using var session = new OnnxSession(Bytes(new OnnxExportOptions { Tokenizer = tokenizer }));

        var vocabulary = System.Text.Json.JsonDocument.Parse(session.Metadata["revrnn.vocabulary"]).RootElement.EnumerateArray().Select(token => token.GetString()).ToArray();
        CollectionAssert.AreEqual(Enumerable.Range(0, tokenizer.Size).Select(tokenizer.Token).ToArray(), vocabulary);
        Assert.AreEqual("true", session.Metadata["revrnn.lowercase"]);
        Assert.AreEqual("RevLstm FixedPoint 1", $"{session.Metadata["revrnn.cell"]} {session.Metadata["revrnn.arithmetic"]} {session.Metadata["revrnn.format"]}");
    }

    [TestMethod]
    public void ADamagedFileIsRefused()
    {
        var bytes = Bytes(new OnnxExportOptions { ClassNames = _names });
        for (var length = 1; length < 200; length++)
            Assert.ThrowsExactly<FormatException>(() => OnnxModelInfo.Read(new MemoryStream(bytes[..length])));
        var random = new Random(4);
        for (var i = 0; i < 2_000; i++)
        {
            var damaged = bytes.ToArray();
            damaged[random.Next(100)] = (byte)random.Next(256);
            damaged[damaged.Length - 1 - random.Next(400)] = (byte)random.Next(256);
            try
            {
                OnnxModelInfo.Read(new MemoryStream(damaged));
            }
            catch (FormatException)
            {
                // That is what it may say.
            }
        }
        Assert.ThrowsExactly<FormatException>(() => OnnxModelInfo.Read(new MemoryStream("no model at all"u8.ToArray())));
        StringAssert.Contains(Assert.ThrowsExactly<FormatException>(() => OnnxModelInfo.Read(new MemoryStream())).Message, "not written by this library");
    }

    /// <summary>A number of wire type 2 whose length is beyond any memory.</summary>
    [TestMethod]
    public void LengthsAreCheckedBeforeMemoryIsTaken()
    {
        byte[] huge = [(14 << 3) | 2, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F, 1];
        StringAssert.Contains(Assert.ThrowsExactly<FormatException>(() => OnnxModelInfo.Read(new MemoryStream(huge))).Message, "announced");
    }

    [TestMethod]
    public void MoreThanTwoGigabytesAreRefused()
    {
        OnnxModel.RequireSize(int.MaxValue);
        var failure = Assert.ThrowsExactly<NotSupportedException>(() => OnnxModel.RequireSize(5L << 30));
        StringAssert.Contains(failure.Message, "5.0 GB");
        StringAssert.Contains(failure.Message, "2 GB at the most");
    }

    [TestMethod]
    public void EveryCellIsExportedOrRefusedByName()
    {
        foreach (var cell in Enum.GetValues<CellKind>())
        {
            try
            {
                OnnxEquations.Require(cell);
            }
            catch (NotSupportedException refusal)
            {
                StringAssert.Contains(refusal.Message, cell.ToString());
            }
        }
        StringAssert.Contains(Assert.ThrowsExactly<NotSupportedException>(() => OnnxEquations.Require((CellKind)99)).Message, "cell 99");
    }

    [TestMethod]
    public void AFileIsThereAsAWholeOrNotAtAll()
    {
        using var folder = new TemporaryFolder();
        var path = folder["m.onnx"];
        File.WriteAllText(path, "old");
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => _model.SaveAsOnnx(path, new OnnxExportOptions { Opset = 1 }));
        Assert.AreEqual("old", File.ReadAllText(path));
        _model.SaveAsOnnx(path);
        CollectionAssert.AreEqual(Bytes(new OnnxExportOptions()), File.ReadAllBytes(path));
        Assert.HasCount(1, Directory.GetFiles(Path.GetDirectoryName(path)!));
    }

    private static byte[] Bytes(OnnxExportOptions options) => OnnxSession.Bytes(stream => _model.SaveAsOnnx(stream, options));

    private static IEnumerable<string> Names(GraphProto graph)
        => graph.Node.SelectMany(node => node.Output).Concat(graph.Initializer.Select(tensor => tensor.Name)).Concat(graph.Input.Select(input => input.Name));
}
