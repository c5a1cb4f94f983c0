using System.Buffers.Binary;
using System.Text;
using System.Text.Json;

namespace Microsoft.ML.RevRnn.Engine.Tests;

/// <summary>Weights as safetensors, and back to the same model.</summary>
[TestClass]
internal sealed class SafetensorsTests
{
    private static readonly ToyTask _task = ToyTask.Learnable(60);

    private static readonly TrainingOptions _training = _task.Training with { MaximumEpochs = 1 };

    private static readonly NetworkOptions _network = _task.Network with { Cell = CellKind.RevGru, Bidirectional = true, LayerCount = 2, Pooling = PoolingKind.Attention };

    private static readonly NGramOptions _nGrams = new() { HashBits = 10 };

    private static readonly SequenceClassifier _classifier = SequenceClassifier.Train(
        _task.Sequences, _task.Labels, 3, ToyTask.VocabularySize, _network, _training, examples: new()
        {
            Features = [.. _task.Labels.Select((label, i) => (float[])[label, i])],
            NGrams = new NGramSet(_nGrams, [.. _task.Sequences.Select(tokens => NGramVector.OfTokens(tokens, _nGrams))]),
        }).Model;

    [TestMethod]
    public void AModelComesBackAsItWas()
    {
        int[][] labels = [.. _task.Labels.Select(label => new[] { label })];
        var multiLabel = MultiLabelClassifier.Train(_task.Sequences, labels, 3, ToyTask.VocabularySize, _task.Network, _training).Model;
        int[][] tags = [.. _task.Sequences.Select(tokens => Array.ConvertAll(tokens, token => token % 3))];
        var tagger = SequenceTagger.Train(_task.Sequences, tags, 3, ToyTask.VocabularySize, _task.Network, _training).Model;
        var feedback = SequenceTagger.Train(
            _task.Sequences, tags, 3, ToyTask.VocabularySize, _task.Network with { Cell = CellKind.Elman, Feedback = FeedbackKind.Output }, _training).Model;
        var nested = SequenceTagger.Train(_task.Sequences, tags, 3, ToyTask.VocabularySize, _task.Network with { Cell = CellKind.NestedLstm, NestingDepth = 3 }, _training).Model;
        var both = SequenceTagger.Train(_task.Sequences, tags, 3, ToyTask.VocabularySize, _task.Network with { Bidirectional = true }, _training).Model;
        var encoder = SequenceEncoder.Train(_task.Sequences, ToyTask.VocabularySize, _task.Network, _training).Model;
        var network = _task.Network with { TieEmbeddings = true, SkipConnections = true, LayerCount = 2 };
        var language = LanguageModel.Train(_task.Sequences, ToyTask.VocabularySize, network, new LanguageModelOptions(), _training).Model;

        AreSame(_classifier.Save, Safetensors.LoadClassifier(Written(_classifier.SaveAsSafetensors)).Save);
        AreSame(multiLabel.Save, Safetensors.LoadMultiLabelClassifier(Written(multiLabel.SaveAsSafetensors)).Save);
        AreSame(tagger.Save, Safetensors.LoadTagger(Written(tagger.SaveAsSafetensors)).Save);
        AreSame(feedback.Save, Safetensors.LoadTagger(Written(feedback.SaveAsSafetensors)).Save);
        AreSame(nested.Save, Safetensors.LoadTagger(Written(nested.SaveAsSafetensors)).Save);
        AreSame(both.Save, Safetensors.LoadTagger(Written(both.SaveAsSafetensors)).Save);
        AreSame(encoder.Save, Safetensors.LoadEncoder(Written(encoder.SaveAsSafetensors)).Save);
        AreSame(language.Save, Safetensors.LoadLanguageModel(Written(language.SaveAsSafetensors)).Save);
        var pooled = new SequenceEncoder(_classifier);
        AreSame(pooled.Save, Safetensors.LoadEncoder(Written(pooled.SaveAsSafetensors)).Save);
    }

    public static IEnumerable<object[]> Networks() =>
    [
        [new NetworkOptions { Cell = CellKind.MixedGru, MixtureSize = 2 }],
        [new NetworkOptions { Cell = CellKind.Unitary, LayerCount = 2 }],
        [new NetworkOptions { Cell = CellKind.DeepTransitionShortcut }],
        [new NetworkOptions { Structure = NetworkStructure.BalancedTree, Pooling = PoolingKind.Attention }],
        [new NetworkOptions { Structure = NetworkStructure.GivenTree }],
        [new NetworkOptions { Structure = NetworkStructure.MemoryNetwork, LayerCount = 3 }],
    ];

    [TestMethod]
    [DynamicData(nameof(Networks))]
    public void AClassifierOfAnyStructureComesBackAsItWas(NetworkOptions network)
    {
        var task = _task with { Network = network with { EmbeddingSize = 6, HiddenSize = 10 }, Training = _training };
        var model = task.Run().Model;

        var loaded = Safetensors.LoadClassifier(Written(model.SaveAsSafetensors));

        AreSame(model.Save, loaded.Save);
        Assert.AreEqual((network.Structure, network.MixtureSize), (loaded.Network.Structure, loaded.Network.MixtureSize));
    }

    [TestMethod]
    public void NamesAndShapesAreThoseOfTheDocument()
    {
        var header = Header(Written(_classifier.SaveAsSafetensors).ToArray());

        var shapes = header.Where(tensor => tensor.Key != "__metadata__")
            .Select(tensor => $"{tensor.Key} {tensor.Value.GetProperty("dtype")} {tensor.Value.GetProperty("shape")}").Order(StringComparer.Ordinal).ToArray();
        // V 10, I 8, H 16, so P 8; C 3; F 2; two directions of two layers.
        foreach (var expected in new[]
        {
            "embedding F32 [10,8]",
            "layer0.input F32 [8,48]",
            "layer0.bias F32 [48]",
            "layer0.hidden1 F32 [8,24]",
            "reverse.layer1.hidden2 F32 [8,24]",
            "reverse.layer1.input F32 [16,48]",
            "attention F32 [32]",
            "classes.weight F32 [3,32]",
            "classes.bias F32 [3]",
            "features.weight F32 [3,2]",
            "features.mean F32 [2]",
        })
        {
            CollectionAssert.Contains(shapes, expected);
        }
        Assert.AreEqual("pt", header["__metadata__"].GetProperty("format").GetString());
        Assert.AreEqual("RevGru", header["__metadata__"].GetProperty("revrnn.cell").GetString());
    }

    [TestMethod]
    public void AFileOfAnotherModelIsRefused()
    {
        StringAssert.Contains(
            Assert.ThrowsExactly<FormatException>(() => Safetensors.LoadTagger(Written(_classifier.SaveAsSafetensors))).Message,
            "kind Classifier; Tagger is expected");
        StringAssert.Contains(
            Assert.ThrowsExactly<FormatException>(() => Safetensors.LoadTagger(new MemoryStream(File("{}", [])))).Message, "not written by this library");
    }

    [TestMethod]
    [DataRow("\"revrnn.vocabularySize\":\"10\"", "\"revrnn.vocabularySize\":\"9999999\"", "bytes of parameters")]
    [DataRow("\"revrnn.hiddenSize\":\"16\"", "\"revrnn.hiddenSize\":\"99999\"", "HiddenSize is 99999")]
    [DataRow("\"revrnn.hiddenSize\":\"16\"", "\"revrnn.hiddenSize\":\"-1\"", "no number")]
    [DataRow("\"revrnn.cell\":\"RevGru\"", "\"revrnn.cell\":\"Oracle\"", "revrnn.cell")]
    [DataRow("\"revrnn.format\":\"1\"", "\"revrnn.format\":\"2\"", "format 2")]
    [DataRow("\"shape\":[10,8]", "\"shape\":[8,10]", "'embedding' is F32 [8, 10]; it must be F32 [10, 8]")]
    [DataRow("\"shape\":[10,8]", "\"shape\":[10,9]", "not what its shape takes")]
    [DataRow("\"shape\":[10,8]", "\"shape\":[9223372036854775807,4]", "header")]
    [DataRow("\"shape\":[10,8]", "\"shape\":[-10,-8]", "not what its shape takes")]
    [DataRow("\"data_offsets\":[0,320]", "\"data_offsets\":[0,99999999]", "lies outside")]
    [DataRow("\"data_offsets\":[0,320]", "\"data_offsets\":[-320,0]", "lies outside")]
    [DataRow("\"data_offsets\":[0,320]", "\"data_offsets\":[0.5,320]", "no integer")]
    [DataRow("\"embedding\":", "\"embeddings\":", "no tensor 'embedding'")]
    public void ADamagedHeaderIsRefused(string old, string changed, string message)
    {
        var bytes = Written(_classifier.SaveAsSafetensors).ToArray();
        var length = (int)BinaryPrimitives.ReadInt64LittleEndian(bytes);
        var json = Encoding.UTF8.GetString(bytes, 8, length);
        StringAssert.Contains(json, old);

        var damaged = File(json.Replace(old, changed, StringComparison.Ordinal), bytes[(8 + length)..]);

        StringAssert.Contains(Assert.ThrowsExactly<FormatException>(() => Safetensors.LoadClassifier(new MemoryStream(damaged))).Message, message);
    }

    [TestMethod]
    public void ATruncatedFileIsRefused()
    {
        var bytes = Written(_classifier.SaveAsSafetensors).ToArray();
        foreach (var length in new[] { 0, 7, 8, 100, bytes.Length - 1 })
            Assert.ThrowsExactly<FormatException>(() => Safetensors.LoadClassifier(new MemoryStream(bytes[..length])), $"{length} bytes");
        bytes[7] = 1;
        Assert.ThrowsExactly<FormatException>(() => Safetensors.LoadClassifier(new MemoryStream(bytes)));
    }

    [TestMethod]
    public void AWeightThatIsNotFiniteIsRefused()
    {
        var bytes = Written(_classifier.SaveAsSafetensors).ToArray();
        var start = 8 + (int)BinaryPrimitives.ReadInt64LittleEndian(bytes);
        BinaryPrimitives.WriteSingleLittleEndian(bytes.AsSpan(start), float.NaN);

        StringAssert.Contains(Assert.ThrowsExactly<FormatException>(() => Safetensors.LoadClassifier(new MemoryStream(bytes))).Message, "'embedding'");
    }

    private static MemoryStream Written(Action<Stream> save)
    {
        var stream = new MemoryStream();
        save(stream);
        stream.Position = 0;
        return stream;
    }

    private static Dictionary<string, JsonElement> Header(byte[] bytes)
        => JsonDocument.Parse(bytes.AsMemory(8, (int)BinaryPrimitives.ReadInt64LittleEndian(bytes))).RootElement.EnumerateObject().ToDictionary(entry => entry.Name, entry => entry.Value);

    private static byte[] File(string header, byte[] content)
    {
        var json = Encoding.UTF8.GetBytes(header);
        var length = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(length, json.Length);
        return [.. length, .. json, .. content];
    }

    private static void AreSame(Action<BinaryWriter> expected, Action<BinaryWriter> actual) => CollectionAssert.AreEqual(Models.Bytes(expected), Models.Bytes(actual));
}
