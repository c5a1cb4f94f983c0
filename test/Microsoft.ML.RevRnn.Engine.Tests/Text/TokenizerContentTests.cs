namespace Microsoft.ML.RevRnn.Engine.Tests;

/// <summary>Saved tokenizers: what comes back, and what is found to be damaged.</summary>
[TestClass]
internal sealed class TokenizerContentTests
{
    private const int VersionAt = 1;

    [TestMethod]
    [DataRow(TokenKind.Words)]
    [DataRow(TokenKind.Characters)]
    [DataRow(TokenKind.Bytes)]
    [DataRow(TokenKind.BytePairs)]
    public void ATokenizerComesBackAsItWasSaved(TokenKind kind)
    {
        var tokenizer = Tokenizers.Learn(kind, [.. TextSamples.All]);
        var content = Tokenizers.Save(tokenizer);

        var again = Tokenizers.Load(content);

        Assert.AreEqual(kind, again.Kind);
        Assert.AreEqual(Tokenizers.Names(tokenizer), Tokenizers.Names(again));
        CollectionAssert.AreEqual(content, Tokenizers.Save(again));
        foreach (var text in TextSamples.All.Concat(Enumerable.Range(0, 200).Select(TextSamples.Random)))
        {
            var tokens = tokenizer.Encode(text);
            CollectionAssert.AreEqual(tokens, again.Encode(text), text);
            Assert.AreEqual(tokenizer.Decode(tokens), again.Decode(tokens));
        }
    }

    [TestMethod]
    [DataRow(TokenKind.Words)]
    [DataRow(TokenKind.Characters)]
    [DataRow(TokenKind.Bytes)]
    [DataRow(TokenKind.BytePairs)]
    public void ATokenizerLeavesTheReaderBehindItsEnd(TokenKind kind)
    {
        using var stream = new MemoryStream([.. Tokenizers.Save(Tokenizers.Learn(kind, "ab ab")), 77]);
        using var reader = new BinaryReader(stream);
        TextTokenizer.Load(reader);

        Assert.AreEqual(77, reader.ReadByte());
    }

    [TestMethod]
    [DataRow(TokenKind.Words)]
    [DataRow(TokenKind.Characters)]
    [DataRow(TokenKind.Bytes)]
    [DataRow(TokenKind.BytePairs)]
    public void ATokenizerCutOffAnywhereIsReported(TokenKind kind)
    {
        var content = Tokenizers.Save(Tokenizers.Learn(kind, "some words to be cut off, ähnlich"));
        for (var length = 0; length < content.Length; length++)
            Tokenizers.CheckDamaged(content[..length], "damaged", $"{length} of {content.Length} bytes");
    }

    [TestMethod]
    [DataRow(TokenKind.Words)]
    [DataRow(TokenKind.Characters)]
    [DataRow(TokenKind.Bytes)]
    [DataRow(TokenKind.BytePairs)]
    public void ANewerVersionIsReportedAsSuch(TokenKind kind)
    {
        var content = Tokenizers.Save(Tokenizers.Learn(kind, "a b"));
        content[VersionAt] = 3;

        Tokenizers.CheckDamaged(content, "newer", "version 3");
    }

    [TestMethod]
    public void AKindThatThereIsNotIsReported()
    {
        var content = Tokenizers.Save(Tokenizers.Learn(TokenKind.Bytes, "a"));
        foreach (var kind in (byte[])[4, 255])
        {
            content[0] = kind;
            Tokenizers.CheckDamaged(content, $"its kind is {kind}", $"kind {kind}");
        }
    }

    [TestMethod]
    [DataRow(TokenKind.Words)]
    [DataRow(TokenKind.Characters)]
    [DataRow(TokenKind.BytePairs)]
    public void AWrongNumberOfTokensIsReported(TokenKind kind)
    {
        var content = Tokenizers.Save(Tokenizers.Learn(kind, "ab ab"));
        var position = kind == TokenKind.Words ? 7 : 5;
        var right = BitConverter.ToInt32(content, position);
        foreach (var count in (int[])[-1, int.MinValue, int.MaxValue, 10_000_001, 10_000_000, right + 1])
        {
            BitConverter.TryWriteBytes(content.AsSpan(position), count);
            Tokenizers.CheckDamaged(content, "damaged", $"{count} tokens");
        }
    }

    [TestMethod]
    [DataRow("twice", 'a', 'b', 'a')]
    [DataRow("0xD800", 'a', 0xD800)]
    [DataRow("0x110000", 0x110000)]
    [DataRow("0xFFFFFFFF", -1)]
    public void AWrongCharacterIsReported(string message, params int[] characters) =>
        Tokenizers.CheckDamaged(Content(TokenKind.Characters, characters.Length, characters), message, string.Join(' ', characters));

    [TestMethod]
    [DataRow("merged twice", 10, 11, 258, 12, 10, 11)]
    [DataRow("token 258 is merged of tokens 258 and 10", 258, 10)]
    [DataRow("token 258 is merged of tokens 10 and 259", 10, 259, 10, 11)]
    [DataRow("token 259 is merged of tokens 0 and 10", 10, 11, 0, 10)]
    [DataRow("token 258 is merged of tokens 10 and 1", 10, 1)]
    [DataRow("token 258 is merged of tokens -1 and 10", -1, 10)]
    [DataRow("token 258 is merged of tokens 10 and -2147483648", 10, int.MinValue)]
    [DataRow("token 258 is merged of tokens 2147483647 and 10", int.MaxValue, 10)]
    public void AWrongMergeIsReported(string message, params int[] merges) =>
        Tokenizers.CheckDamaged(Content(TokenKind.BytePairs, merges.Length / 2, merges), message, string.Join(' ', merges));

    [TestMethod]
    public void ATokenThatDoublesAndDoublesIsReported()
    {
        const int Letter = 'a' + 2;
        int[] Doublings(int count) => [Letter, Letter, .. Enumerable.Range(258, count - 1).SelectMany(token => new[] { token, token })];

        Assert.AreEqual(new string('a', 256), Tokenizers.Load(Content(TokenKind.BytePairs, 8, Doublings(8))).Token(265));
        Tokenizers.CheckDamaged(Content(TokenKind.BytePairs, 9, Doublings(9)), "token 266 has 512 bytes", "9 doublings");
        Tokenizers.CheckDamaged(Content(TokenKind.BytePairs, 100, Doublings(100)), "512 bytes", "100 doublings");
    }

    [TestMethod]
    public void AnyDamagedByteIsReportedOrHarmless()
    {
        foreach (var kind in Enum.GetValues<TokenKind>())
        {
            var content = Tokenizers.Save(Tokenizers.Learn(kind, "the cat sat, the cat é我😀"));
            for (var i = 0; i < content.Length; i++)
            {
                foreach (var change in (byte[])[1, 0x80, 0xFF])
                {
                    var damaged = (byte[])content.Clone();
                    damaged[i] ^= change;
                    Read(damaged);
                }
            }
        }
    }

    private static void Read(byte[] content)
    {
        TextTokenizer tokenizer;
        try
        {
            tokenizer = Tokenizers.Load(content);
        }
        catch (FormatException)
        {
            return;
        }
        var tokens = tokenizer.Encode("the cat sat, é我😀");
        Assert.IsTrue(tokens.All(token => token > 0 && token < tokenizer.Size));
        tokenizer.Decode([.. Enumerable.Range(0, tokenizer.Size), .. tokens]);
        Tokenizers.Names(tokenizer);
    }

    private static byte[] Content(TokenKind kind, int count, int[] values)
    {
        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream);
        writer.Write((byte)kind);
        writer.Write(1);
        writer.Write(count);
        foreach (var value in values)
            writer.Write(value);
        return stream.ToArray();
    }
}
