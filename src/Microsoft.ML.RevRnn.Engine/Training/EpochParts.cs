namespace Microsoft.ML.RevRnn.Training;

/// <summary>What the binary form of epochs has beyond what it has had from the first version on.</summary>
[Flags]
internal enum EpochParts
{
    None = 0,

    /// <summary>The caller's own metric.</summary>
    Scores = 1,

    /// <summary>The batches that were skipped, and how far gradients reach.</summary>
    Skipped = 2,

    All = Scores | Skipped,
}
