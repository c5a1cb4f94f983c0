using System.Buffers.Binary;

namespace Microsoft.ML.RevRnn.Engine.Tests;

/// <summary>Saved translations, whole and damaged.</summary>
[TestClass]
internal sealed class TranslationFileTests
{
    private const int HeaderBytes = 29;
    private const int ContextByte = HeaderBytes + 6;
    private const int ScoreByte = ContextByte + 1;
    private const int SliceField = ContextByte + 2;
    private const int SharedByte = ContextByte + 6;
    private const int ParametersAt = SharedByte + 1;

    private static readonly NetworkOptions _network = new() { Cell = CellKind.RevGru, EmbeddingSize = 4, HiddenSize = 6 };

    public static IEnumerable<object[]> Kinds =>
    [
        [_network, new TranslationOptions { SliceSize = 2 }],
        [_network with { Cell = CellKind.Lstm, LayerCount = 2, Bidirectional = true }, new TranslationOptions { Context = AttentionContext.Hidden }],
        [_network with { Cell = CellKind.RevLstm, EmbeddingSize = 6, SkipConnections = true, LayerCount = 2 }, new TranslationOptions { Context = AttentionContext.Embedding, Score = AttentionScore.Dot }],
        [_network with { Bidirectional = true }, new TranslationOptions { Context = AttentionContext.Slice, SliceSize = 6, SharedVocabulary = true }],
    ];

    [TestMethod]
    [DynamicData(nameof(Kinds))]
    public void ALoadedModelHasTheSameBits(NetworkOptions network, TranslationOptions options)
    {
        var model = Model(network, options);
        var content = Models.Bytes(model.Save);

        var loaded = Load(content);

        CollectionAssert.AreEqual(content, Models.Bytes(loaded.Save));
        Assert.AreEqual(model.ParameterCount * sizeof(float), content.Length - ParametersAt);
        Assert.AreEqual(network with { Pooling = default }, loaded.Network);
        Assert.AreEqual(options, loaded.Options);
        foreach (var source in ReversalTask.Random(10).Sources)
        {
            Assert.AreEqual(model.Score(source, [1, 2]), loaded.Score(source, [1, 2]));
            CollectionAssert.AreEqual(model.CreateSession().Translate(source).Tokens.ToArray(), loaded.CreateSession().Translate(source).Tokens.ToArray());
        }
    }

    [TestMethod]
    public void TheHeaderIsAsDocumented()
    {
        var content = Content();

        CollectionAssert.AreEqual(new byte[] { 6, 0, 0, 0, 6, (byte)CellKind.RevGru, 3, 0, 0 }, content[..9]);
        CollectionAssert.AreEqual(new[] { 9, 4, 6, 1, 9 }, Enumerable.Range(0, 5).Select(i => BinaryPrimitives.ReadInt32LittleEndian(content.AsSpan(9 + 4 * i))).ToArray());
        CollectionAssert.AreEqual(new byte[] { 0, 0, 0, 0, 0, 0, 3, 0, 1, 0, 0, 0, 0 }, content[HeaderBytes..ParametersAt]);
    }

    [TestMethod]
    [DynamicData(nameof(Kinds))]
    public void AModelCutOffAnywhereIsReported(NetworkOptions network, TranslationOptions options)
    {
        var content = Models.Bytes(Model(network, options).Save);
        for (var length = 0; length < content.Length; length += length < 80 ? 1 : 7)
            CheckDamaged(content[..length], "damaged");
    }

    [TestMethod]
    [DataRow(0, 8, "newer")]
    [DataRow(0, 5, "version 5")]
    [DataRow(0, 1, "version 1")]
    [DataRow(4, 2, "kind LanguageModel; Translation is expected")]
    [DataRow(4, 99, "kind 99")]
    [DataRow(5, 99, "Cell")]
    [DataRow(6, 99, "ForgettingLimit")]
    [DataRow(7, 1, "TieEmbeddings")]
    [DataRow(9, 1, "Vocabulary")]
    [DataRow(9, 99, "announced")]
    [DataRow(13, 0, "EmbeddingSize")]
    [DataRow(17, 200, "announced")]
    [DataRow(21, 9, "LayerCount")]
    [DataRow(25, 1, "ClassCount")]
    [DataRow(25, 200, "announced")]
    [DataRow(HeaderBytes, 1, "announced")]
    [DataRow(HeaderBytes + 2, 1, "FeatureCount")]
    [DataRow(ContextByte, 9, "Context")]
    [DataRow(ScoreByte, 9, "Score")]
    [DataRow(ScoreByte, 1, "Score")]
    [DataRow(SliceField, 0, "SliceSize")]
    [DataRow(SliceField, 7, "SliceSize")]
    [DataRow(SliceField + 3, 1, "SliceSize")]
    [DataRow(SliceField + 3, 255, "SliceSize")]
    public void AWrongByteOfTheHeaderIsReported(int position, int value, string message)
    {
        var content = Content();
        content[position] = (byte)value;

        CheckDamaged(content, message);
    }

    [TestMethod]
    public void SharedVocabulariesOfDifferentSizesAreReported()
    {
        var content = Models.Bytes(Model(_network, new TranslationOptions { SliceSize = 2 }, targetVocabulary: 11).Save);
        content[SharedByte] = 1;

        CheckDamaged(content, "shared");
    }

    [TestMethod]
    public void AValueThatIsNotFiniteIsReported()
    {
        foreach (var position in (int[])[ParametersAt, -4])
        {
            var content = Content();
            BinaryPrimitives.WriteSingleLittleEndian(content.AsSpan(position < 0 ? content.Length + position : position), float.NaN);
            CheckDamaged(content, "not finite");
        }
    }

    [TestMethod]
    public void OtherModelsAreNoTranslations()
    {
        var language = Models.Bytes(LanguageTask.Random(4).Run().Model);
        CheckDamaged(language, "kind LanguageModel; Translation is expected");
        StringAssert.Contains(Assert.ThrowsExactly<FormatException>(() => Models.LanguageModel(Content())).Message, "kind Translation; LanguageModel is expected");
        // One that says so of itself is of no version that has such.
        language[0] = 6;
        StringAssert.Contains(Assert.ThrowsExactly<FormatException>(() => Models.LanguageModel(language)).Message, "version 6");
    }

    /// <summary>Random damage is reported, or it makes another model that works or says why not; nothing else is thrown, and little is allocated.</summary>
    [TestMethod]
    public void RandomDamageDoesNoHarm()
    {
        var random = new Random(5);
        var content = Content();
        for (var i = 0; i < 400; i++)
        {
            var damaged = (byte[])content.Clone();
            for (var count = random.Next(1, 4); count > 0; count--)
                damaged[random.Next(i % 2 == 0 ? ParametersAt : damaged.Length)] = (byte)random.Next(256);
            var before = GC.GetAllocatedBytesForCurrentThread();
            try
            {
                var model = Load(damaged);
                Assert.IsTrue(model.CreateSession().Translate([1, 2, 3]).Tokens.Count <= 16);
            }
            catch (Exception failure) when (failure is FormatException or InvalidOperationException)
            {
                Assert.IsTrue(GC.GetAllocatedBytesForCurrentThread() - before < 2_000_000, failure.Message);
            }
        }
    }

    [TestMethod]
    [DataRow(CellKind.RevLstm)]
    [DataRow(CellKind.Lstm)]
    public void WeightsTooLargeForAResultAreAnError(CellKind cell)
    {
        var refused = 0;
        foreach (var magnitude in (float[])[1e10f, 1e20f, 3e38f])
        {
            for (var seed = 0; seed < 8; seed++)
            {
                var random = new Random(seed);
                var content = Models.Bytes(Model(_network with { Cell = cell }, new TranslationOptions { SliceSize = 1 }).Save);
                for (var i = content.Length - 4; i >= (seed % 2 == 0 ? ParametersAt : content.Length - 60); i -= 4)
                    BinaryPrimitives.WriteSingleLittleEndian(content.AsSpan(i), random.Next(2) == 0 ? magnitude : -magnitude);
                var model = Load(content);
                try
                {
                    Assert.IsTrue(double.IsFinite(model.Score([1, 2, 3], [3, 2, 1]).Likelihood.LogLikelihood));
                    Assert.IsTrue(double.IsFinite(model.CreateSession().Translate([1, 2, 3]).LogProbability));
                }
                catch (InvalidOperationException failure) when (failure is not ReversalException)
                {
                    StringAssert.Contains(failure.Message, "not a finite number");
                    refused++;
                }
            }
        }
        Assert.IsTrue(refused > 0);
    }

    private static byte[] Content() => Models.Bytes(Model(_network, new TranslationOptions { SliceSize = 1 }).Save);

    private static TranslationModel Model(NetworkOptions network, TranslationOptions options, int targetVocabulary = ReversalTask.Vocabulary)
    {
        var task = ReversalTask.Random(20);
        return TranslationModel.Train(
            task.Sources, task.Targets, ReversalTask.Vocabulary, targetVocabulary, network, options, task.Training with { MaximumEpochs = 1 }).Model;
    }

    private static TranslationModel Load(byte[] content)
    {
        using var reader = new BinaryReader(new MemoryStream(content));
        return TranslationModel.Load(reader);
    }

    private static void CheckDamaged(byte[] content, string message)
        => StringAssert.Contains(Assert.ThrowsExactly<FormatException>(() => Load(content), $"{content.Length} bytes").Message, message);
}
