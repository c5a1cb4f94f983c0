using Microsoft.ML.RevRnn.Persistence;

namespace Microsoft.ML.RevRnn.Trainers;

/// <summary>The names of the columns that a model that learned from labels reads and adds.</summary>
internal sealed record PredictionColumns(string Text, string Score, string PredictedLabel)
{
    public void Save(BinaryWriter writer)
    {
        writer.Write(Text);
        writer.Write(Score);
        writer.Write(PredictedLabel);
    }

    public static PredictionColumns Load(BinaryReader reader)
        => new(ColumnName.Read(reader), ColumnName.Read(reader), ColumnName.Read(reader));
}
