using Microsoft.ML.RevRnn.Training;

namespace Microsoft.ML.RevRnn.Benchmarks;

/// <summary>How every translation model of the suite is trained, ours and PyTorch's: the paper's sizes and dropout, with Adam in place of its SGD.</summary>
internal static class TranslationRecipe
{
    public const int Units = 300;
    public const int Rows = 64;
    public const int SliceSize = 20;
    public const float Dropout = 0.4f;

    /// <summary>At half of it the first epoch ends at a perplexity of 21 instead of 12, PyTorch's at 16 instead of 11.</summary>
    public const float Rate = 2e-3f;

    public const int Beam = 5;

    /// <summary>The paper's 5 is of the loss summed over a sentence's 13 predictions or so; here it is the mean.</summary>
    public const float MaximumGradientNorm = 0.4f;

    /// <summary>The range of PyTorch's initial weights; ours are the engine's.</summary>
    public const float Initial = 0.1f;

    /// <summary>The recipe in words.</summary>
    public static string Description =>
        $"one layer on each side, E = H = {Units}, B = {Rows}, Luong's general attention, locked dropout {Dropout}, softmax over all words; Adam at {Rate} (b1 {AdamKernel.Beta1}, " +
        $"b2 {AdamKernel.Beta2}), gradient norm {MaximumGradientNorm} of the mean loss";

    public static NetworkOptions Network(CellKind cell) =>
        new() { Cell = cell, EmbeddingSize = Units, HiddenSize = Units, ForgettingLimit = ForgettingLimit.ThreeBits };

    /// <summary>Of a reversible cell attention reads token vectors and a slice; of an ordinary one all states.</summary>
    public static TranslationOptions Model(CellKind cell) => new()
    {
        Context = Support.IsReversible(cell) ? AttentionContext.EmbeddingAndSlice : AttentionContext.Hidden,
        SliceSize = SliceSize,
        SoftmaxSamples = 0,
    };

    /// <summary>All epochs are run, whatever their losses: the comparison is after the same number of them.</summary>
    public static TrainingOptions Training(CellKind cell, int epochs, int threads) => new()
    {
        MaximumEpochs = epochs,
        Patience = epochs,
        BatchSize = Rows,
        Optimizer = OptimizerKind.AdamW,
        LearningRate = Rate,
        Schedule = LearningRateSchedule.Constant,
        WarmUpFraction = 0,
        MaximumGradientNorm = MaximumGradientNorm,
        // Beyond anything that occurs: PyTorch has no such bound.
        MaximumStateGradientNorm = 1e9f,
        Dropout = Dropout,
        Seed = 1,
        ThreadCount = threads,
        ActivationStrategy = Support.IsReversible(cell) ? ActivationStrategy.Reversible : ActivationStrategy.Stored,
    };
}
