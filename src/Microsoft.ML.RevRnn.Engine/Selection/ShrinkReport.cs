namespace Microsoft.ML.RevRnn;

/// <summary>What became of a network that was made smaller.</summary>
public sealed record ShrinkReport
{
    /// <summary>The network before.</summary>
    public required NetworkSize Before { get; init; }

    /// <summary>The network after.</summary>
    public required NetworkSize After { get; init; }

    /// <summary>Mean loss of the network before on what is held back, in nats; null where nothing is.</summary>
    public required double? LossBefore { get; init; }

    /// <summary>The same of the smaller network before it was trained further.</summary>
    public required double? LossSelected { get; init; }

    /// <summary>The same of the smaller network at last: of its best epoch.</summary>
    public required double? LossAfter { get; init; }

    /// <summary>How the gates were learned; null where none were.</summary>
    public required TrainingReport? Selection { get; init; }

    /// <summary>How the smaller network was trained further.</summary>
    public required TrainingReport FineTuning { get; init; }
}
