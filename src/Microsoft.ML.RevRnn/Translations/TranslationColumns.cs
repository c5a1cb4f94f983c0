using Microsoft.ML.RevRnn.Input;
using Microsoft.ML.RevRnn.Persistence;

namespace Microsoft.ML.RevRnn.Translations;

/// <summary>The names of a translation model's columns.</summary>
/// <param name="Input">The column that is read always: that of the source.</param>
/// <param name="Target">That of the target, which training and evaluation read.</param>
/// <param name="Translation">That of the translation.</param>
/// <param name="Score">That of its log p a token.</param>
/// <param name="Alignment">That of the alignment; null for none.</param>
internal sealed record TranslationColumns(ReadColumns Input, string Target, string Translation, string Score, string? Alignment)
{
    /// <summary>The column that is read always.</summary>
    public string Source => Input.Sequence[0];

    /// <summary>Writes the names of source, target, translation, score and alignment, the last one empty where there is none.</summary>
    public void Save(BinaryWriter writer)
    {
        Input.Save(writer);
        writer.Write(Target);
        writer.Write(Translation);
        writer.Write(Score);
        writer.Write(Alignment ?? "");
    }

    /// <exception cref="FormatException">A column has no name, or two that are added have the same.</exception>
    public static TranslationColumns Load(BinaryReader reader, bool isOne)
    {
        var input = ReadColumns.Load(reader, isOne);
        var columns = new TranslationColumns(input, ColumnName.Read(reader), ColumnName.Read(reader), ColumnName.Read(reader), null);
        var alignment = reader.ReadString();
        if (alignment.Length == 0)
        {
            ColumnName.RequireDifferent(columns.Translation, columns.Score);
            return columns;
        }
        ColumnName.RequireDifferent(columns.Translation, columns.Score, alignment);
        return columns with { Alignment = alignment };
    }
}
