using Microsoft.ML.RevRnn.Input;
using Microsoft.ML.RevRnn.Persistence;

namespace Microsoft.ML.RevRnn.Features;

/// <summary>The names of a feature transformer's columns.</summary>
internal sealed record FeaturesColumns(string Output, ReadColumns Input)
{
    public void Save(BinaryWriter writer)
    {
        writer.Write(Output);
        Input.Save(writer);
    }

    public static FeaturesColumns Load(BinaryReader reader, bool isOne) => new(ColumnName.Read(reader), ReadColumns.Load(reader, isOne));
}
