using Microsoft.ML.RevRnn;

namespace Autocomplete;

/// <summary>A network that learns the task beside others.</summary>
/// <param name="Name">What it is called.</param>
/// <param name="Network">Its cell and layers; one more is a line here.</param>
/// <param name="OfTheArticle">What the article has of it; null for nothing.</param>
internal sealed record Contestant(string Name, Func<int, NetworkOptions> Network, ArticleFigures? OfTheArticle)
{
    private const int CharacterSize = 32;

    public static Contestant[] All { get; } =
    [
        new("GRU", units => Of(CellKind.Gru, units), new ArticleFigures(2.1170, 0.5201, [0.165, 0.383, 0.556, 0.658, 0.678, 0.673, 0.660])),
        new("LSTM", units => Of(CellKind.Lstm, units), new ArticleFigures(2.1713, 0.5140, [0.167, 0.376, 0.539, 0.641, 0.670, 0.670, 0.659])),
        new("Nested LSTM", units => Of(CellKind.NestedLstm, units) with { NestingDepth = 2 }, new ArticleFigures(2.4950, 0.4710, [0.137, 0.326, 0.492, 0.591, 0.622, 0.626, 0.619])),
        new("RevGRU", units => Of(CellKind.RevGru, units), null),
        new("RevLSTM", units => Of(CellKind.RevLstm, units), null),
    ];

    private static NetworkOptions Of(CellKind cell, int units) => new() { Cell = cell, EmbeddingSize = CharacterSize, HiddenSize = units };
}
