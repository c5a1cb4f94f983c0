namespace Microsoft.ML.RevRnn.Engine.Tests;

[TestClass]
internal sealed class SequenceTaggerTests
{
    private const int Vocabulary = 6;
    private const int Classes = 3;

    private static readonly NetworkOptions _network = new() { Cell = CellKind.RevLstm, EmbeddingSize = 8, HiddenSize = 16 };

    private static readonly TrainingOptions _training = new()
    {
        MaximumEpochs = 12,
        BatchSize = 16,
        LearningRate = 0.02f,
        Dropout = 0,
        Seed = 1,
        ThreadCount = 2,
    };

    private static readonly int[][] _sequences = Sequences.Random(300, 1, 30, Vocabulary);

    /// <summary>The class of a token depends on it and on the one before: 0 after nothing.</summary>
    private static readonly int[][] _labels = Array.ConvertAll(
        _sequences, sequence => sequence.Select((token, t) => t == 0 ? 0 : (token + sequence[t - 1]) % Classes).ToArray());

    [TestMethod]
    public void EachTokenIsToldByWhatWasReadUpToIt()
    {
        var model = Train(_network).Model;

        var (right, all) = (0, 0);
        for (var i = 200; i < 300; i++)
        {
            var probabilities = Predict(model, _sequences[i]);
            for (var t = 0; t < _sequences[i].Length; t++, all++)
            {
                var ofToken = probabilities.AsSpan(t * Classes, Classes).ToArray();
                Assert.AreEqual(1, ofToken.Sum(), 1e-5);
                right += Array.IndexOf(ofToken, ofToken.Max()) == _labels[i][t] ? 1 : 0;
            }
        }
        Assert.IsTrue(right > 0.95 * all, $"{right} of {all}");
    }

    [TestMethod]
    public void ATokensProbabilitiesDoNotDependOnWhatFollows()
    {
        var model = Train(_network).Model;
        var tokens = _sequences[0];

        var whole = Predict(model, tokens);

        for (var length = 1; length <= tokens.Length; length += 7)
            CollectionAssert.AreEqual(whole[..(length * Classes)], Predict(model, tokens[..length]));
        Assert.IsEmpty(Predict(model, []));
    }

    [TestMethod]
    public void TheSameSeedGivesTheSameModelWhateverTheStrategyAndTheThreads()
    {
        var expected = Tests.Models.Bytes(Train(_network).Model.Save);
        foreach (var strategy in (ActivationStrategy[])[ActivationStrategy.Stored, ActivationStrategy.Hybrid])
        {
            var model = SequenceTagger.Train(
                _sequences[..200], _labels[..200], Classes, Vocabulary, _network, _training with { ActivationStrategy = strategy, ThreadCount = 1 }).Model;
            CollectionAssert.AreEqual(expected, Tests.Models.Bytes(model.Save));
        }
    }

    [TestMethod]
    public void SavedAndLoadedItTellsTheSame()
    {
        var model = Train(_network with { LayerCount = 2 }).Model;
        using var stream = new MemoryStream(Tests.Models.Bytes(model.Save));
        using var reader = new BinaryReader(stream);

        var loaded = SequenceTagger.Load(reader);

        Assert.AreEqual(stream.Length, stream.Position);
        CollectionAssert.AreEqual(Predict(model, _sequences[3]), Predict(loaded, _sequences[3]));
        stream.Position = 0;
        Assert.ThrowsExactly<FormatException>(() => SequenceClassifier.Load(reader));
    }

    [TestMethod]
    public void EmptySequencesDoNoHarm()
    {
        int[][] sequences = [[], .. _sequences[..50], []];
        int[][] labels = [[], .. _labels[..50], []];

        var report = SequenceTagger.Train(sequences, labels, Classes, Vocabulary, _network, _training with { MaximumEpochs = 1 }).Report;

        Assert.IsTrue(double.IsFinite(report.Epochs[0].Loss));
        var without = SequenceTagger.Train(sequences[1..^1], labels[1..^1], Classes, Vocabulary, _network, _training with { MaximumEpochs = 1 }).Report;
        Assert.AreEqual(without.Epochs[0], report.Epochs[0]);
        Assert.ThrowsExactly<ArgumentException>(() => SequenceTagger.Train([[], []], [[], []], Classes, Vocabulary, _network, _training));
    }

    [TestMethod]
    public void WhatDoesNotFitIsNamed()
    {
        StringAssert.Contains(Refused([[0, 1], [1]], [[0, 1], [1, 2]]).Message, "Sequence 1 has 1 tokens and 2 labels");
        StringAssert.Contains(Refused([[0, 1]], [[0, 3]]).Message, "Label 3 of sequence 0");
        StringAssert.Contains(Refused([[0], [1]], [[0]]).Message, "2 sequences");
        var model = Train(_network).Model;
        Assert.ThrowsExactly<ArgumentException>(() => model.Predict([1, 2], new float[5]));
        Assert.ThrowsExactly<ArgumentException>(() => model.Predict([Vocabulary], new float[Classes]));

        static ArgumentException Refused(int[][] sequences, int[][] labels) => Assert.ThrowsExactly<ArgumentException>(
            () => SequenceTagger.Train(sequences, labels, Classes, Vocabulary, _network, _training));
    }

    private static TrainingResult<SequenceTagger> Train(NetworkOptions network)
        => SequenceTagger.Train(_sequences[..200], _labels[..200], Classes, Vocabulary, network, _training);

    private static float[] Predict(SequenceTagger model, int[] tokens)
    {
        var probabilities = new float[tokens.Length * Classes];
        model.Predict(tokens, probabilities);
        return probabilities;
    }
}
