namespace Microsoft.ML.RevRnn;

/// <summary>How a network is trained.</summary>
public sealed record TrainingOptions
{
    /// <summary>Most passes over the training data, 1 to 10,000.</summary>
    public int MaximumEpochs { get; init; } = 8;

    /// <summary>B: most sequences of a batch, 1 to 4,096.</summary>
    public int BatchSize { get; init; } = 64;

    /// <summary>Adam's step size at its highest, 1e-7 to 1. It rises over the first 5 % of the steps and falls linearly to a hundredth.</summary>
    public float LearningRate { get; init; } = 3e-3f;

    /// <summary>Decoupled weight decay (AdamW) of weight matrices, 0 to 1; token vectors and biases have none.</summary>
    public float WeightDecay { get; init; }

    /// <summary>The gradient is scaled down to this norm where it is longer, 1e-4 to 1e6.</summary>
    public float MaximumGradientNorm { get; init; } = 1f;

    /// <summary>
    /// Every few steps of the backward pass, each sequence's gradient by the state is scaled down to this norm where it is longer, counted for that
    /// sequence's own loss: over very long texts it could else grow without bound. 1e-2 to 1e9.
    /// </summary>
    public float MaximumStateGradientNorm { get; init; } = 10f;

    /// <summary>Probability of zeroing a value of a layer's input, and of the classifier's input, 0 to 0.95.</summary>
    public float Dropout { get; init; } = 0.4f;

    /// <summary>Part of the sequences held back to choose the best epoch, 0 to 0.5; rounded down. With none the last epoch's weights are kept.</summary>
    public float ValidationFraction { get; init; } = 0.05f;

    /// <summary>Epochs without a better validation loss before training stops, 1 to 10,000.</summary>
    public int Patience { get; init; } = 3;

    /// <summary>How the backward pass gets at past activations; no influence on the result.</summary>
    public ActivationStrategy ActivationStrategy { get; init; } = ActivationStrategy.Reversible;

    /// <summary>
    /// Bytes that activations may take, 0 for no limit. Batches of long texts then have fewer rows, so that they fit; with
    /// <see cref="ActivationStrategy.Auto"/> each batch takes the fastest strategy that does. The bound is kept whatever the gates learn:
    /// it counts the most bits they can lose. 0 to 2^50.
    /// </summary>
    public long MemoryBudget { get; init; }

    /// <summary>Same seed, same data, same options: same model, bit for bit.</summary>
    public int Seed { get; init; }

    /// <summary>Threads, 1 to 256; 0 takes one a processor. No influence on the result.</summary>
    public int ThreadCount { get; init; }

    /// <summary>Checks every option.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range; the message names it, its value and the range.</exception>
    public void Validate()
    {
        OptionCheck.Range(nameof(MaximumEpochs), MaximumEpochs, 1, 10_000);
        OptionCheck.Range(nameof(BatchSize), BatchSize, 1, 4096);
        OptionCheck.Range(nameof(LearningRate), LearningRate, 1e-7f, 1);
        OptionCheck.Range(nameof(WeightDecay), WeightDecay, 0, 1);
        OptionCheck.Range(nameof(MaximumGradientNorm), MaximumGradientNorm, 1e-4f, 1e6f);
        OptionCheck.Range(nameof(MaximumStateGradientNorm), MaximumStateGradientNorm, 1e-2f, 1e9f);
        OptionCheck.Range(nameof(Dropout), Dropout, 0, 0.95f);
        OptionCheck.Range(nameof(ValidationFraction), ValidationFraction, 0, 0.5f);
        OptionCheck.Range(nameof(Patience), Patience, 1, 10_000);
        OptionCheck.Defined(nameof(ActivationStrategy), ActivationStrategy);
        OptionCheck.Range(nameof(MemoryBudget), MemoryBudget, 0, 1L << 50);
        OptionCheck.Range(nameof(ThreadCount), ThreadCount, 0, 256);
    }
}
