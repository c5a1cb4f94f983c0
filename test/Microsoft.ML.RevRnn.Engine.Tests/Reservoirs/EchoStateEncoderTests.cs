namespace Microsoft.ML.RevRnn.Engine.Tests;

/// <summary>Echo state networks over texts.</summary>
[TestClass]
internal sealed class EchoStateEncoderTests
{
    private static readonly EchoStateOptions _options = new() { Units = 12, Seed = 5 };

    [TestMethod]
    [DataRow(TokenKind.Words, true)]
    [DataRow(TokenKind.Words, false)]
    [DataRow(TokenKind.Characters, true)]
    [DataRow(TokenKind.Bytes, false)]
    public void FeaturesAreThoseOfOrderAndContent(TokenKind tokens, bool bidirectional)
    {
        var encoder = new EchoStateEncoder(_options, tokens, bidirectional);
        Assert.AreEqual(bidirectional ? 24 : 12, encoder.FeatureCount);
        Assert.AreEqual(bidirectional ? "forward0" : "h0", encoder.FeatureNames[0]);
        var expected = Encode(encoder, "A dog bit the man");

        CollectionAssert.AreEqual(expected, Encode(new EchoStateEncoder(_options, tokens, bidirectional), "A dog bit the man"));
        CollectionAssert.AreNotEqual(expected, Encode(encoder, "A man bit the dog"));
        CollectionAssert.AreNotEqual(expected, Encode(encoder, "A dog bit the cat"));
        CollectionAssert.AreNotEqual(expected, Encode(new EchoStateEncoder(_options with { Seed = 6 }, tokens, bidirectional), "A dog bit the man"));
        Assert.AreEqual(tokens == TokenKind.Words, expected.SequenceEqual(Encode(encoder, "a DOG bit  the man")));
        Assert.IsTrue(expected.All(value => value is > -1 and < 1 and not 0));
        CollectionAssert.AreEqual(new float[encoder.FeatureCount], Encode(encoder, ""));
        Parallel.For(0, 4, _ => CollectionAssert.AreEqual(expected, Encode(encoder, "A dog bit the man")));
    }

    [TestMethod]
    public void ReadBackwardsATextIsTheReversedOne()
    {
        var encoder = new EchoStateEncoder(_options, TokenKind.Characters);
        var (forwards, backwards) = (Encode(encoder, "abcd"), Encode(encoder, "dcba"));

        CollectionAssert.AreEqual(forwards[..12], backwards[12..]);
        CollectionAssert.AreEqual(forwards[12..], backwards[..12]);
    }

    [TestMethod]
    public void ALoadedEncoderHasTheSameBitsAndADamagedOneIsReported()
    {
        var encoder = new EchoStateEncoder(_options with { Leak = 0.25, SpectralRadius = 1.2, InputScale = 0.5, BiasScale = 0.1 }, TokenKind.Characters, bidirectional: false);
        var content = Models.Bytes(encoder.Save);

        var loaded = Load(content);

        CollectionAssert.AreEqual(content, Models.Bytes(loaded.Save));
        Assert.AreEqual(encoder.Options, loaded.Options);
        CollectionAssert.AreEqual(Encode(encoder, "some text"), Encode(loaded, "some text"));
        for (var length = 0; length < content.Length; length++)
            StringAssert.Contains(Assert.ThrowsExactly<FormatException>(() => Load(content[..length])).Message, "damaged");
        foreach (var (position, value, message) in (ReadOnlySpan<(int, byte, string)>)[(0, 2, "version 2"), (4, 0, "Units"), (15, 255, "SpectralRadius"), (45, 9, "tokens"), (45, 3, "BytePairs"), (54, 255, "Scale")])
        {
            var damaged = (byte[])content.Clone();
            damaged[position] = value;
            StringAssert.Contains(Assert.ThrowsExactly<FormatException>(() => Load(damaged)).Message, message);
        }
    }

    [TestMethod]
    public void WhatCannotBeIsReported()
    {
        StringAssert.Contains(Assert.ThrowsExactly<ArgumentException>(() => new EchoStateEncoder(_options, TokenKind.BytePairs)).Message, "learns nothing");
        StringAssert.Contains(Assert.ThrowsExactly<ArgumentException>(() => new EchoStateEncoder(_options).Encode("a", new float[3])).Message, "room for 3");
    }

    private static float[] Encode(EchoStateEncoder encoder, string text)
    {
        var features = new float[encoder.FeatureCount];
        encoder.Encode(text, features);
        return features;
    }

    private static EchoStateEncoder Load(byte[] content)
    {
        using var reader = new BinaryReader(new MemoryStream(content));
        return EchoStateEncoder.Load(reader);
    }
}
