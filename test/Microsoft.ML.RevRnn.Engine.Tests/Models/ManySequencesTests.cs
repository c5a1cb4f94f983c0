using Microsoft.ML.RevRnn.Compute;
using Microsoft.ML.RevRnn.Heads;
using Microsoft.ML.RevRnn.Models;
using Microsoft.ML.RevRnn.Networks;

namespace Microsoft.ML.RevRnn.Engine.Tests;

/// <summary>Sequences side by side get the bits that each gets by itself.</summary>
[TestClass]
internal sealed class ManySequencesTests
{
    private static readonly ToyTask _task = ToyTask.Learnable(40);

    /// <summary>More than one batch of them, none and long ones included.</summary>
    private static readonly int[][] _sequences = [[], [3], .. Sequences.Random(80, 0, 90, ToyTask.VocabularySize), .. Sequences.Random(2, 700, 900, ToyTask.VocabularySize)];

    [TestMethod]
    [DataRow(CellKind.RevLstm, PoolingKind.MeanMax, false, 1)]
    [DataRow(CellKind.RevLstm, PoolingKind.Attention, true, 2)]
    [DataRow(CellKind.RevGru, PoolingKind.Last, false, 3)]
    [DataRow(CellKind.RevGru, PoolingKind.MeanMaxLast, true, 1)]
    [DataRow(CellKind.Gru, PoolingKind.Mean, false, 2)]
    public void AClassifiersProbabilitiesAre(CellKind cell, PoolingKind pooling, bool bidirectional, int layers)
    {
        var model = Train(new() { Cell = cell, Pooling = pooling, Bidirectional = bidirectional, LayerCount = layers, SkipConnections = layers > 2 });
        foreach (var temperature in (float[])[1, 2.5f])
        {
            var (probabilities, predictions) = model.PredictMany(_sequences, temperature: temperature);
            var alone = new float[model.ClassCount];
            for (var i = 0; i < _sequences.Length; i++)
            {
                Assert.AreEqual(model.Predict(_sequences[i], alone, temperature), predictions[i], $"prediction of sequence {i}");
                Near.AreSame(alone, probabilities[i], $"probabilities of sequence {i}");
            }
        }
    }

    [TestMethod]
    public void FeaturesAndNGramsGoWithTheirSequences()
    {
        float[][] features = [.. _sequences.Select((tokens, i) => (float[])[i, tokens.Length])];
        var options = new NGramOptions();
        NGramVector[] nGrams = [.. _sequences.Select(tokens => NGramVector.OfTokens(tokens, options))];
        int[] labels = [.. _sequences.Select(tokens => tokens.Length % 3)];
        var examples = new ExampleOptions { Features = features, NGrams = new NGramSet(options, nGrams) };
        var model = SequenceClassifier.Train(_sequences, labels, 3, ToyTask.VocabularySize, _task.Network, _task.Training with { MaximumEpochs = 1 }, examples: examples).Model;
        int[][] sets = [.. labels.Select(label => (int[])[label])];
        var flags = MultiLabelClassifier.Train(_sequences, sets, 3, ToyTask.VocabularySize, _task.Network, _task.Training with { MaximumEpochs = 1 }, examples: examples).Model;

        var (probabilities, _) = model.PredictMany(_sequences, features, nGrams: nGrams);
        var ofLabels = flags.PredictMany(_sequences, features, nGrams);
        var alone = new float[3];
        for (var i = 0; i < _sequences.Length; i++)
        {
            model.Predict(_sequences[i], features[i], alone, nGrams: nGrams[i]);
            Near.AreSame(alone, probabilities[i], $"probabilities of sequence {i}");
            flags.Predict(_sequences[i], features[i], alone, nGrams[i]);
            Near.AreSame(alone, ofLabels[i], $"probabilities of the labels of sequence {i}");
        }
        Assert.ThrowsExactly<ArgumentException>(() => model.PredictMany(_sequences, features[1..], nGrams: nGrams));
        Assert.ThrowsExactly<ArgumentException>(() => model.PredictMany(_sequences, features, nGrams: nGrams[1..]));
        Assert.ThrowsExactly<ArgumentException>(() => model.PredictMany(_sequences, features));
        Assert.ThrowsExactly<ArgumentException>(() => flags.ScoreMany(_sequences, nGrams: nGrams));
    }

    [TestMethod]
    public void FeaturesAre()
    {
        foreach (var encoder in (SequenceEncoder[])[new(Train(new() { Bidirectional = true })), _task.RunEncoder(null, new CancellationToken(true)).Model])
        {
            var features = encoder.EncodeMany(_sequences);
            for (var i = 0; i < _sequences.Length; i++)
                Near.AreSame(encoder.Encode(_sequences[i]), features[i], $"features of sequence {i}");
        }
    }

    [TestMethod]
    public void ATokenThatIsNotInTheVocabularyIsRefused()
    {
        var model = Train(new());
        Assert.ThrowsExactly<ArgumentException>(() => model.PredictMany([[1], [ToyTask.VocabularySize]]));
        Assert.IsEmpty(model.PredictMany([]).Predictions);
    }

    /// <summary>What sessions share and keep changes no bit of what a network that does neither gives.</summary>
    [TestMethod]
    [DataRow(CellKind.RevLstm, false)]
    [DataRow(CellKind.RevGru, true)]
    public void KeptProductsAreThoseThatWouldBeMade(CellKind cell, bool bidirectional)
    {
        var shape = new NetworkShape(new() { Cell = cell, EmbeddingSize = 24, HiddenSize = 40, Bidirectional = bidirectional, LayerCount = 2, SkipConnections = true }, 50);
        using var parameters = new EncoderParameters(shape);
        parameters.Initialize(1);
        using var encoder = Encoders.Create(parameters, StackSettings.Prediction, new Device(threads: 1));
        using var head = Outputs(encoder);
        var pass = new BatchPass(encoder, head);
        pass.PackWeights();
        var batch = new PackedBatch();
        var weights = new SharedWeights();
        NetworkSession<PooledOutputs>[] sessions = [new(parameters, weights, Outputs), new(parameters, weights, Outputs)];
        var (expected, actual) = (new float[shape.OutputSize], new float[shape.OutputSize]);
        foreach (var tokens in Sequences.Random(20, 1, 70, 50))
        {
            batch.Fill(tokens, Vocabulary.EmptyToken);
            pass.Run(batch);
            head.Read(0, expected);
            foreach (var session in sessions)
            {
                session.Run(tokens);
                session.Head.Read(0, actual);
                Near.AreSame(expected, actual, $"features of {tokens.Length} tokens");
            }
        }
    }

    [TestMethod]
    public unsafe void ProductsAreKeptWhileThereIsRoom()
    {
        const int Row = 16;
        var products = new TokenProducts(1000, Row, mostBytes: 100 * Row * sizeof(float));
        var values = stackalloc float[Row];
        for (var token = 999; token >= 0; token--)
        {
            new Span<float>(values, Row).Fill(token);
            products.Keep(token, values);
            products.Keep(token, values);
        }
        for (var token = 0; token < 1000; token++)
        {
            var kept = products.Find(token);
            Assert.AreEqual(token >= 900, kept != null, $"token {token}");
            if (kept != null)
                Assert.IsFalse(new Span<float>(kept, Row).ContainsAnyExcept(token));
        }
    }

    [TestMethod]
    public unsafe void ManyThreadsKeepThemTogether()
    {
        const int Row = 64;
        const int Tokens = 5000;
        var products = new TokenProducts(Tokens, Row);
        var wrong = 0;
        Parallel.For(0, 8, thread =>
        {
            var values = stackalloc float[Row];
            var random = new Random(thread);
            for (var i = 0; i < 20_000; i++)
            {
                var token = random.Next(Tokens);
                var kept = products.Find(token);
                if (kept != null && new Span<float>(kept, Row).ContainsAnyExcept(token))
                    Interlocked.Increment(ref wrong);
                if (kept != null)
                    continue;
                new Span<float>(values, Row).Fill(token);
                products.Keep(token, values);
            }
        });
        Assert.AreEqual(0, wrong);
    }

    private static PooledOutputs Outputs(ISequenceEncoder encoder) => new(encoder, MeanMaxPooling.For(encoder.Device, encoder.OutputStride, usesMean: true, usesMaximum: false));

    private static SequenceClassifier Train(NetworkOptions network) => (_task with
    {
        Network = network with { EmbeddingSize = _task.Network.EmbeddingSize, HiddenSize = _task.Network.HiddenSize },
        Training = _task.Training with { MaximumEpochs = 1 },
    }).Run().Model;
}
