using Microsoft.ML.RevRnn.Heads;
using Microsoft.ML.RevRnn.Networks;
using Microsoft.ML.RevRnn.Training;

namespace Microsoft.ML.RevRnn.Engine.Tests;

/// <summary>Training that starts from word vectors.</summary>
[TestClass]
internal sealed class StartingVectorsTests
{
    private static readonly ToyTask _toy = ToyTask.Learnable(60);

    /// <summary>Of the four values -3, 1, 2 and 4 the deviation is the root of 6.5.</summary>
    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public void VectorsHaveADeviationOfTheirOwn(bool tied)
    {
        var shape = new NetworkShape(new NetworkOptions { EmbeddingSize = 2, HiddenSize = 4, TieEmbeddings = tied }, 6);
        using var random = NetworkParameters.OfNextTokens(shape);
        using var started = NetworkParameters.OfNextTokens(shape);
        random.Initialize(5);
        started.Initialize(5);

        new StartingVectors(Load("b -3 1\nd 2 4\nunheard 100 200\n", frozen: false, "a", "b", "c", "d")).CopyTo(started);

        var factor = (tied ? 1 / Math.Sqrt(6) : 0.5) / Math.Sqrt(6.5);
        var (was, now) = (random.Encoder.Embedding.Value, started.Encoder.Embedding.Value);
        foreach (var token in new[] { 0, 1, 2, 4 })
            Assert.AreEqual((was.At(token, 0), was.At(token, 1)), (now.At(token, 0), now.At(token, 1)), $"token {token}");
        Assert.AreEqual(-3 * factor, now.At(3, 0), 1e-6);
        Assert.AreEqual(1 * factor, now.At(3, 1), 1e-6);
        Assert.AreEqual(2 * factor, now.At(5, 0), 1e-6);
        Assert.AreEqual(4 * factor, now.At(5, 1), 1e-6);
    }

    [TestMethod]
    [DataRow("a 0 0\n", 0f)]
    [DataRow("a 3 3\n", 3f)]
    public void VectorsThatAreAllTheSameStayThat(string vectors, float expected)
    {
        using var parameters = NetworkParameters.OfNextTokens(new NetworkShape(new NetworkOptions { EmbeddingSize = 2, HiddenSize = 4 }, 3));

        new StartingVectors(Load(vectors, frozen: false, "a")).CopyTo(parameters);

        Assert.AreEqual(expected, parameters.Encoder.Embedding.Value.At(2, 1));
    }

    [TestMethod]
    public void FrozenVectorsStayAndOthersLearn()
    {
        var (frozen, tuned, start) = (Vectors(frozen: true), Vectors(frozen: false), Embedding(Train(Vectors(frozen: true), epochs: 0)));

        CollectionAssert.AreEqual(start, Embedding(Train(frozen, epochs: 2)));
        CollectionAssert.AreNotEqual(start, Embedding(Train(tuned, epochs: 2)));
        // What goes on with a model trains all of it.
        var further = Train(frozen, epochs: 2).ContinueTraining(_toy.Sequences, _toy.Labels, _toy.Training);
        CollectionAssert.AreNotEqual(start, Embedding(further.Model));
    }

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public void ALanguageModelsFrozenVectorsStayToo(bool tied)
    {
        var network = _toy.Network with { TieEmbeddings = tied };
        float[] Embedding(int epochs)
        {
            var model = LanguageModel.Train(
                _toy.Sequences, ToyTask.VocabularySize, network, new(), _toy.Training with { MaximumEpochs = 2 }, vectors: Vectors(frozen: true),
                cancellationToken: new CancellationToken(epochs == 0)).Model;
            return model.Parameters.Encoder.Embedding.Value.Values.ToArray();
        }

        CollectionAssert.AreEqual(Embedding(0), Embedding(2));
    }

    [TestMethod]
    public void TheSameSeedGivesTheSameBytes()
    {
        CollectionAssert.AreEqual(Models.Bytes(Train(Vectors(frozen: false), 2)), Models.Bytes(Train(Vectors(frozen: false), 2)));
        CollectionAssert.AreNotEqual(Models.Bytes(Train(null, 2)), Models.Bytes(Train(Vectors(frozen: false), 2)));
    }

    [TestMethod]
    public void EveryModelStartsFromThem()
    {
        var (training, none) = (_toy.Training, new CancellationToken(canceled: true));
        int[][] sets = [.. _toy.Labels.Select(label => (int[])[label])];
        int[][] tags = [.. _toy.Sequences.Select(tokens => Array.ConvertAll(tokens, token => token % 2))];
        var vectors = Vectors(frozen: false);

        byte[][] models =
        [
            Models.Bytes(MultiLabelClassifier.Train(_toy.Sequences, sets, ToyTask.Classes, ToyTask.VocabularySize, _toy.Network, training, vectors: vectors, cancellationToken: none).Model.Save),
            Models.Bytes(SequenceTagger.Train(_toy.Sequences, tags, 2, ToyTask.VocabularySize, _toy.Network, training, vectors: vectors, cancellationToken: none).Model.Save),
            Models.Bytes(SequenceEncoder.Train(_toy.Sequences, ToyTask.VocabularySize, _toy.Network, training, vectors: vectors, cancellationToken: none).Model.Save),
            Models.Bytes(LanguageModel.Train(_toy.Sequences, ToyTask.VocabularySize, _toy.Network, new(), training, vectors: vectors, cancellationToken: none).Model.Save),
        ];

        var expected = Embedding(Train(vectors, epochs: 0));
        foreach (var model in models)
            Assert.AreNotEqual(-1, model.AsSpan().IndexOf(System.Runtime.InteropServices.MemoryMarshal.AsBytes(expected.AsSpan(0, _toy.Network.EmbeddingSize))));
    }

    /// <summary>What is in the file counts, not where it lies.</summary>
    [TestMethod]
    public void ACheckpointIsOfItsVectors()
    {
        using var folder = new TemporaryFolder();
        var training = _toy.Training with { MaximumEpochs = 2, CheckpointPath = folder["state"] };
        var whole = Models.Bytes(Train(Vectors(frozen: false), training));

        CollectionAssert.AreEqual(whole, Models.Bytes(Train(Vectors(frozen: false), training)));
        foreach (var other in new[] { null, Vectors(frozen: true), Vectors(frozen: false, change: 1e-6f) })
        {
            var failure = Assert.ThrowsExactly<InvalidOperationException>(() => Train(other, training));
            StringAssert.Contains(failure.Message, "it is of a training run with other data, another network or other options");
        }
    }

    [TestMethod]
    public void WhatDoesNotFitIsRefused()
    {
        var vectors = Vectors(frozen: false);
        StringAssert.Contains(
            Failure(() => Train(_toy.Network with { EmbeddingSize = 99 }, ToyTask.VocabularySize)),
            $"EmbeddingSize is 99, and the word vectors have {_toy.Network.EmbeddingSize} numbers; set it to {_toy.Network.EmbeddingSize}.");
        StringAssert.Contains(Failure(() => Train(_toy.Network, ToyTask.VocabularySize + 1)), $"The word vectors are of {ToyTask.VocabularySize} tokens, and the vocabulary has");
        var model = LanguageModel.Train(_toy.Sequences, ToyTask.VocabularySize, _toy.Network, new(), _toy.Training, cancellationToken: new(canceled: true)).Model;
        StringAssert.Contains(Failure(() => Train(_toy.Network, ToyTask.VocabularySize, model)), "word vectors and a language model to start from");

        void Train(NetworkOptions network, int vocabulary, LanguageModel? pretrained = null)
            => SequenceClassifier.Train(_toy.Sequences, _toy.Labels, ToyTask.Classes, vocabulary, network, _toy.Training, pretrained, vectors: vectors);

        static string Failure(Action action) => Assert.ThrowsExactly<ArgumentException>(action).Message;
    }

    /// <summary>What is cancelled before it begins has the weights that it starts from.</summary>
    private static SequenceClassifier Train(WordVectors? vectors, int epochs)
        => Train(vectors, _toy.Training with { MaximumEpochs = Math.Max(1, epochs) }, new CancellationToken(epochs == 0));

    private static SequenceClassifier Train(WordVectors? vectors, TrainingOptions training, CancellationToken cancellationToken = default) => SequenceClassifier.Train(
        _toy.Sequences, _toy.Labels, ToyTask.Classes, ToyTask.VocabularySize, _toy.Network, training, vectors: vectors, cancellationToken: cancellationToken).Model;

    private static float[] Embedding(SequenceClassifier model) => model.Parameters.Encoder.Embedding.Value.Values.ToArray();

    /// <summary>Of the toy's tokens, all but one.</summary>
    private static WordVectors Vectors(bool frozen, float change = 0)
    {
        var random = new Random(3);
        string[] words = [.. Enumerable.Range(2, ToyTask.VocabularySize - 2).Select(token => $"w{token}")];
        var lines = words.Skip(1).Select(word => word + " " + string.Join(
            ' ', Enumerable.Range(0, _toy.Network.EmbeddingSize).Select(_ => FormattableString.Invariant($"{random.NextSingle() - 0.5f + change}"))));
        return Load(string.Join('\n', lines), frozen, words);
    }

    private static WordVectors Load(string vectors, bool frozen, params string[] words)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["vectors.vec"], vectors);
        return WordVectors.LoadOfWords(new() { Path = folder["vectors.vec"], IsFrozen = frozen }, words);
    }
}
