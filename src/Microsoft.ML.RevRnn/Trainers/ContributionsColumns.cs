using Microsoft.ML.RevRnn.Input;
using Microsoft.ML.RevRnn.Persistence;

namespace Microsoft.ML.RevRnn.Trainers;

/// <summary>The names of the columns of what a classifier's tokens contribute.</summary>
internal sealed record ContributionsColumns(string Contributions, string Tokens, ReadColumns Input)
{
    public void Save(BinaryWriter writer)
    {
        Input.Save(writer);
        writer.Write(Contributions);
        writer.Write(Tokens);
    }

    /// <exception cref="FormatException">A column has no name, or those that are added have the same.</exception>
    public static ContributionsColumns Load(BinaryReader reader, bool isOne)
    {
        var input = ReadColumns.Load(reader, isOne);
        var columns = new ContributionsColumns(ColumnName.Read(reader), ColumnName.Read(reader), input);
        ColumnName.RequireDifferent(columns.Contributions, columns.Tokens);
        return columns;
    }
}
