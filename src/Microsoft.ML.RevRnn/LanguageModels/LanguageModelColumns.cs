using Microsoft.ML.Data;
using Microsoft.ML.RevRnn.Input;
using Microsoft.ML.RevRnn.Persistence;

namespace Microsoft.ML.RevRnn.LanguageModels;

/// <summary>The names of a language model's columns, and what the added ones hold.</summary>
internal sealed record LanguageModelColumns(ReadColumns Input, string LogLikelihood, string Perplexity, string TokenCount)
{
    /// <summary>The added columns, in order.</summary>
    public IReadOnlyList<(string Name, PrimitiveDataViewType Type)> Added =>
    [
        (LogLikelihood, NumberDataViewType.Single),
        (Perplexity, NumberDataViewType.Single),
        (TokenCount, NumberDataViewType.Int32),
    ];

    public void Save(BinaryWriter writer)
    {
        Input.Save(writer);
        writer.Write(LogLikelihood);
        writer.Write(Perplexity);
        writer.Write(TokenCount);
    }

    /// <exception cref="FormatException">A column has no name, or two that are added have the same.</exception>
    public static LanguageModelColumns Load(BinaryReader reader, bool isOne)
    {
        var columns = new LanguageModelColumns(ReadColumns.Load(reader, isOne), ColumnName.Read(reader), ColumnName.Read(reader), ColumnName.Read(reader));
        ColumnName.RequireDifferent(columns.LogLikelihood, columns.Perplexity, columns.TokenCount);
        return columns;
    }
}
