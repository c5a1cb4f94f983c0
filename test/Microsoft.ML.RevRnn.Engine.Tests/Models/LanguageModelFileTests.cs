using System.Buffers.Binary;

namespace Microsoft.ML.RevRnn.Engine.Tests;

/// <summary>Saved language models.</summary>
[TestClass]
internal sealed class LanguageModelFileTests
{
    private const int HeaderBytes = 29;

    [TestMethod]
    [DataRow(false, false)]
    [DataRow(true, false)]
    [DataRow(false, true)]
    [DataRow(true, true)]
    public void ALoadedModelHasTheSameBits(bool tied, bool skips)
    {
        var task = LanguageTask.Random(4);
        var model = (task with
        {
            Network = new NetworkOptions { EmbeddingSize = 12, HiddenSize = skips ? 12 : 16, LayerCount = 3, TieEmbeddings = tied, SkipConnections = skips },
        }).Run().Model;
        var content = Models.Bytes(model);

        var loaded = Models.LanguageModel(content);

        CollectionAssert.AreEqual(content, Models.Bytes(loaded));
        Assert.AreEqual(model.Network, loaded.Network);
        Assert.AreEqual(model.ParameterCount, loaded.ParameterCount);
        foreach (var text in (int[][])[.. task.Texts, []])
            Assert.AreEqual(model.Score(text), loaded.Score(text));
        // With the other shape the same values would mean something else.
        content[8] ^= 1;
        if (skips)
            Assert.AreNotEqual(model.Score(task.Texts[0]), Models.LanguageModel(content).Score(task.Texts[0]));
    }

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public void AModelCutOffAnywhereIsReported(bool tied)
    {
        var content = Content(tied);
        for (var length = 0; length < content.Length; length++)
            StringAssert.Contains(Assert.ThrowsExactly<FormatException>(() => Models.LanguageModel(content[..length]), $"{length} bytes").Message, "damaged");
    }

    [TestMethod]
    [DataRow(0, 6, "version 6")]
    [DataRow(0, 8, "version 8")]
    [DataRow(4, 0, "kind Encoder; LanguageModel is expected")]
    [DataRow(4, 1, "kind Classifier; LanguageModel is expected")]
    [DataRow(4, 3, "kind MultiLabelClassifier; LanguageModel is expected")]
    [DataRow(4, 4, "kind Tagger; LanguageModel is expected")]
    [DataRow(4, 5, "kind PooledEncoder; LanguageModel is expected")]
    [DataRow(4, 6, "kind Translation; LanguageModel is expected")]
    [DataRow(4, 7, "kind FeedbackTagger; LanguageModel is expected")]
    [DataRow(4, 8, "ContextUse")]
    [DataRow(4, 9, "kind 9; LanguageModel is expected")]
    [DataRow(5, 99, "Cell")]
    [DataRow(6, 99, "ForgettingLimit")]
    [DataRow(9, 1, "Vocabulary")]
    [DataRow(9, 9, "announced")]
    [DataRow(13, 0, "EmbeddingSize")]
    [DataRow(17, 3, "HiddenSize")]
    [DataRow(17, 200, "announced")]
    [DataRow(21, 9, "LayerCount")]
    [DataRow(25, 2, "ClassCount")]
    public void AWrongByteOfTheHeaderIsReported(int position, int value, string message)
    {
        var content = Content(tied: false);
        content[position] = (byte)value;

        StringAssert.Contains(Assert.ThrowsExactly<FormatException>(() => Models.LanguageModel(content)).Message, message);
    }

    [TestMethod]
    public void AnUntiedModelIsNotAnnouncedByTheBytesOfATiedOne()
    {
        var content = Content(tied: true);
        Assert.AreEqual(1, content[7]);
        content[7] = 0;

        StringAssert.Contains(Assert.ThrowsExactly<FormatException>(() => Models.LanguageModel(content)).Message, "announced");
    }

    [TestMethod]
    public void AModelThatReadsBackwardsTooIsReported()
    {
        var content = Content(tied: false);
        // Version 3 has two fields more, and there are enough values for a second direction.
        byte[] other = [3, .. content[1..HeaderBytes], 1, 0, .. content[HeaderBytes..], .. new byte[1_000]];

        StringAssert.Contains(Assert.ThrowsExactly<FormatException>(() => Models.LanguageModel(other)).Message, "one direction");
        other[HeaderBytes] = 0;
        Assert.AreEqual(Models.LanguageModel(content).Score([1, 2]), Models.LanguageModel(other).Score([1, 2]));
    }

    [TestMethod]
    public void SizesAtTheirHighestAreReportedBeforeAnythingIsAllocated()
    {
        foreach (var tied in (bool[])[false, true])
        {
            var content = Content(tied);
            foreach (var (position, value) in ((int, int)[])[(9, 10_000_002), (13, 4_096), (17, 8_192), (21, 8)])
                BinaryPrimitives.WriteInt32LittleEndian(content.AsSpan(position), value);
            var before = GC.GetAllocatedBytesForCurrentThread();
            StringAssert.Contains(Assert.ThrowsExactly<FormatException>(() => Models.LanguageModel(content)).Message, "announced");
            Assert.IsTrue(GC.GetAllocatedBytesForCurrentThread() - before < 1_000_000);
        }
    }

    [TestMethod]
    public void AValueThatIsNotFiniteIsReportedWithItsParameter()
    {
        var content = Content(tied: false);
        foreach (var (position, name) in ((int, string)[])
            [(HeaderBytes, "embedding"), (content.Length - 4, "tokens.bias"), (content.Length - 4 * 9, "tokens.weight")])
        {
            foreach (var value in (float[])[float.NaN, float.PositiveInfinity, float.NegativeInfinity])
            {
                var damaged = (byte[])content.Clone();
                BinaryPrimitives.WriteSingleLittleEndian(damaged.AsSpan(position), value);
                StringAssert.Contains(Assert.ThrowsExactly<FormatException>(() => Models.LanguageModel(damaged)).Message, $"'{name}'");
            }
        }
    }

    [TestMethod]
    public void ALanguageModelIsNoEncoderAndNoClassifier()
    {
        var content = Content(tied: false);
        StringAssert.Contains(Assert.ThrowsExactly<FormatException>(() => Models.Encoder(content)).Message, "kind LanguageModel; Encoder is expected");
        StringAssert.Contains(Assert.ThrowsExactly<FormatException>(() => Models.Classifier(content)).Message, "kind LanguageModel; Classifier is expected");
    }

    private static byte[] Content(bool tied)
    {
        var task = LanguageTask.Counting(2) with { Network = new NetworkOptions { EmbeddingSize = 2, HiddenSize = 2, TieEmbeddings = tied } };
        return Models.Bytes(task.Run(null, null, new CancellationToken(true)).Model);
    }
}
