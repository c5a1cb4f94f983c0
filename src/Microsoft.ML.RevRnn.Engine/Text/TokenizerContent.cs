namespace Microsoft.ML.RevRnn.Text;

/// <summary>What the saved tokenizers of all kinds have in common.</summary>
internal static class TokenizerContent
{
    private const int MaximumCount = 10_000_000;

    /// <summary>Since this version the content says how texts are normalized.</summary>
    public const int NormalizedVersion = 2;

    private const int FirstVersion = 1;

    /// <exception cref="FormatException">It is another version.</exception>
    public static int ReadVersion(BinaryReader reader)
    {
        var version = reader.ReadInt32();
        if (version is < FirstVersion or > NormalizedVersion)
        {
            throw new FormatException(
                $"The tokenizer has format version {version}; this library reads versions {FirstVersion} and {NormalizedVersion}. A newer library may have written it.");
        }
        return version;
    }

    /// <summary>Reads int32 version and, of version 2, byte normalization.</summary>
    /// <exception cref="FormatException">It is another version, or there is no such normalization.</exception>
    public static TextNormalization ReadHeader(BinaryReader reader) =>
        ReadVersion(reader) == NormalizedVersion ? ReadNormalization(reader) : TextNormalization.None;

    /// <summary>Writes what <see cref="ReadHeader"/> reads: version 1, where texts are taken as they are.</summary>
    public static void WriteHeader(BinaryWriter writer, TextNormalization normalization)
    {
        writer.Write(normalization == TextNormalization.None ? FirstVersion : NormalizedVersion);
        if (normalization != TextNormalization.None)
            writer.Write((byte)normalization);
    }

    /// <exception cref="FormatException">There is no such normalization.</exception>
    public static TextNormalization ReadNormalization(BinaryReader reader)
    {
        var normalization = (TextNormalization)reader.ReadByte();
        if (!Enum.IsDefined(normalization))
            throw new FormatException($"The tokenizer is damaged: its normalization is {normalization}.");
        return normalization;
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
