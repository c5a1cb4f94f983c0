namespace Microsoft.ML.RevRnn;

/// <summary>Bytes that each <see cref="ActivationStrategy"/> takes at the most.</summary>
/// <param name="Stored">All activations kept.</param>
/// <param name="Checkpointed">States kept now and then, the stretches between run again.</param>
/// <param name="Reversible">Reversed; null for a cell that cannot be.</param>
/// <param name="Hybrid">Checkpoints and reversal; null for a cell that cannot be reversed.</param>
public readonly record struct ActivationEstimate(long Stored, long Checkpointed, long? Reversible, long? Hybrid)
{
    /// <summary>The bytes of one strategy; of <see cref="ActivationStrategy.Auto"/> those of the least, and null where the cell cannot do it.</summary>
    public long? this[ActivationStrategy strategy] => strategy switch
    {
        ActivationStrategy.Stored => Stored,
        ActivationStrategy.Checkpointed => Checkpointed,
        ActivationStrategy.Reversible => Reversible,
        ActivationStrategy.Hybrid => Hybrid,
        _ => Math.Min(Math.Min(Stored, Checkpointed), Math.Min(Reversible ?? long.MaxValue, Hybrid ?? long.MaxValue)),
    };

    /// <summary>With bytes that no strategy changes.</summary>
    internal ActivationEstimate Plus(long bytes) => new(Stored + bytes, Checkpointed + bytes, Reversible + bytes, Hybrid + bytes);
}
