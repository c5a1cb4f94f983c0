using Microsoft.ML.RevRnn.Persistence;

namespace Microsoft.ML.RevRnn.Classification;

/// <summary>The names of a classifier's columns.</summary>
internal sealed record ClassificationColumns(string Text, string Score, string PredictedLabel)
{
    public void Save(BinaryWriter writer)
    {
        writer.Write(Text);
        writer.Write(Score);
        writer.Write(PredictedLabel);
    }

    public static ClassificationColumns Load(BinaryReader reader)
        => new(ColumnName.Read(reader), ColumnName.Read(reader), ColumnName.Read(reader));
}
