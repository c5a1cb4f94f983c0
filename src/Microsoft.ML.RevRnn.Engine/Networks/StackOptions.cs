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

    /// <summary>H of every layer, but of the top one where embeddings are tied.</summary>
    public required int Units { get; init; }

    public required int Layers { get; init; }

    public required ForgettingLimit Limit { get; init; }

    /// <summary>Whether the token vectors are the output weights too; the top layer then has as many units as they are long.</summary>
    public bool TiesEmbedding { get; init; }

    /// <summary>Whether a layer above the first reads its lower neighbour's inputs too, added to the outputs, where both are equally long.</summary>
    public bool HasSkips { get; init; }

    /// <summary>H of layer <paramref name="layer"/>.</summary>
    public int UnitsOf(int layer) => TiesEmbedding && layer == Layers - 1 ? EmbeddingWidth : Units;

    /// <summary>Whether layer <paramref name="layer"/> reads h + x of the layer below instead of h.</summary>
    public bool SkipsTo(int layer) => HasSkips && layer > 0 && layer < Layers
        && (layer == 1 ? EmbeddingWidth : UnitsOf(layer - 2)) == UnitsOf(layer - 1);

    /// <summary>Shape of layer <paramref name="layer"/>.</summary>
    public CellShape Shape(int layer) => new(Cell, layer == 0 ? EmbeddingWidth : UnitsOf(layer - 1), UnitsOf(layer));

    /// <summary>A token vector laid out like the states that it is added to or compared with; null where there are none.</summary>
    public CellShape? EmbeddingLayout => TiesEmbedding ? Shape(Layers - 1) : SkipsTo(1) ? Shape(0) : null;
}
