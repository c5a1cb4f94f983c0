using Microsoft.ML.RevRnn.Training;

namespace Microsoft.ML.RevRnn.Benchmarks;

/// <summary>How every language model of the suite is trained, ours and PyTorch's. Rate and dropout were chosen with a seed that is not reported.</summary>
internal static class LanguageRecipe
{
    public const int Units = 200;
    public const int Rows = 20;
    public const int Window = 70;
    public const float Dropout = 0.5f;
    public const float MaximumGradientNorm = 1;

    private static readonly TrainingOptions _training = new()
    {
        BatchSize = Rows,
        Optimizer = OptimizerKind.AdamW,
        LearningRate = 6e-3f,
        Schedule = LearningRateSchedule.Linear,
        WarmUpFraction = 0.05f,
        MaximumGradientNorm = MaximumGradientNorm,
        // Beyond anything that occurs: PyTorch has no such bound.
        MaximumStateGradientNorm = 1e9f,
        Dropout = Dropout,
    };

    /// <summary>The recipe in words.</summary>
    public static string Description =>
        $"one layer, E = H = {Units}, B = {Rows}, T = {Window}, locked dropout {Dropout} of inputs and outputs, softmax over all words, untied; "
        + $"AdamW at {_training.LearningRate} (b1 {AdamKernel.Beta1}, b2 {AdamKernel.Beta2}, no decay; vectors of absent words keep still), "
        + $"warmed up over {_training.WarmUpFraction:P0} of the run and then falling linearly, gradient norm {MaximumGradientNorm}";

    public static LanguageModelOptions Model { get; } = new() { Layout = TextLayout.Streams, WindowLength = Window, SoftmaxSamples = 0 };

    public static NetworkOptions Network(CellKind cell) =>
        new() { Cell = cell, EmbeddingSize = Units, HiddenSize = Units, ForgettingLimit = ForgettingLimit.ThreeBits };

    /// <summary>All epochs are run, whatever their losses: the comparison is after the same number of them.</summary>
    public static TrainingOptions Training(CellKind cell, int epochs, int seed, int threads) => _training with
    {
        MaximumEpochs = epochs,
        Patience = epochs,
        Seed = seed,
        ThreadCount = threads,
        ActivationStrategy = Support.IsReversible(cell) ? ActivationStrategy.Reversible : ActivationStrategy.Stored,
    };

    /// <summary>Steps of an epoch over all streams.</summary>
    public static long Steps(LanguageText text) => (long)Rows * RowLength(text);

    /// <summary>The learning rate of each window of all epochs, as the engine's training loop has them.</summary>
    public static float[] Rates(LanguageText text, int epochs)
    {
        var windows = (RowLength(text) + Window - 1) / Window;
        var schedule = new RateSchedule(_training);
        var rates = new float[epochs * windows];
        for (var i = 0; i < rates.Length; i++)
            rates[i] = schedule.Rate((i + 0.5) / windows / epochs);
        return rates;
    }

    /// <summary>Steps of one stream: a boundary stands before and after the text, and the last token is a target only.</summary>
    private static int RowLength(LanguageText text) => (text.Training.Length + 1) / Rows;
}
