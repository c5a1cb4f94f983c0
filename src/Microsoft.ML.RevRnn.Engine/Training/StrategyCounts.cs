namespace Microsoft.ML.RevRnn;

/// <summary>How many batches took each <see cref="ActivationStrategy"/>.</summary>
/// <param name="Stored">Batches all of whose activations were kept.</param>
/// <param name="Checkpointed">Batches whose states were kept now and then.</param>
/// <param name="Reversible">Batches that were reversed.</param>
/// <param name="Hybrid">Batches that were reversed between checkpoints.</param>
public readonly record struct StrategyCounts(int Stored, int Checkpointed, int Reversible, int Hybrid)
{
    /// <summary>The batches of one strategy; of <see cref="ActivationStrategy.Auto"/> those of all, since each took one of the others.</summary>
    public int this[ActivationStrategy strategy] => strategy switch
    {
        ActivationStrategy.Stored => Stored,
        ActivationStrategy.Checkpointed => Checkpointed,
        ActivationStrategy.Reversible => Reversible,
        ActivationStrategy.Hybrid => Hybrid,
        _ => Stored + Checkpointed + Reversible + Hybrid,
    };

    /// <summary>These batches and others.</summary>
    public static StrategyCounts operator +(StrategyCounts left, StrategyCounts right) => new(
        left.Stored + right.Stored, left.Checkpointed + right.Checkpointed, left.Reversible + right.Reversible, left.Hybrid + right.Hybrid);

    /// <summary>One batch of a strategy.</summary>
    internal static StrategyCounts One(ActivationStrategy strategy) => strategy switch
    {
        ActivationStrategy.Stored => new(1, 0, 0, 0),
        ActivationStrategy.Checkpointed => new(0, 1, 0, 0),
        ActivationStrategy.Reversible => new(0, 0, 1, 0),
        _ => new(0, 0, 0, 1),
    };
}
