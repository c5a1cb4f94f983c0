namespace Microsoft.ML.RevRnn.Engine.Tests;

/// <summary>How well words are told by how many of their letters have been read.</summary>
[TestClass]
internal sealed class AccuracyByLettersTests
{
    private const int Separator = 0;
    private const int Classes = 5;

    private static readonly Lazy<(SequenceTagger Tagger, int[][] Texts, int[][] Labels)> _task = new(() =>
    {
        var texts = Sequences.Random(60, 5, 30, vocabulary: 4, seed: 4);
        var labels = Array.ConvertAll(texts, text => Array.ConvertAll(text, token => token == 3 ? 4 : token));
        var training = new TrainingOptions { MaximumEpochs = 1, BatchSize = 16, ThreadCount = 1, Seed = 1, ValidationFraction = 0 };
        return (SequenceTagger.Train(texts, labels, Classes, 4, new NetworkOptions { EmbeddingSize = 4, HiddenSize = 8 }, training).Model, texts, labels);
    });

    [TestMethod]
    public void ItIsCountedAsTheDefinitionSays()
    {
        var (tagger, texts, labels) = _task.Value;
        var counts = new SortedDictionary<int, (long All, long[] Right)>();
        foreach (var (text, label) in texts.Zip(labels))
        {
            var probabilities = new float[text.Length * Classes];
            tagger.Predict(text, probabilities);
            for (var t = 0; t < text.Length; t++)
            {
                if (label[t] == 4)
                    continue;
                var letters = t - Array.LastIndexOf(text, Separator, t);
                var best = Enumerable.Range(0, Classes).OrderByDescending(c => probabilities[t * Classes + c]).ToArray();
                var (all, right) = counts.GetValueOrDefault(letters, (0, new long[2]));
                for (var k = Array.IndexOf(best, label[t]); k < 2; k++)
                    right[k]++;
                counts[letters] = (all + 1, right);
            }
        }

        var figures = AccuracyByLetters.Of(tagger, texts, labels, Separator, top: 2, new HashSet<int> { 4 });

        Assert.IsGreaterThan(3, figures.Count);
        foreach (var (letters, figure) in figures.Index())
        {
            var (all, right) = counts.GetValueOrDefault(letters, (0, new long[2]));
            Assert.AreEqual(letters, figure.Letters);
            Assert.AreEqual(all, figure.Count);
            Near.AreNear([.. right.Select(value => all == 0 ? 0 : (double)value / all)], [.. figure.TopAccuracy], 1e-12, $"accuracy with {letters} letters");
        }
        Assert.AreEqual(counts.Keys.Max() + 1, figures.Count);
        Assert.AreEqual(texts.Sum(text => text.Length), AccuracyByLetters.Of(tagger, texts, labels, Separator).Sum(figure => figure.Count));
    }

    [TestMethod]
    public void WhatCannotBeIsRefused()
    {
        var (tagger, texts, labels) = _task.Value;

        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => AccuracyByLetters.Of(tagger, texts, labels, separator: 4));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => AccuracyByLetters.Of(tagger, texts, labels, Separator, top: 0));
        Assert.ThrowsExactly<ArgumentException>(() => AccuracyByLetters.Of(tagger, texts, labels[1..], Separator));
        Assert.ThrowsExactly<ArgumentException>(() => AccuracyByLetters.Of(tagger, [[1, 2]], [[1]], Separator));
        Assert.IsEmpty(AccuracyByLetters.Of(tagger, [], [], Separator));
    }
}
