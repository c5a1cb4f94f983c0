using System.Buffers.Binary;
using System.IO.Compression;
using Microsoft.ML.RevRnn.Models;

namespace Microsoft.ML.RevRnn.Engine.Tests;

/// <summary>What is not a whole network is reported, and before anything is allocated by it.</summary>
[TestClass]
internal sealed class ModelFileTests
{
    private const int HeaderBytes = 4 + 5 + 5 * 4;
    private const int KindByte = 4;
    private const int CellByte = 5;
    private const int LimitByte = 6;
    private const int TiedByte = 7;
    private const int VocabularyField = 9;
    private const int EmbeddingField = 13;
    private const int UnitsField = 17;
    private const int LayersField = 21;
    private const int ClassesField = 25;

    private static readonly ToyTask _task = ToyTask.Learnable(4) with { Network = new NetworkOptions { EmbeddingSize = 1, HiddenSize = 2, Pooling = PoolingKind.MeanMax } };

    [TestMethod]
    public void ANetworkIsAHeaderAndItsParametersInSingles()
    {
        var content = Classifier();
        const int V = ToyTask.VocabularySize, I = 1, H = 2, P = 1, G = 5, C = ToyTask.Classes;

        Assert.AreEqual(HeaderBytes + 4 * (V * I + I * 2 * G * P + 2 * G * P + 2 * P * G * P + C * 2 * H + C), content.Length);
        CollectionAssert.AreEqual(new byte[] { 2, 0, 0, 0, 1, (byte)CellKind.RevLstm, (byte)ForgettingLimit.ThreeBits, 0, 0 }, content[..VocabularyField]);
        CollectionAssert.AreEqual(new[] { V, I, H, 1, C },
            Enumerable.Range(0, 5).Select(i => BinaryPrimitives.ReadInt32LittleEndian(content.AsSpan(VocabularyField + 4 * i))).ToArray());
        Assert.AreEqual(content.Length - 4 * (C * 2 * H + C), Encoder().Length);
    }

    [TestMethod]
    public void ANetworkThatNeedsMoreHasTwoMoreFieldsInItsHeader()
    {
        foreach (var network in (NetworkOptions[])
            [_task.Network with { Bidirectional = true }, _task.Network with { Pooling = PoolingKind.Attention }])
        {
            var content = Models.Bytes((_task with { Network = network }).Run(null, new CancellationToken(true)).Model);
            Assert.AreEqual(3, content[0]);
            Assert.AreEqual(network.Bidirectional ? 1 : 0, content[HeaderBytes]);
            Assert.AreEqual((int)network.Pooling, content[HeaderBytes + 1]);
            Assert.AreEqual(network, Models.Classifier(content).Network);
            CollectionAssert.AreEqual(content, Models.Bytes(Models.Classifier(content)));
            for (var length = 0; length < content.Length; length++)
                CheckDamaged(() => Models.Classifier(content[..length]), $"{length} bytes", "damaged");
            content[HeaderBytes + 1] = 99;
            CheckDamaged(() => Models.Classifier(content), "pooling", nameof(NetworkOptions.Pooling));
        }
    }

    [TestMethod]
    public void ANetworkThatIsMostlyPaddingIsRefusedBeforeMemoryIsTakenForIt()
    {
        // 20 MB of vectors of a single value, each of which would take a whole panel.
        const int Tokens = 5_000_000;
        var content = Classifier();
        BinaryPrimitives.WriteInt32LittleEndian(content.AsSpan(VocabularyField), Tokens);
        using var reader = new BinaryReader(new OverstatingStream(content, 4L * Tokens + content.Length));

        CheckDamaged(() => SequenceClassifier.Load(reader), "padding", "out of proportion");
    }

    [TestMethod]
    [DataRow(5_000_000, 1, 32, true)]
    [DataRow(5_000_000, 4, 32, false)]
    [DataRow(2_000_000, 1, 32, false)]
    [DataRow(10_000_000, 256, 256, false)]
    public void PaddingMayBeLargeOrManifold(int rows, int columns, int stride, bool expected) =>
        Assert.AreEqual(expected, ModelFile.IsOutOfProportion(rows, columns, stride));

    [TestMethod]
    public void ANetworkCutOffAnywhereIsReported()
    {
        var (classifier, encoder) = (Classifier(), Encoder());
        for (var length = 0; length < classifier.Length; length++)
            CheckDamaged(() => Models.Classifier(classifier[..length]), $"classifier, {length} bytes", "damaged");
        for (var length = 0; length < encoder.Length; length++)
            CheckDamaged(() => Models.Encoder(encoder[..length]), $"encoder, {length} bytes", "damaged");
    }

    [TestMethod]
    public void ANetworkThatEndsBeforeTheStreamSaidIsReported()
    {
        var content = Classifier();
        for (var length = HeaderBytes; length < content.Length; length += 3)
        {
            using var reader = new BinaryReader(new OverstatingStream(content[..length], content.Length));
            CheckDamaged(() => SequenceClassifier.Load(reader), $"{length} bytes", "damaged");
        }
    }

    [TestMethod]
    [DataRow(0, 8, "newer")]
    [DataRow(0, 6, "version 6")]
    [DataRow(0, 1, "version 1")]
    [DataRow(0, 0, "version 0")]
    [DataRow(0, 255, "version 255")]
    [DataRow(KindByte, 99, "kind 99")]
    [DataRow(CellByte, 99, "Cell")]
    [DataRow(CellByte, 255, "Cell")]
    [DataRow(LimitByte, 99, "ForgettingLimit")]
    // With tied embeddings the top layer would have one unit.
    [DataRow(TiedByte, 1, "EmbeddingSize")]
    public void AWrongByteOfTheHeaderIsReported(int position, int value, string message)
    {
        var (classifier, encoder) = (Classifier(), Encoder());
        classifier[position] = encoder[position] = (byte)value;
        CheckDamaged(() => Models.Classifier(classifier), $"{message} of a classifier", message);
        CheckDamaged(() => Models.Encoder(encoder), $"{message} of an encoder", message);
    }

    [TestMethod]
    [DataRow(VocabularyField, "Vocabulary", 1, 10_000_003)]
    [DataRow(EmbeddingField, "EmbeddingSize", 0, 4_097)]
    [DataRow(UnitsField, "HiddenSize", 0, 8_194)]
    [DataRow(LayersField, "LayerCount", 0, 9)]
    [DataRow(ClassesField, "ClassCount", -1, 10_000_001)]
    public void ASizeOutOfItsRangeIsReported(int position, string name, int below, int above)
    {
        foreach (var value in (int[])[below, above, -1, int.MinValue, int.MaxValue])
        {
            var (classifier, encoder) = (Classifier(), Encoder());
            BinaryPrimitives.WriteInt32LittleEndian(classifier.AsSpan(position), value);
            BinaryPrimitives.WriteInt32LittleEndian(encoder.AsSpan(position), value);
            CheckDamaged(() => Models.Classifier(classifier), $"{name} {value} of a classifier", name);
            CheckDamaged(() => Models.Encoder(encoder), $"{name} {value} of an encoder", name);
        }
    }

    [TestMethod]
    [DataRow(VocabularyField, 10_000_002)]
    [DataRow(VocabularyField, ToyTask.VocabularySize + 1)]
    [DataRow(EmbeddingField, 4_096)]
    [DataRow(EmbeddingField, 2)]
    [DataRow(UnitsField, 8_192)]
    [DataRow(UnitsField, 4)]
    [DataRow(LayersField, 8)]
    [DataRow(LayersField, 2)]
    [DataRow(ClassesField, 10_000_000)]
    [DataRow(ClassesField, ToyTask.Classes + 1)]
    public void ASizeThatTheContentCannotHaveIsReported(int position, int value)
    {
        var content = Classifier();
        BinaryPrimitives.WriteInt32LittleEndian(content.AsSpan(position), value);

        CheckDamaged(() => Models.Classifier(content), $"{value} at {position}", "announced");
    }

    [TestMethod]
    public void AllSizesAtTheirHighestAreReported()
    {
        var (classifier, encoder) = (Classifier(), Encoder());
        foreach (var (position, value) in ((int, int)[])
            [(VocabularyField, 10_000_002), (EmbeddingField, 4_096), (UnitsField, 8_192), (LayersField, 8)])
        {
            BinaryPrimitives.WriteInt32LittleEndian(classifier.AsSpan(position), value);
            BinaryPrimitives.WriteInt32LittleEndian(encoder.AsSpan(position), value);
        }
        BinaryPrimitives.WriteInt32LittleEndian(classifier.AsSpan(ClassesField), 10_000_000);
        CheckDamaged(() => Models.Classifier(classifier), "classifier", "announced");
        CheckDamaged(() => Models.Encoder(encoder), "encoder", "announced");
    }

    [TestMethod]
    [DataRow(float.NaN)]
    [DataRow(float.PositiveInfinity)]
    [DataRow(float.NegativeInfinity)]
    public void AValueThatIsNotFiniteIsReportedWithItsParameter(float value)
    {
        var content = Classifier();
        foreach (var (position, name) in ((int, string)[])[(HeaderBytes, "embedding"), (content.Length - 4, "classes.bias")])
        {
            var damaged = (byte[])content.Clone();
            BinaryPrimitives.WriteSingleLittleEndian(damaged.AsSpan(position), value);
            CheckDamaged(() => Models.Classifier(damaged), name, name);
        }
    }

    [TestMethod]
    public void AnEncoderIsNoClassifierAndAClassifierNoEncoder()
    {
        CheckDamaged(() => Models.Classifier(Encoder()), "encoder", "kind Encoder; Classifier is expected");
        CheckDamaged(() => Models.Encoder(Classifier()), "classifier", "kind Classifier; Encoder is expected");
        CheckDamaged(() => Models.LanguageModel(Classifier()), "classifier", "kind Classifier; LanguageModel is expected");
        foreach (var count in (int[])[0, 1])
        {
            var classifier = Classifier();
            BinaryPrimitives.WriteInt32LittleEndian(classifier.AsSpan(ClassesField), count);
            CheckDamaged(() => Models.Classifier(classifier), $"{count} classes", "ClassCount");
        }
    }

    [TestMethod]
    public void AStreamWhoseLengthIsNotKnownIsReported()
    {
        var compressed = new MemoryStream();
        using (var zip = new GZipStream(compressed, CompressionLevel.Fastest, leaveOpen: true))
            zip.Write(Classifier());
        compressed.Position = 0;
        using var reader = new BinaryReader(new GZipStream(compressed, CompressionMode.Decompress));

        CheckDamaged(() => SequenceClassifier.Load(reader), "compressed", "seekable");
    }

    [TestMethod]
    public void NetworksOneAfterAnotherAreReadOneAfterAnother()
    {
        var (classifier, encoder) = (Classifier(), Encoder());
        using var reader = new BinaryReader(new MemoryStream([9, .. classifier, .. encoder, 7]));
        Assert.AreEqual(9, reader.ReadByte());

        CollectionAssert.AreEqual(classifier, Models.Bytes(SequenceClassifier.Load(reader)));
        CollectionAssert.AreEqual(encoder, Models.Bytes(SequenceEncoder.Load(reader)));
        Assert.AreEqual(7, reader.ReadByte());
    }

    private static byte[] Classifier() => Models.Bytes(_task.Run(null, new CancellationToken(true)).Model);

    private static byte[] Encoder() => Models.Bytes(_task.RunEncoder(null, new CancellationToken(true)).Model);

    private static void CheckDamaged(Action load, string what, string message)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        var failure = Assert.ThrowsExactly<FormatException>(load, what);
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;

        StringAssert.Contains(failure.Message, message, what);
        Assert.IsTrue(allocated < 1_000_000, $"{what}: {allocated} bytes were allocated.");
    }

    /// <summary>A stream that holds less than its length.</summary>
    private sealed class OverstatingStream(byte[] content, long length) : MemoryStream(content)
    {
        public override long Length => length;
    }
}
