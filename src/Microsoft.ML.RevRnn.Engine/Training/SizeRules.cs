using System.Numerics;

namespace Microsoft.ML.RevRnn.Training;

/// <summary>What follows from the size of the data where the options leave it open; docs/accuracy.md has the measurements that it came from.</summary>
internal static class SizeRules
{
    /// <summary>Passes over large data.</summary>
    public const int LeastEpochs = 8;

    /// <summary>Epochs without a better one before training on large data stops.</summary>
    public const int LeastPatience = 3;

    /// <summary>B, for large data.</summary>
    public const int LargestBatch = 64;

    private const int SmallestBatch = 16;

    /// <summary>An epoch of few sequences has about so many batches.</summary>
    private const int BatchesPerEpoch = 32;

    /// <summary>However few the data: a network that starts from random weights has learned little before.</summary>
    private const int LeastUpdates = 240;

    private const float HeldBackFraction = 0.05f;

    /// <summary>So many sequences are held back, if that is no more than a fifth, for by fewer neither the best epoch nor a mixture can be told from noise.</summary>
    private const int LeastHeldBack = 100;

    /// <summary>How many of so many sequences are held back.</summary>
    public static int HeldBack(int sequences) => Math.Max((int)(sequences * HeldBackFraction), Math.Min(LeastHeldBack, sequences / 5));

    /// <summary>How many of so many tokens, the last ones, are held back.</summary>
    public static int HeldBackTokens(int tokens) => (int)(tokens * HeldBackFraction);

    /// <summary>B, for so many sequences that are trained on: a power of two.</summary>
    public static int BatchSize(int sequences)
        => Math.Clamp((int)BitOperations.RoundUpToPowerOf2((uint)(sequences / BatchesPerEpoch + 1)) / 2, SmallestBatch, LargestBatch);

    /// <summary>Most passes over data of so many batches.</summary>
    /// <param name="batches">Updates of an epoch.</param>
    /// <param name="goesOn">Whether the network was trained before, and need not be moved far.</param>
    public static int Epochs(int batches, bool goesOn) => Math.Max(LeastEpochs, FirstEpochs(batches, goesOn));

    /// <summary>Epochs without a better one before training stops.</summary>
    /// <inheritdoc cref="Epochs"/>
    public static int Patience(int batches, bool goesOn) => Math.Max(LeastPatience, FirstEpochs(batches, goesOn));

    /// <summary>Those that the least updates take.</summary>
    private static int FirstEpochs(int batches, bool goesOn) => goesOn ? 1 : (LeastUpdates + batches - 1) / Math.Max(1, batches);
}
