using Microsoft.ML.RevRnn.Cells;
using Microsoft.ML.RevRnn.Compute;
using Microsoft.ML.RevRnn.Networks;

namespace Microsoft.ML.RevRnn.Engine.Tests;

/// <summary>What a <see cref="TranslationRun"/> is made of.</summary>
internal sealed record TranslationSetup
{
    public const int SourceVocabulary = 11;
    public const int TargetVocabulary = 13;

    public NetworkOptions Network { get; init; } = new() { Cell = CellKind.RevGru, EmbeddingSize = 10, HiddenSize = 12 };

    public AttentionContext Context { get; init; } = AttentionContext.EmbeddingAndSlice;

    public int SliceSize { get; init; } = 3;

    public AttentionScore Score { get; init; }

    public bool SharesVectors { get; init; }

    public CellArithmetic Arithmetic { get; init; } = CellArithmetic.Reversible;

    public ActivationStrategy Strategy { get; init; } = ActivationStrategy.Reversible;

    /// <summary>Of everything that has dropout.</summary>
    public float Dropout { get; init; }

    public bool InputByToken { get; init; }

    public int SoftmaxSamples { get; init; }

    /// <summary>Null for that of training.</summary>
    public ChunkLength? ChunkLength { get; init; } = new(3, 5, 20);

    /// <summary>How chunks are cut; null for what the engine does by itself.</summary>
    public WaveShape? Wave { get; init; }

    public int Threads { get; init; } = 1;

    public SimdWidth Width { get; init; } = SimdWidths.Best;

    public float WeightScale { get; init; } = 2;
}
