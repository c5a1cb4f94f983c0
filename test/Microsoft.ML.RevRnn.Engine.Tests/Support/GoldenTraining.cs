using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Microsoft.ML.RevRnn.Attention;
using Microsoft.ML.RevRnn.Compute;
using Microsoft.ML.RevRnn.Heads;
using Microsoft.ML.RevRnn.Models;
using Microsoft.ML.RevRnn.Networks;
using Microsoft.ML.RevRnn.Training;

namespace Microsoft.ML.RevRnn.Engine.Tests;

/// <summary>Small trainings of each cell, which together take all that sums, and what they end with.</summary>
internal static class GoldenTraining
{
    private const int Vocabulary = 90, Classes = 5;

    private static readonly int[][] _sequences = Sequences.Random(48, 1, 30, Vocabulary);

    /// <summary>Digests of a classifier's and a language model's weights.</summary>
    public static string Digests(CellKind cell, SimdWidth width, int threads = 1, Func<TrainingOptions, TrainingOptions>? change = null) =>
        $"{Classifier(cell, width, threads, change)} {LanguageModel(cell, width, threads, change)}";

    /// <summary>Digests of two language models' weights, whose products with the inputs are shared: without dropout of inputs, and with masks by token.</summary>
    public static string SharedDigests(CellKind cell, SimdWidth width, int threads = 1)
        => $"{LanguageModel(cell, width, threads, shared => shared with { Dropout = 0 })} "
            + LanguageModel(cell, width, threads, shared => shared with { InputDropoutByToken = true });

    /// <summary>
    /// Digest of the bytes of a whole model: a network, numbers that go with its sequences, and n-grams, of which all that was held back is learned at last, mixed by what was
    /// held back. At the process's own register width.
    /// </summary>
    public static string ModelDigest()
    {
        var options = new NGramOptions { HashBits = 16 };
        NGramVector[] vectors = [.. _sequences.Select(sequence => NGramVector.Of([string.Join(' ', sequence.Select(token => $"word{token}"))], options))];
        var examples = new ExampleOptions
        {
            NGrams = new NGramSet(options, vectors),
            Features = [.. _sequences.Select(sequence => (float[])[sequence.Length, sequence[0]])],
        };
        var training = new TrainingOptions { MaximumEpochs = 3, ThreadCount = 2, Seed = 3 };
        var labels = Sequences.Labels(_sequences.Length, Classes);
        var model = SequenceClassifier.Train(_sequences, labels, Classes, Vocabulary, Network(CellKind.RevLstm), training, examples: examples).Model;
        return Convert.ToHexString(SHA256.HashData(Models.Bytes(model)), 0, 8);
    }

    /// <summary>Digest of a translation's weights: two directions, two layers, contexts with a slice or all units, a full or a sampled softmax, all dropout.</summary>
    public static string TranslationDigest(CellKind cell, SimdWidth width, int threads = 1)
    {
        var odd = (int)cell % 2 == 1;
        var shape = new AttentionShape(
            new NetworkShape(Network(cell) with { Bidirectional = !odd }, Vocabulary), Vocabulary, odd ? AttentionContext.Hidden : AttentionContext.EmbeddingAndSlice, 7, AttentionScore.General);
        var model = new TranslationOptions { SliceSize = 7, SharedVocabulary = odd, SoftmaxSamples = odd ? 30 : 0 };
        var training = Training(cell, threads);
        int[][] targets = [.. _sequences.Select(sequence => Array.ConvertAll(sequence, token => (3 * token + 1) % Vocabulary))];
        var run = new TranslationTraining(shape, model, training) { Width = width };
        var (parameters, _) = run.Run(new TokenPairs(_sequences, targets), null, default);
        using (parameters)
            return Digest(parameters);
    }

    /// <summary>Softmax or sigmoids, one direction or two, each pooling, AdamW or SGD, all with dropout and bounds of gradients in force.</summary>
    private static string Classifier(CellKind cell, SimdWidth width, int threads, Func<TrainingOptions, TrainingOptions>? change)
    {
        var number = (int)cell;
        var network = Network(cell) with
        {
            Bidirectional = number % 2 == 0,
            Pooling = (PoolingKind)(number % Enum.GetValues<PoolingKind>().Length),
        };
        var training = Training(cell, threads);
        training = change?.Invoke(training) ?? training;
        using var parameters = NetworkParameters.OfSequences(new NetworkShape(network, Vocabulary), Classes);
        var labels = Sequences.Labels(_sequences.Length, Classes);
        Loss loss = number % 4 < 2
            ? new SoftmaxLoss(labels) { LabelSmoothing = 0.1f }
            : new SigmoidLoss(Array.ConvertAll(labels, label => (int[])[label, (label + 2) % Classes]));
        Run(training, width).OfClassifier(parameters, new SequenceObjective(loss, labels, training), _sequences, HeldBack.Random(_sequences.Length, training));
        return Digest(parameters);
    }

    /// <summary>A full or a sampled softmax, tied or not, with each kind of dropout.</summary>
    private static string LanguageModel(CellKind cell, SimdWidth width, int threads, Func<TrainingOptions, TrainingOptions>? change = null)
    {
        var odd = (int)cell % 2 == 1;
        var network = Network(cell) with { TieEmbeddings = odd, SkipConnections = true };
        var model = new LanguageModelOptions
        {
            WindowLength = 20,
            VariesWindowLength = true,
            EmbeddingDropout = 0.1f,
            WeightDropout = cell == CellKind.Unitary ? 0 : 0.2f,
            SoftmaxSamples = odd ? 0 : 30,
        };
        var training = Training(cell, threads);
        training = change?.Invoke(training) ?? training;
        using var parameters = NetworkParameters.OfNextTokens(new NetworkShape(network, Vocabulary));
        parameters.Initialize(7);
        int[] stream = [.. _sequences.SelectMany(sequence => sequence)];
        var frequencies = TokenFrequencies.Count([stream], Vocabulary);
        parameters.InitializeBias(frequencies);
        Run(training, width).OnStreams(parameters, new NextTokenObjective(frequencies, model, training), (stream[100..], stream[..100]), model);
        return Digest(parameters);
    }

    private static NetworkOptions Network(CellKind cell) => new() { Cell = cell, EmbeddingSize = 20, HiddenSize = 44, LayerCount = 2 };

    private static TrainingOptions Training(CellKind cell, int threads) => new()
    {
        MaximumEpochs = 2,
        BatchSize = 8,
        Optimizer = (int)cell % 4 < 2 ? OptimizerKind.AdamW : OptimizerKind.Sgd,
        LearningRate = (int)cell % 4 < 2 ? 0.01f : 0.5f,
        Schedule = LearningRateSchedule.Cosine,
        WeightDecay = 0.01f,
        MaximumGradientNorm = 0.2f,
        MaximumStateGradientNorm = 0.01f,
        Dropout = 0.2f,
        ValidationFraction = 0.2f,
        ThreadCount = threads,
        Seed = 3,
    };

    private static NetworkTraining Run(TrainingOptions training, SimdWidth width) => new(training, null, default) { Width = width };

    private static string Digest(ILearnedParameters parameters)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var parameter in parameters.All)
        {
            for (var row = 0; row < parameter.Rows; row++)
            {
                for (var column = 0; column < parameter.Columns; column++)
                    hash.AppendData(MemoryMarshal.AsBytes(new ReadOnlySpan<float>(ref parameter.At(row, column))));
            }
        }
        return Convert.ToHexString(hash.GetHashAndReset(), 0, 8);
    }
}
