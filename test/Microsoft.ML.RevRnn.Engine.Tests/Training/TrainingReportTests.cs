namespace Microsoft.ML.RevRnn.Engine.Tests;

/// <summary>The account of memory and lost bits that a training run gives.</summary>
[TestClass]
internal sealed class TrainingReportTests
{
    private const int BatchSize = 16;
    private const int PageBytes = 192;

    /// <summary>Stored bits are never fewer than the information; its sum of single-precision logarithms may be rounded up.</summary>
    private const double Least = 1 - 1e-6;

    private static readonly NetworkOptions _network = new() { EmbeddingSize = 24, HiddenSize = 64 };

    private static readonly TrainingOptions _training = new()
    {
        MaximumEpochs = 1,
        BatchSize = BatchSize,
        Dropout = 0,
        ValidationFraction = 0,
        ThreadCount = 1,
        Seed = 0,
    };

    [TestMethod]
    [DataRow(CellKind.RevLstm, 1, 300, 0f)]
    [DataRow(CellKind.RevLstm, 2, 100, 0.4f)]
    [DataRow(CellKind.RevGru, 1, 300, 0f)]
    [DataRow(CellKind.RevGru, 2, 5, 0f)]
    public void StoredActivationBytesAreThePeakOfTheSameRunWithStoredActivations(CellKind cell, int layers, int length, float dropout)
    {
        var network = _network with { Cell = cell, LayerCount = layers };
        var training = _training with { Dropout = dropout };
        foreach (var sequences in (int[][][])[Sequences.Random(BatchSize, length, length), Sequences.Random(4 * BatchSize, 1, length)])
        {
            var stored = training with { ActivationStrategy = ActivationStrategy.Stored };
            Check(Classify(sequences, network, training), Classify(sequences, network, stored));
            Check(Encode(sequences, network, training), Encode(sequences, network, stored));
        }

        void Check(TrainingReport reversible, TrainingReport stored)
        {
            Assert.AreEqual(stored.PeakActivationBytes, stored.StoredActivationBytes);
            // Each block of 8 rows may hold on to one page until its next batch.
            var more = reversible.StoredActivationBytes - stored.PeakActivationBytes;
            Assert.IsTrue(more >= 0 && more <= layers * (BatchSize / 8) * PageBytes, $"{reversible.StoredActivationBytes} for {stored.PeakActivationBytes}");
        }
    }

    [TestMethod]
    public void StoredActivationBytesAreOfTheLargestBatch()
    {
        // Batches of all lengths, and one of 6 rows, whose chunks are longer.
        var sequences = Sequences.Random(6 * BatchSize + 6, 1, 200);
        var training = _training with { MaximumEpochs = 3 };
        var reversible = Classify(sequences, _network, training);
        var stored = Classify(sequences, _network, training with { ActivationStrategy = ActivationStrategy.Stored });

        // A stored run keeps each chunk's buffers at the largest that any batch needed of them, so it may peak a little higher.
        var ratio = (double)reversible.StoredActivationBytes / stored.PeakActivationBytes;
        Assert.IsTrue(ratio is > 0.9 and < 1.01, $"{reversible.StoredActivationBytes} for {stored.PeakActivationBytes}");
    }

    [TestMethod]
    [DataRow(CellKind.RevLstm)]
    [DataRow(CellKind.RevGru)]
    public void ReversalOfLongTextsTakesAFractionOfTheBytes(CellKind cell)
    {
        var sequences = Sequences.Random(8, 800, 800);
        var report = Classify(sequences, _network with { Cell = cell }, _training);

        Assert.IsTrue(5 * report.PeakActivationBytes < report.StoredActivationBytes, $"{report.PeakActivationBytes} for {report.StoredActivationBytes}");
    }

    [TestMethod]
    [DataRow(CellKind.RevLstm, 1)]
    [DataRow(CellKind.RevGru, 2)]
    public void LostBitsAreHardlyMoreThanTheOptimum(CellKind cell, int layers)
    {
        // Two full batches an epoch, of 2 blocks of 8 rows each, which hold 16 lanes of 96 bits whatever the length.
        var sequences = Sequences.Random(2 * BatchSize, 400, 400);
        var network = _network with { Cell = cell, LayerCount = layers };
        var reversible = Classify(sequences, network, _training with { MaximumEpochs = 2 });
        var stored = Classify(sequences, network, _training with { MaximumEpochs = 2, ActivationStrategy = ActivationStrategy.Stored });

        Assert.IsTrue(reversible.LostBits / reversible.OptimalBits is >= Least and < 1.02, $"{reversible.LostBits} for {reversible.OptimalBits}");
        Assert.AreEqual(0, stored.LostBits);
        Assert.AreEqual(0, stored.OptimalBits);
        var hybrid = Classify(sequences, network, _training with { MaximumEpochs = 2, ActivationStrategy = ActivationStrategy.Hybrid });
        Assert.AreEqual(reversible.OptimalBits, hybrid.OptimalBits, 1e-9 * reversible.OptimalBits);
        Assert.IsTrue(hybrid.LostBits / hybrid.OptimalBits is >= Least and < 1.1, $"{hybrid.LostBits} for {hybrid.OptimalBits}");
        // Some tenths of a bit to 3 bits a unit and step are forgotten.
        var perUnit = reversible.OptimalBits / (2.0 * 2 * BatchSize * 400 * 64 * layers * (cell == CellKind.RevLstm ? 2 : 1));
        Assert.IsTrue(perUnit is > 0.3 and < 3, $"{perUnit}");
    }

    [TestMethod]
    public void BitsAreSummedOverAllBatches()
    {
        var sequences = Sequences.Random(BatchSize, 50, 50);
        // So small a step that the gates of the second epoch are those of the first.
        var training = _training with { LearningRate = 1e-7f };
        var one = Encode(sequences, _network, training);
        var two = Encode(sequences, _network, training with { MaximumEpochs = 2 });

        Assert.AreEqual(2.0, two.LostBits / (double)one.LostBits, 1e-3);
        Assert.AreEqual(2.0, two.OptimalBits / one.OptimalBits, 1e-3);
        Assert.AreEqual(one.StoredActivationBytes, two.StoredActivationBytes);
    }

    private static TrainingReport Classify(int[][] sequences, NetworkOptions network, TrainingOptions training) =>
        SequenceClassifier.Train(sequences, Sequences.Labels(sequences.Length), 3, 11, network, training).Report;

    private static TrainingReport Encode(int[][] sequences, NetworkOptions network, TrainingOptions training) =>
        SequenceEncoder.Train(sequences, 11, network, training).Report;
}
