namespace Microsoft.ML.RevRnn.Engine.Tests;

/// <summary>Taggers that read the class of the token before.</summary>
[TestClass]
internal sealed class FeedbackTaggerTests
{
    private const int Vocabulary = 5;
    private const int Classes = 3;

    private static readonly NetworkOptions _network = new() { Cell = CellKind.Elman, Feedback = FeedbackKind.Output, EmbeddingSize = 8, HiddenSize = 24 };

    private static readonly TrainingOptions _training = new() { MaximumEpochs = 12, BatchSize = 16, LearningRate = 0.02f, Dropout = 0, Seed = 1, ThreadCount = 2 };

    private static readonly int[][] _sequences = Sequences.Random(300, 1, 30, Vocabulary);

    /// <summary>The class of a token depends on it and on the class before, so on all tokens up to it.</summary>
    private static readonly int[][] _labels = Array.ConvertAll(_sequences, Labels);

    private static readonly Lazy<SequenceTagger> _model = new(() => Train(_network).Model);

    [TestMethod]
    public void WhatTheOutputCarriesIsRemembered()
    {
        var losses = _model.Value.EvaluateFeedback(_sequences[250..], _labels[250..]);

        Assert.IsTrue(losses.FreeRunningAccuracy > 0.95, $"{losses}");
        Assert.AreEqual(_sequences[250..].Sum(sequence => sequence.Length), losses.TokenCount);
    }

    /// <summary>With labels that are partly wrong, so that it must err, and errors stay.</summary>
    [TestMethod]
    public void StandingOnOnesOwnErrorsCosts()
    {
        var random = new Random(3);
        int[][] noisy = [.. _sequences.Select(sequence =>
        {
            var labels = new int[sequence.Length];
            for (var t = 0; t < labels.Length; t++)
                labels[t] = random.NextDouble() < 0.2 ? random.Next(Classes) : ((t == 0 ? 0 : labels[t - 1]) + sequence[t]) % Classes;
            return labels;
        })];
        var model = SequenceTagger.Train(_sequences[..250], noisy[..250], Classes, Vocabulary, _network, _training).Model;

        var losses = model.EvaluateFeedback(_sequences[250..], noisy[250..]);

        Assert.IsTrue(losses.ExposureBias > 0.2, $"{losses}");
        Assert.IsTrue(losses.FreeRunningAccuracy < losses.TeacherForcedAccuracy - 0.1, $"{losses}");
    }

    [TestMethod]
    public void APredictionFeedsBackItsOwnClasses()
    {
        var tokens = _sequences.MaxBy(sequence => sequence.Length)!;

        var whole = Predict(_model.Value, tokens);

        for (var length = 1; length < tokens.Length; length += 7)
            CollectionAssert.AreEqual(whole[..(length * Classes)], Predict(_model.Value, tokens[..length]));
        int[] predicted = [.. Enumerable.Range(0, tokens.Length).Select(t => Array.IndexOf(whole, whole[(t * Classes)..((t + 1) * Classes)].Max(), t * Classes) - t * Classes)];
        var losses = _model.Value.EvaluateFeedback([tokens], [predicted]);
        Assert.AreEqual(losses.FreeRunning, losses.TeacherForced, 1e-6, "With what it tells as the truth, both are the same.");
        Assert.AreEqual(1, losses.FreeRunningAccuracy);
        Assert.IsEmpty(Predict(_model.Value, []));
    }

    [TestMethod]
    [DataRow(CellKind.Elman, ActivationStrategy.Checkpointed)]
    [DataRow(CellKind.RevGru, ActivationStrategy.Stored)]
    [DataRow(CellKind.RevGru, ActivationStrategy.Hybrid)]
    public void TheStrategyChangesNoBit(CellKind cell, ActivationStrategy strategy)
    {
        var training = _training with { MaximumEpochs = 1, Dropout = 0.2f, InputDropoutByToken = cell == CellKind.Elman };

        var expected = Train(_network with { Cell = cell }, training).Model;
        var actual = Train(_network with { Cell = cell }, training with { ActivationStrategy = strategy, ThreadCount = 1 }).Model;

        CollectionAssert.AreEqual(Bytes(expected), Bytes(actual));
    }

    [TestMethod]
    public void ItIsSavedAndGoneOnWith()
    {
        var bytes = Bytes(_model.Value);
        using var reader = new BinaryReader(new MemoryStream(bytes));

        var loaded = SequenceTagger.Load(reader);

        Assert.AreEqual(_model.Value.Network, loaded.Network);
        Assert.AreEqual((Vocabulary, Classes), (loaded.VocabularySize, loaded.ClassCount));
        CollectionAssert.AreEqual(Predict(_model.Value, _sequences[0]), Predict(loaded, _sequences[0]));
        var further = loaded.ContinueTraining(_sequences[..50], _labels[..50], _training with { MaximumEpochs = 1 }).Model;
        Assert.IsTrue(further.EvaluateFeedback(_sequences[250..], _labels[250..]).FreeRunningAccuracy > 0.9);
    }

    [TestMethod]
    public void WhatHasNothingToFeedBackRefuses()
    {
        var failure = Assert.ThrowsExactly<ArgumentException>(() =>
            SequenceClassifier.Train(_sequences, Sequences.Labels(300), 3, Vocabulary, _network, _training));
        StringAssert.Contains(failure.Message, "Feedback is Output; only a tagger");
        var plain = Train(_network with { Feedback = FeedbackKind.None }, _training with { MaximumEpochs = 1 }).Model;
        StringAssert.Contains(Assert.ThrowsExactly<InvalidOperationException>(() => plain.EvaluateFeedback(_sequences, _labels)).Message, "nothing is fed back");
        Assert.ThrowsExactly<ArgumentException>(() => TokenConnectivity.Of(_model.Value, _sequences[0], []));
        var many = Assert.ThrowsExactly<ArgumentException>(() => SequenceTagger.Train([[1, 2]], [[0, 1]], 10_000_000, 1000, _network with { EmbeddingSize = 2 }, _training));
        StringAssert.Contains(many.Message, "pairs");
    }

    private static int[] Labels(int[] sequence)
    {
        var labels = new int[sequence.Length];
        for (var t = 0; t < labels.Length; t++)
            labels[t] = ((t == 0 ? 0 : labels[t - 1]) + sequence[t]) % Classes;
        return labels;
    }

    private static TrainingResult<SequenceTagger> Train(NetworkOptions network, TrainingOptions? training = null)
        => SequenceTagger.Train(_sequences[..250], _labels[..250], Classes, Vocabulary, network, training ?? _training);

    private static float[] Predict(SequenceTagger model, int[] tokens)
    {
        var probabilities = new float[tokens.Length * Classes];
        model.Predict(tokens, probabilities);
        return probabilities;
    }

    private static byte[] Bytes(SequenceTagger model)
    {
        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream);
        model.Save(writer);
        writer.Flush();
        return stream.ToArray();
    }
}
