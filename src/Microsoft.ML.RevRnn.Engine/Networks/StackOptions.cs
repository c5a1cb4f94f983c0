using Microsoft.ML.RevRnn.Cells;

namespace Microsoft.ML.RevRnn.Networks;

/// <summary>What a recurrent stack is made of.</summary>
internal sealed record StackOptions
{
    public required CellKind Cell { get; init; }

    /// <summary>V.</summary>
    public required int Vocabulary { get; init; }

    /// <summary>I of the first layer.</summary>
    public required int EmbeddingWidth { get; init; }

    /// <summary>H of every layer.</summary>
    public required int Units { get; init; }

    public required int Layers { get; init; }

    public required ForgettingLimit Limit { get; init; }

    /// <summary>Shape of layer <paramref name="layer"/>.</summary>
    public CellShape Shape(int layer) => new(Cell, layer == 0 ? EmbeddingWidth : Units, Units);
}
