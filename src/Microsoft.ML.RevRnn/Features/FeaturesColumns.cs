using Microsoft.ML.RevRnn.Persistence;

namespace Microsoft.ML.RevRnn.Features;

/// <summary>The names of a feature transformer's columns.</summary>
internal sealed record FeaturesColumns(string Output, string Input)
{
    public void Save(BinaryWriter writer)
    {
        writer.Write(Output);
        writer.Write(Input);
    }

    public static FeaturesColumns Load(BinaryReader reader) => new(ColumnName.Read(reader), ColumnName.Read(reader));
}
