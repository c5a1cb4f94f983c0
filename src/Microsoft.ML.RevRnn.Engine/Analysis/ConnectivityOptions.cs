namespace Microsoft.ML.RevRnn;

/// <summary>How gradients by a text's tokens are computed, and what is told of them.</summary>
public sealed record ConnectivityOptions
{
    private const long LeastBudget = 1 << 20;

    /// <summary>What is told of a gradient.</summary>
    public ConnectivityMeasure Measure { get; init; } = ConnectivityMeasure.Norm;

    /// <summary>How the backward pass gets at past activations. It changes memory and time, and not one bit of a result.</summary>
    public ActivationStrategy ActivationStrategy { get; init; } = ActivationStrategy.Auto;

    /// <summary>
    /// Bytes, at least 1 MB, that activations and gradients stay within where they can, whatever the length of the text. By it <see cref="ActivationStrategy.Auto"/>
    /// chooses, and the number of outputs that share a pass. The packed weights come on top.
    /// </summary>
    public long MemoryBudget { get; init; } = 64 << 20;

    /// <summary>Checks the options, for a cell.</summary>
    /// <exception cref="ArgumentException">An option is out of its range, or the cell cannot be reversed and the strategy asks for it.</exception>
    internal void Validate(CellKind cell)
    {
        if (!Enum.IsDefined(Measure))
            throw new ArgumentOutOfRangeException(nameof(Measure), Measure, "There is no such measure.");
        if (!Enum.IsDefined(ActivationStrategy))
            throw new ArgumentOutOfRangeException(nameof(ActivationStrategy), ActivationStrategy, "There is no such strategy.");
        OptionCheck.Range(nameof(MemoryBudget), MemoryBudget, LeastBudget, long.MaxValue);
        if (ActivationStrategy is ActivationStrategy.Reversible or ActivationStrategy.Hybrid && !cell.IsReversible())
        {
            throw new ArgumentException(
                $"{nameof(ActivationStrategy)} is {ActivationStrategy}, and the model's cell is {cell}, which cannot be reversed; " +
                $"use {ActivationStrategy.Stored}, {ActivationStrategy.Checkpointed} or {ActivationStrategy.Auto}.", nameof(ActivationStrategy));
        }
    }
}
