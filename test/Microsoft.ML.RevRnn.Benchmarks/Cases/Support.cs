namespace Microsoft.ML.RevRnn.Benchmarks;

/// <summary>Which cells go with which strategies.</summary>
internal static class Support
{
    /// <summary>All but the no-forgetting cells, which are for study.</summary>
    public static IEnumerable<CellKind> Cells => [CellKind.RevLstm, CellKind.RevGru, CellKind.Lstm, CellKind.Gru];

    public static IEnumerable<CellKind> ReversibleCells => Cells.Where(IsReversible);

    public static bool IsReversible(CellKind cell) => cell is CellKind.RevLstm or CellKind.RevGru;

    /// <summary>Whether PyTorch's counterpart is nn.LSTM; else it is nn.GRU.</summary>
    public static bool IsLstm(CellKind cell) => cell is CellKind.RevLstm or CellKind.Lstm;

    /// <summary>Whether a strategy goes backward by reversal.</summary>
    public static bool IsReversal(ActivationStrategy strategy) => strategy is ActivationStrategy.Reversible or ActivationStrategy.Hybrid;

    /// <summary>The strategies that a cell can be trained with.</summary>
    public static IEnumerable<ActivationStrategy> Strategies(CellKind cell) =>
        Enum.GetValues<ActivationStrategy>().Where(strategy => Supports(cell, strategy));

    /// <summary>Auto is no other strategy, but a choice among them.</summary>
    public static bool Supports(CellKind cell, ActivationStrategy strategy) =>
        strategy != ActivationStrategy.Auto && (IsReversible(cell) || !IsReversal(strategy));
}
