namespace Microsoft.ML.RevRnn.Engine.Tests;

/// <summary>Texts of a few tokens for a language model, and how to learn them.</summary>
internal sealed record LanguageTask
{
    public const int VocabularySize = 8;

    private LanguageTask(int[][] texts) => Texts = texts;

    public IReadOnlyList<int[]> Texts { get; init; }

    public IReadOnlyList<int[]>? Validation { get; init; }

    public NetworkOptions Network { get; init; } = new() { EmbeddingSize = 8, HiddenSize = 16, Pooling = PoolingKind.MeanMax };

    public LanguageModelOptions Model { get; init; } = new() { WindowLength = 12 };

    public TrainingOptions Training { get; init; } = new()
    {
        MaximumEpochs = 4,
        BatchSize = 4,
        LearningRate = 0.02f,
        Dropout = 0,
        ValidationFraction = 0,
        Patience = 100,
        ThreadCount = 1,
        Seed = 3,
    };

    /// <summary>Texts that count: each token follows from the one before it, and the end of a text too.</summary>
    public static LanguageTask Counting(int count = 30) =>
        new([.. Enumerable.Repeat(Enumerable.Range(1, VocabularySize - 1).ToArray(), count)]);

    /// <summary>Texts without any rule.</summary>
    public static LanguageTask Random(int count = 12) => new(Sequences.Random(count, 5, 40, VocabularySize));

    public static LanguageTask Of(params int[][] texts) => new(texts);

    public TrainingResult<LanguageModel> Run(
        IProgress<TrainingProgress>? progress = null, Action<EpochReport, LanguageModel>? epochEnded = null, CancellationToken cancellationToken = default) =>
        LanguageModel.Train(Texts, VocabularySize, Network, Model, Training, Validation, vectors: null, progress, epochEnded, cancellationToken);
}
