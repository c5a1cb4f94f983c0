namespace Microsoft.ML.RevRnn.Engine.Tests;

/// <summary>Tokenizers of any kind: learned, saved, loaded, damaged.</summary>
internal static class Tokenizers
{
    public static TextTokenizer Learn(VocabularyOptions options, params string[] texts) =>
        TextTokenizer.Learn([.. texts.Select(text => text.AsMemory())], options);

    public static TextTokenizer Learn(TokenKind kind, params string[] texts) => Learn(new VocabularyOptions { Kind = kind, MinimumCount = 1 }, texts);

    public static string Names(TextTokenizer tokenizer, int first = 0) =>
        string.Join('|', Enumerable.Range(first, tokenizer.Size - first).Select(tokenizer.Token));

    public static byte[] Save(TextTokenizer tokenizer)
    {
        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream);
        tokenizer.Save(writer);
        return stream.ToArray();
    }

    public static TextTokenizer Load(byte[] content)
    {
        using var reader = new BinaryReader(new MemoryStream(content));
        return TextTokenizer.Load(reader);
    }

    public static void CheckDamaged(byte[] content, string? message, string what)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        var failure = Assert.ThrowsExactly<FormatException>(() => Load(content), what);
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;

        if (message != null)
            StringAssert.Contains(failure.Message, message, what);
        Assert.IsTrue(allocated < 1_000_000, $"{what}: {allocated} bytes were allocated.");
    }
}
