using Microsoft.ML.RevRnn.Input;

namespace Microsoft.ML.RevRnn.LanguageModels;

/// <summary>What a language model learns from.</summary>
/// <param name="Training">The rows.</param>
/// <param name="HeldBack">Tokens of those that are held back; null where a part of the others is.</param>
internal sealed record LanguageModelRows(TrainingRows Training, IReadOnlyList<int[]>? HeldBack)
{
    /// <summary>The column that their contexts were read from; null for none.</summary>
    public ContextColumn? ContextColumn { get; init; }

    /// <summary>Their contexts; null for none.</summary>
    public TextContexts? Contexts { get; init; }

    /// <summary>The same, with all of them trained on where that is asked for.</summary>
    public LanguageModelRows Of(RowCache cache) => cache.SharesOfAll == null || HeldBack == null
        ? this
        : new(Training with { Sequences = [.. Training.Sequences, .. HeldBack] }, null);
}
