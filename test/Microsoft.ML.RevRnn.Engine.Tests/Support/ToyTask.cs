namespace Microsoft.ML.RevRnn.Engine.Tests;

/// <summary>Short texts of ten tokens, to be told apart by their first token: something to learn in a moment, if a network remembers.</summary>
internal sealed record ToyTask
{
    public const int Classes = 3;

    public const int VocabularySize = 10;

    private ToyTask(int[][] sequences, int[] labels) => (Sequences, Labels) = (sequences, labels);

    public IReadOnlyList<int[]> Sequences { get; init; }

    public IReadOnlyList<int> Labels { get; init; }

    public NetworkOptions Network { get; init; } = new() { EmbeddingSize = 8, HiddenSize = 16, Pooling = PoolingKind.MeanMax };

    public TrainingOptions Training { get; init; } = new()
    {
        MaximumEpochs = 15,
        BatchSize = 16,
        LearningRate = 0.02f,
        Dropout = 0,
        ValidationFraction = 0.2f,
        Patience = 100,
        ThreadCount = 1,
        Seed = 3,
    };

    /// <summary>Labels follow from the texts.</summary>
    public static ToyTask Learnable(int count = 200, int shortest = 3, int longest = 12)
    {
        var sequences = Engine.Tests.Sequences.Random(count, shortest, longest, VocabularySize);
        return new ToyTask(sequences, Array.ConvertAll(sequences, tokens => tokens[0] % Classes));
    }

    /// <summary>Labels do not follow from anything: training texts can be learnt by heart, others cannot.</summary>
    public static ToyTask Random(int count = 100) =>
        new(Engine.Tests.Sequences.Random(count, 3, 12, VocabularySize), Engine.Tests.Sequences.Labels(count, Classes));

    public TrainingResult<SequenceClassifier> Run(IProgress<TrainingProgress>? progress = null, CancellationToken cancellationToken = default) =>
        SequenceClassifier.Train(Sequences, Labels, Classes, VocabularySize, Network, Training, progress: progress, cancellationToken: cancellationToken);

    public TrainingResult<SequenceEncoder> RunEncoder(IProgress<TrainingProgress>? progress = null, CancellationToken cancellationToken = default) =>
        SequenceEncoder.Train(Sequences, VocabularySize, Network, Training, progress: progress, cancellationToken: cancellationToken);
}
