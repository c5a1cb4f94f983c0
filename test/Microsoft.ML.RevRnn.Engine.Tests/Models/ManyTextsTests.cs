namespace Microsoft.ML.RevRnn.Engine.Tests;

/// <summary>Taggers, language models and translations of many sequences: side by side each gets the bits that it gets by itself, whatever its sessions share.</summary>
[TestClass]
internal sealed class ManyTextsTests
{
    private const int Classes = 5;

    /// <summary>More than one batch of them, none and long ones included.</summary>
    private static readonly int[][] _sequences = [[], [3], .. Sequences.Random(80, 0, 60, ToyTask.VocabularySize), .. Sequences.Random(2, 500, 700, ToyTask.VocabularySize)];

    [TestMethod]
    [DataRow(CellKind.RevLstm, 1, FeedbackKind.None)]
    [DataRow(CellKind.RevGru, 2, FeedbackKind.None)]
    [DataRow(CellKind.RevGru, 1, FeedbackKind.Output)]
    public void ATaggersProbabilitiesAre(CellKind cell, int layers, FeedbackKind feedback)
    {
        var network = new NetworkOptions { Cell = cell, EmbeddingSize = 8, HiddenSize = 12, LayerCount = layers, Feedback = feedback };
        int[][] labels = [.. _sequences.Select(tokens => Array.ConvertAll(tokens, token => token % Classes))];
        var model = SequenceTagger.Train(_sequences, labels, Classes, ToyTask.VocabularySize, network, new() { MaximumEpochs = 1, ThreadCount = 1 }).Model;

        var probabilities = model.PredictMany(_sequences);

        for (var i = 0; i < _sequences.Length; i++)
        {
            var alone = new float[_sequences[i].Length * Classes];
            model.Predict(_sequences[i], alone);
            Near.AreSame(alone, probabilities[i], $"probabilities of sequence {i}");
        }
        Assert.IsEmpty(model.PredictMany([]));
        Assert.ThrowsExactly<ArgumentException>(() => model.PredictMany([[1], [ToyTask.VocabularySize]]));
    }

    [TestMethod]
    [DataRow(CellKind.RevLstm, 1)]
    [DataRow(CellKind.RevGru, 2)]
    public void ALanguageModelsScoresAre(CellKind cell, int layers)
    {
        var task = LanguageTask.Counting();
        var model = (task with { Network = task.Network with { Cell = cell, LayerCount = layers }, Training = task.Training with { MaximumEpochs = 1 } }).Run().Model;
        int[][] texts = [.. _sequences.Select(tokens => Array.ConvertAll(tokens, token => token % LanguageTask.VocabularySize))];

        var scores = model.ScoreMany(texts);

        for (var i = 0; i < texts.Length; i++)
            Assert.AreEqual(model.Score(texts[i]), scores[i], $"text {i}");
        Assert.IsEmpty(model.ScoreMany([]));
        Assert.ThrowsExactly<ArgumentException>(() => model.ScoreMany([[1], [LanguageTask.VocabularySize]]));
    }

    /// <summary>A session that is gone takes nothing along that others read.</summary>
    [TestMethod]
    public void SessionsOfATranslationShareWeightsThatStay()
    {
        var task = ReversalTask.Random(60);
        var model = (task with { Training = task.Training with { MaximumEpochs = 1 } }).Run().Model;
        var sources = ReversalTask.Random(10, 1, 20, seed: 9).Sources;
        var first = Translate();
        for (var i = 0; i < 3; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
            CollectionAssert.AreEqual(first, Translate());
        }

        double[] Translate()
        {
            var translations = model.CreateSession().TranslateAll(sources);
            return [.. translations.Select(translation => translation.LogProbability), .. sources.Select(source => model.Score(source, source).Likelihood.LogLikelihood)];
        }
    }
}
