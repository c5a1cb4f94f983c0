namespace Microsoft.ML.RevRnn.Engine.Tests;

/// <summary>Random strings to be written backwards, and how to learn it: what a translation must find is where to look.</summary>
internal sealed record ReversalTask
{
    /// <summary>Letters are tokens from 1 on.</summary>
    public const int Vocabulary = 9;

    private ReversalTask(int[][] sources)
    {
        Sources = sources;
        Targets = Array.ConvertAll(sources, Reversed);
    }

    public int[][] Sources { get; init; }

    public int[][] Targets { get; init; }

    public (IReadOnlyList<int[]>, IReadOnlyList<int[]>)? Validation { get; init; }

    public NetworkOptions Network { get; init; } = new() { Cell = CellKind.RevGru, EmbeddingSize = 16, HiddenSize = 32 };

    public TranslationOptions Model { get; init; } = new() { SliceSize = 8 };

    public TrainingOptions Training { get; init; } = new()
    {
        MaximumEpochs = 2,
        BatchSize = 16,
        LearningRate = 0.01f,
        Dropout = 0,
        ValidationFraction = 0.1f,
        Patience = 100,
        ThreadCount = 1,
        Seed = 3,
    };

    public static ReversalTask Random(int count = 60, int shortest = 1, int longest = 8, int seed = 1) => new(
        [.. Sequences.Random(count, shortest, longest, Vocabulary - 1, seed).Select(source => Array.ConvertAll(source, token => token + 1))]);

    public static int[] Reversed(int[] source) => [.. source.Reverse()];

    public TrainingResult<TranslationModel> Run(
        Func<TranslationModel, CancellationToken, double>? metric = null,
        IProgress<TrainingProgress>? progress = null,
        Action<EpochReport, TranslationModel>? epochEnded = null,
        CancellationToken cancellationToken = default)
        => TranslationModel.Train(Sources, Targets, Vocabulary, Vocabulary, Network, Model, Training, Validation, metric, progress, epochEnded, cancellationToken);
}
