namespace Microsoft.ML.RevRnn.Translations;

/// <summary>How a model translates, in its file.</summary>
internal static class SavedDecoding
{
    /// <summary>Writes: int32 beam width, double length penalty, int32 most tokens (0 for none), bool whether unknown tokens are copied.</summary>
    public static void Save(BinaryWriter writer, DecodingOptions decoding, bool copiesUnknown)
    {
        writer.Write(decoding.BeamWidth);
        writer.Write(decoding.LengthPenalty);
        writer.Write(decoding.MaximumLength ?? 0);
        writer.Write(copiesUnknown);
    }

    /// <exception cref="FormatException">An option is out of its range.</exception>
    public static (DecodingOptions Decoding, bool CopiesUnknown) Load(BinaryReader reader)
    {
        var decoding = new DecodingOptions { BeamWidth = reader.ReadInt32(), LengthPenalty = reader.ReadDouble() };
        var most = reader.ReadInt32();
        if (most != 0)
            decoding = decoding with { MaximumLength = most };
        try
        {
            decoding.Validate();
        }
        catch (ArgumentOutOfRangeException failure)
        {
            throw new FormatException("The model's decoding is damaged: " + failure.Message, failure);
        }
        return (decoding, reader.ReadBoolean());
    }
}
