using System.Buffers.Binary;
using Microsoft.ML.RevRnn.Heads;

namespace Microsoft.ML.RevRnn.Engine.Tests;

/// <summary>Damaged files of models of 8 bits, and the form of their n-grams.</summary>
[TestClass]
internal sealed class CompactFileTests
{
    private const int HeaderBytes = 29;
    private const int PrecisionByte = HeaderBytes + 2 + 4;
    private const int NGramsByte = PrecisionByte + 1;
    private const int ContentAt = NGramsByte + 1;

    private static readonly ToyTask _task = ToyTask.Learnable(20) with { Network = new NetworkOptions { EmbeddingSize = 2, HiddenSize = 4, Pooling = PoolingKind.MeanMax } };

    private static readonly NGramOptions _options = new() { HashBits = 10 };

    private static readonly SequenceClassifier _classifier = Train(_task.Labels, 3);

    private static readonly byte[] _content = Models.Bytes(_classifier);

    [TestMethod]
    public void TheHeaderIsAsDocumented()
    {
        CollectionAssert.AreEqual(new byte[] { 7, 0, 0, 0, 1, (byte)CellKind.RevLstm, (byte)ForgettingLimit.ThreeBits, 0, 0 }, _content[..9]);
        CollectionAssert.AreEqual(new byte[] { 0, (byte)PoolingKind.MeanMax, 0, 0, 0, 0, 1, 1 }, _content[HeaderBytes..ContentAt]);
        // The first token's scale, of an embedding of ten tokens and two values.
        var scale = BitConverter.UInt32BitsToSingle((uint)BinaryPrimitives.ReadUInt16LittleEndian(_content.AsSpan(ContentAt)) << 16);
        Assert.AreEqual(_classifier.Parameters.Encoder.Embedding.Value.At(0, 1), scale * (sbyte)_content[ContentAt + 2 * 10 + 1]);
    }

    [TestMethod]
    public void AFileCutOffAnywhereIsReported()
    {
        for (var length = 0; length < _content.Length; length++)
            StringAssert.Contains(Assert.ThrowsExactly<FormatException>(() => Models.Classifier(_content[..length]), $"{length} bytes").Message, "damaged");
    }

    [TestMethod]
    [DataRow(PrecisionByte, 0, "precision")]
    [DataRow(PrecisionByte, 2, "precision")]
    [DataRow(0, 6, "version 6")]
    [DataRow(0, 8, "newer")]
    // NaN as the scale of the first token.
    [DataRow(ContentAt + 1, 0xFF, "embedding")]
    // -128 as the last value of the embedding.
    [DataRow(ContentAt + 4 * 10 - 1, 0x80, "embedding")]
    public void AWrongByteIsReported(int position, int value, string message)
    {
        var content = (byte[])_content.Clone();
        content[position] = (byte)value;
        StringAssert.Contains(Assert.ThrowsExactly<FormatException>(() => Models.Classifier(content)).Message, message);
    }

    [TestMethod]
    public void NGramsOfWhatReadsNoneAreReported()
    {
        var content = Models.Bytes(_task.RunEncoder(cancellationToken: new(true)).Model.WithWeights(WeightPrecision.Int8));
        content[NGramsByte] = 1;
        StringAssert.Contains(Assert.ThrowsExactly<FormatException>(() => Models.Encoder(content)).Message, "n-grams");
    }

    [TestMethod]
    public void SizesAtTheirHighestAreReportedBeforeAnythingIsAllocated()
    {
        var content = (byte[])_content.Clone();
        foreach (var (position, value) in ((int, int)[])[(9, 10_000_002), (13, 4_096), (17, 8_192), (21, 8)])
            BinaryPrimitives.WriteInt32LittleEndian(content.AsSpan(position), value);
        var before = GC.GetAllocatedBytesForCurrentThread();

        StringAssert.Contains(Assert.ThrowsExactly<FormatException>(() => Models.Classifier(content)).Message, "announced");

        Assert.IsLessThan(1_000_000, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [TestMethod]
    public void EachWeightOfAnNGramIsTheNearestMultipleOfItsGroupsScale()
    {
        foreach (var outcomes in (int[])[1, 2, 3, 7])
        {
            var before = Map(outcomes);
            var after = before.With(WeightPrecision.Int8);

            Assert.IsFalse(before.IsInt8);
            Assert.AreEqual(before.Idf.Distinct().Count(), after.Idf.Zip(after.Scales.ToArray()).Distinct().Count(), "One scale for each idf.");
            for (var i = 0; i < before.Values.Length; i++)
            {
                var scale = (double)after.Scales[i / outcomes];
                Assert.IsLessThanOrEqualTo(scale / 2, Math.Abs((double)before.Values[i] - after.Values[i]));
                Assert.AreEqual(after.Values[i], (float)(Half)after.Values[i], "float16 has it exactly.");
            }
            CollectionAssert.AreEqual(before.Bias, after.Bias);
            CollectionAssert.AreEqual(after.Values, after.With(WeightPrecision.Int8).Values);
            Assert.IsFalse(after.With(WeightPrecision.Single).IsInt8);
        }
    }

    [TestMethod]
    public void NGramsComeBackAsTheyWereSaved()
    {
        foreach (var outcomes in (int[])[1, 2, 3, 7])
        {
            var map = Map(outcomes).With(WeightPrecision.Int8);
            var content = Models.Bytes(map.SaveInt8);

            var loaded = Load(content, outcomes);

            CollectionAssert.AreEqual(content, Models.Bytes(loaded.SaveInt8));
            CollectionAssert.AreEqual(map.Bias, loaded.Bias);
            for (var place = 0; place < map.Rows.Length; place++)
            {
                var (row, other) = (map.Rows[place], loaded.Rows[place]);
                Assert.AreEqual(row < 0, other < 0);
                if (row < 0)
                    continue;
                Assert.AreEqual(map.Idf[row], loaded.Idf[other]);
                Assert.AreEqual(map.Scales[row], loaded.Scales[other]);
                CollectionAssert.AreEqual(map.Values[(row * outcomes)..((row + 1) * outcomes)], loaded.Values[(other * outcomes)..((other + 1) * outcomes)]);
            }
        }
    }

    /// <summary>Two classes have opposite weights, which the form of the last class's tells.</summary>
    [TestMethod]
    public void TheLastOfTwoOppositeWeightsTakesNothingInAZip()
    {
        var map = Map(2);
        for (var i = 0; i < map.Values.Length; i += 2)
            map.Values[i + 1] = -map.Values[i];

        var content = Models.Bytes(map.With(WeightPrecision.Int8).SaveInt8);

        Assert.AreEqual(1, content[5]);
        Assert.IsTrue(content[^(4 + map.Count)..^4].All(value => value == 0));
        Assert.AreEqual(0, Models.Bytes(Map(1).With(WeightPrecision.Int8).SaveInt8)[5]);
    }

    [TestMethod]
    public void DamagedNGramsAreReported()
    {
        // byte bits; int32 rows; bool; int32 groups; float32 idf, uint16 scale, int32 rows of each group.
        const int Groups = 6, Idf = 10, Scale = 14, Rows = 16, Second = 20;
        var map = Map(2).With(WeightPrecision.Int8);
        var content = Models.Bytes(map.SaveInt8);
        var groups = BinaryPrimitives.ReadInt32LittleEndian(content.AsSpan(Groups));
        var places = Groups + 4 + 10 * groups;
        Assert.IsGreaterThan(1, groups);
        foreach (var (position, bytes, message) in ((int, byte[], string)[])
        [
            (0, [7], "hash"),
            (1, Int32(-1), "announced"),
            (1, Int32(int.MaxValue), "announced"),
            (1, Int32(map.Count + 1), "rows"),
            (Groups, Int32(groups - 1), "rows"),
            (Groups, Int32(-1), "rows"),
            (Idf, Single(float.NaN), "idf"),
            (Idf, Single(float.PositiveInfinity), "idf"),
            (Second, content[Idf..Scale], "idf"),
            (Scale, [0xC0, 0x7F], "scale"),
            (Scale, [0x80, 0x7F], "scale"),
            (Scale, [0x80, 0xBF], "scale"),
            // 63 times it is more than float16 has.
            (Scale, [0x90, 0x44], "scale"),
            (Scale, [0, 0], "times 0"),
            (Rows, Int32(0), "group"),
            (Rows, Int32(int.MaxValue), "group"),
            (places, [0], "place"),
            (places, [0xFF, 0xFF, 0xFF, 0xFF, 0x07], "place"),
            (content.Length - 2, [0, 0x7E], "finite"),
        ])
        {
            var damaged = (byte[])content.Clone();
            bytes.CopyTo(damaged, position);
            StringAssert.Contains(Assert.ThrowsExactly<FormatException>(() => Load(damaged, 2), message).Message, message, $"{position}");
        }
    }

    private static SequenceClassifier Train(IReadOnlyList<int> labels, int classes) => SequenceClassifier.Train(
        _task.Sequences, labels, classes, ToyTask.VocabularySize, _task.Network, _task.Training with { MaximumEpochs = 1 },
        examples: new() { NGrams = new NGramSet(_options, [.. _task.Sequences.Select(tokens => NGramVector.OfTokens(tokens, _options))]) }).Model.WithWeights(WeightPrecision.Int8);

    /// <summary>Places of several idf, with random weights.</summary>
    private static NGramWeights Map(int outcomes)
    {
        var random = new Random(outcomes);
        var map = new NGramWeights(10, outcomes);
        NGramVector[] texts = [.. _task.Sequences.Select(tokens => NGramVector.OfTokens(tokens, _options))];
        map.Learn(null, texts, [.. Enumerable.Range(0, texts.Length)]);
        for (var i = 0; i < map.Values.Length; i++)
            map.Values[i] = random.NextSingle() - 0.5f;
        for (var outcome = 0; outcome < outcomes; outcome++)
            map.Bias[outcome] = random.NextSingle();
        map.Round();
        return map;
    }

    private static NGramWeights Load(byte[] content, int outcomes)
    {
        using var reader = new BinaryReader(new MemoryStream(content));
        try
        {
            return NGramWeights.LoadInt8(reader, outcomes);
        }
        catch (EndOfStreamException failure)
        {
            throw new FormatException("It ends early.", failure);
        }
    }

    private static byte[] Int32(int value) => BitConverter.GetBytes(value);

    private static byte[] Single(float value) => BitConverter.GetBytes(value);
}
