using System.Security.Cryptography;

namespace Microsoft.ML.RevRnn.Mpi.Tests;

/// <summary>A small training with all that is random, 64 steps of 4 shards.</summary>
internal static class RankTraining
{
    private const int VocabularySize = 300, Classes = 4;

    private static readonly NetworkOptions _network = new() { EmbeddingSize = 16, HiddenSize = 24, LayerCount = 2 };

    /// <summary>SHA-256 of the model's bytes.</summary>
    public static string Run(string kind, GradientFormat format, IGradientGroup? group, string? checkpoint)
    {
        var training = new TrainingOptions
        {
            MaximumEpochs = 4,
            BatchSize = 16,
            Shards = 4,
            GradientFormat = format,
            Group = group,
            Dropout = 0.2f,
            ValidationFraction = 0.1f,
            ThreadCount = 1,
            Seed = 7,
            CheckpointPath = checkpoint,
            CheckpointInterval = checkpoint == null ? null : TimeSpan.Zero,
        };
        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream);
        if (kind == "classifier")
            Classifier(training).Save(writer);
        else
            Language(training).Save(writer);
        return Convert.ToHexString(SHA256.HashData(stream.ToArray()), 0, 8);
    }

    private static SequenceClassifier Classifier(TrainingOptions training)
    {
        var texts = Texts(284);
        return SequenceClassifier.Train(texts, Array.ConvertAll(texts, text => text[0] % Classes), Classes, VocabularySize, _network, training).Model;
    }

    private static LanguageModel Language(TrainingOptions training)
        => LanguageModel.Train(Texts(320), VocabularySize, _network, new LanguageModelOptions { WindowLength = 20, VariesWindowLength = true }, training).Model;

    private static int[][] Texts(int count)
    {
        var random = new Random(1);
        return [.. Enumerable.Range(0, count).Select(_ => Enumerable.Range(0, random.Next(5, 25)).Select(_ => random.Next(1, VocabularySize)).ToArray())];
    }
}
