using Microsoft.ML.RevRnn.Persistence;

namespace Microsoft.ML.RevRnn.Input;

/// <summary>The columns that a model reads.</summary>
/// <param name="Sequence">One of text or keys, or several of text: the sequence is what they have, one after the other, with a boundary between.</param>
/// <param name="Features">Those of numbers; empty for none.</param>
internal sealed record ReadColumns(IReadOnlyList<string> Sequence, IReadOnlyList<FeatureColumn> Features)
{
    private const int MaximumCount = 10_000;

    /// <summary>Columns without numbers.</summary>
    public static ReadColumns Of(IReadOnlyList<string> sequence) => new(sequence, []);

    /// <summary>Whether it is one column: what every version of the library can read.</summary>
    public bool IsOne => Sequence.Count == 1 && Features.Count == 0;

    /// <summary>Writes: the name of the first column; unless it is the only one: int32 count of further ones of text, their names; int32 count of those of numbers, of each name and int32 size.</summary>
    public void Save(BinaryWriter writer)
    {
        writer.Write(Sequence[0]);
        if (IsOne)
            return;
        writer.Write(Sequence.Count - 1);
        foreach (var name in Sequence.Skip(1))
            writer.Write(name);
        writer.Write(Features.Count);
        foreach (var (name, size) in Features)
        {
            writer.Write(name);
            writer.Write(size);
        }
    }

    /// <summary>Reads what <see cref="Save"/> wrote.</summary>
    /// <param name="reader">The content.</param>
    /// <param name="isOne">What <see cref="IsOne"/> was.</param>
    /// <exception cref="FormatException">A column has no name, or there cannot be so many.</exception>
    public static ReadColumns Load(BinaryReader reader, bool isOne)
    {
        var sequence = new List<string> { ColumnName.Read(reader) };
        var features = new List<FeatureColumn>();
        for (var left = isOne ? 0 : ReadCount(reader); left > 0; left--)
            sequence.Add(ColumnName.Read(reader));
        for (var left = isOne ? 0 : ReadCount(reader); left > 0; left--)
        {
            var feature = new FeatureColumn(ColumnName.Read(reader), reader.ReadInt32());
            features.Add(feature.Size > 0 ? feature : throw new FormatException($"The feature column '{feature.Name}' has {feature.Size} numbers."));
        }
        return new ReadColumns(sequence, features);
    }

    /// <summary>Checks that a network takes as many numbers as the columns have.</summary>
    /// <exception cref="FormatException">It does not.</exception>
    public void RequireFeatures(int count)
    {
        var read = Features.Sum(feature => (long)feature.Size);
        if (read != count)
            throw new FormatException($"The network takes {count} numbers with a sequence, and the feature columns have {read}.");
    }

    private static int ReadCount(BinaryReader reader)
    {
        var count = reader.ReadInt32();
        return count is >= 0 and <= MaximumCount ? count : throw new FormatException($"The model claims to read {count} more columns.");
    }
}
