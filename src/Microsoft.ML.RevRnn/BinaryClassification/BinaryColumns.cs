using Microsoft.ML.RevRnn.Input;
using Microsoft.ML.RevRnn.Persistence;
using Microsoft.ML.RevRnn.Trainers;

namespace Microsoft.ML.RevRnn.BinaryClassification;

/// <summary>The names of the columns that a binary classifier reads and adds.</summary>
internal sealed record BinaryColumns(ReadColumns Input, string Score, string Probability, string PredictedLabel)
    : PredictionColumns(Input, Score, PredictedLabel)
{
    /// <summary>Writes what all predictions have, then the probability column.</summary>
    public override void Save(BinaryWriter writer)
    {
        base.Save(writer);
        writer.Write(Probability);
    }

    /// <exception cref="FormatException">A column has no name, or two that are added have the same.</exception>
    public static new BinaryColumns Load(BinaryReader reader, bool isOne)
    {
        var (input, score, predictedLabel) = PredictionColumns.Load(reader, isOne);
        var columns = new BinaryColumns(input, score, ColumnName.Read(reader), predictedLabel);
        ColumnName.RequireDifferent(columns.Score, columns.Probability, columns.PredictedLabel);
        return columns;
    }
}
