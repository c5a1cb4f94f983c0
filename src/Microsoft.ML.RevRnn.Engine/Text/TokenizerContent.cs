namespace Microsoft.ML.RevRnn.Text;

/// <summary>What the saved tokenizers of all kinds have in common.</summary>
internal static class TokenizerContent
{
    private const int MaximumCount = 10_000_000;

    /// <exception cref="FormatException">It is another version.</exception>
    public static void RequireVersion(BinaryReader reader, int expected)
    {
        var version = reader.ReadInt32();
        if (version != expected)
        {
            throw new FormatException(
                $"The tokenizer has format version {version}; this library reads version {expected}. A newer library may have written it.");
        }
    }

    /// <summary>Reads how many entries follow. They may be fewer in a damaged file, so nothing should be allocated by this count.</summary>
    /// <exception cref="FormatException">There cannot be so many.</exception>
    public static int ReadCount(BinaryReader reader)
    {
        var count = reader.ReadInt32();
        if (count is < 0 or > MaximumCount)
            throw new FormatException($"The tokenizer is damaged: it claims {count} tokens.");
        return count;
    }
}
