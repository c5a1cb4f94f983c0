using Microsoft.ML.RevRnn.Input;
using Microsoft.ML.RevRnn.Persistence;

namespace Microsoft.ML.RevRnn.Trainers;

/// <summary>The names of the columns that a model that learned from labels reads and adds.</summary>
internal record PredictionColumns(ReadColumns Input, string Score, string PredictedLabel)
{
    public virtual void Save(BinaryWriter writer)
    {
        Input.Save(writer);
        writer.Write(Score);
        writer.Write(PredictedLabel);
    }

    /// <exception cref="FormatException">A column has no name, or those that are added have the same.</exception>
    public static PredictionColumns Load(BinaryReader reader, bool isOne)
    {
        var columns = new PredictionColumns(ReadColumns.Load(reader, isOne), ColumnName.Read(reader), ColumnName.Read(reader));
        ColumnName.RequireDifferent(columns.Score, columns.PredictedLabel);
        return columns;
    }
}
