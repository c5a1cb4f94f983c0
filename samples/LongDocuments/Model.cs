using Microsoft.ML.RevRnn;

namespace LongDocuments;

/// <summary>The network that is trained, once on whole texts and once on cut ones.</summary>
internal static class Model
{
    public const int EmbeddingSize = 128;
    public const int HiddenSize = 256;

    /// <summary>Texts of a batch, where the budget allows as many.</summary>
    public const int BatchSize = 16;

    /// <summary>Lower than usual: gradients of texts of many thousand tokens are now and then very large.</summary>
    public const float MaximumGradientNorm = 0.25f;

    public static RevRnnClassificationOptions Options(Settings settings, IProgress<TrainingProgress> progress) => new()
    {
        Network = new NetworkOptions { EmbeddingSize = EmbeddingSize, HiddenSize = HiddenSize },
        Training = new TrainingOptions
        {
            BatchSize = BatchSize,
            MaximumGradientNorm = MaximumGradientNorm,
            MaximumEpochs = settings.Epochs,
            // The same number of passes over all texts in both trainings, so that they differ in nothing but the cut.
            ValidationFraction = 0,
            // Short texts are stored, which is fastest; long ones reversed, in batches of as many as fit.
            ActivationStrategy = ActivationStrategy.Auto,
            MemoryBudget = settings.BudgetBytes,
            ThreadCount = settings.Threads,
        },
        Progress = progress,
    };
}
