using Microsoft.ML.RevRnn.Cells;
using Microsoft.ML.RevRnn.Compute;
using Microsoft.ML.RevRnn.Networks;

namespace Microsoft.ML.RevRnn.Engine.Tests;

/// <summary>What a <see cref="StackRun"/> is made of.</summary>
internal sealed record StackSetup
{
    public CellKind Cell { get; init; } = CellKind.RevLstm;

    public int NestingDepth { get; init; } = 2;

    public int MixtureSize { get; init; } = 4;

    public int Vocabulary { get; init; } = 11;

    public int EmbeddingWidth { get; init; } = 5;

    public int Units { get; init; } = 6;

    public int Layers { get; init; } = 1;

    public int Classes { get; init; } = 3;

    public ForgettingLimit Limit { get; init; } = ForgettingLimit.ThreeBits;

    public CellArithmetic Arithmetic { get; init; } = CellArithmetic.Reversible;

    public ActivationStrategy Strategy { get; init; } = ActivationStrategy.Reversible;

    /// <summary>Rate of what passes between embedding, layers and head.</summary>
    public float Dropout { get; init; }

    /// <summary>Rate of what the head reads, where it is not <see cref="Dropout"/>.</summary>
    public float? OutputDropout { get; init; }

    public bool InputByToken { get; init; }

    public float EmbeddingDropout { get; init; }

    public float WeightDropout { get; init; }

    public DropoutRates Rates => new(Dropout, Dropout, OutputDropout ?? Dropout, EmbeddingDropout, WeightDropout) { InputByToken = InputByToken };

    public bool SharesInputs { get; init; } = true;

    public bool TiesEmbedding { get; init; }

    public bool HasSkips { get; init; }

    /// <summary>Tokens drawn for a next-token model's softmax; 0 for all of them.</summary>
    public int SoftmaxSamples { get; init; }

    /// <summary>How often each token is taken to occur when they are drawn; null for all alike.</summary>
    public long[]? Frequencies { get; init; }

    /// <summary>The context of each sequence; null for none.</summary>
    public IReadOnlyList<float[]>? Contexts { get; init; }

    /// <summary>Where contexts enter.</summary>
    public ContextUse ContextUse { get; init; } = ContextUse.Both;

    public int Threads { get; init; } = 1;

    public SimdWidth Width { get; init; } = SimdWidths.Best;

    public int MaximumChunkSteps { get; init; } = 32;

    public int MinimumChunkSteps { get; init; } = 8;

    public int TargetChunkRows { get; init; } = 256;

    /// <summary>How chunks are cut; null for what the engine does by itself.</summary>
    public WaveShape? Wave { get; init; }

    public float MaximumStateGradientNorm { get; init; } = float.PositiveInfinity;

    /// <summary>Initial weights are multiplied by this, so that gates spread over their range.</summary>
    public float WeightScale { get; init; } = 3;

    public ulong Seed { get; init; } = 1;

    public NetworkShape Shape => new(
        new NetworkOptions
        {
            Cell = Cell,
            NestingDepth = NestingDepth,
            MixtureSize = MixtureSize,
            EmbeddingSize = EmbeddingWidth,
            HiddenSize = Units,
            LayerCount = Layers,
            ForgettingLimit = Limit,
            TieEmbeddings = TiesEmbedding,
            SkipConnections = HasSkips,
        },
        Vocabulary)
    {
        Context = Contexts == null ? null : new ContextShape(ContextUse, Contexts[0].Length),
    };

    public StackSettings Settings => new()
    {
        Arithmetic = Arithmetic,
        Strategy = Strategy,
        Dropout = Rates,
        Contexts = Contexts,
        SharesInputs = SharesInputs,
        ChunkLength = new ChunkLength(MinimumChunkSteps, MaximumChunkSteps, TargetChunkRows),
        Wave = Wave,
        MaximumStateGradientNorm = MaximumStateGradientNorm,
    };
}
