using Microsoft.ML.RevRnn.Text;

namespace Microsoft.ML.RevRnn.Engine.Tests;

/// <summary>One text after another in the same room: the n-grams of each are those that it has by itself.</summary>
[TestClass]
internal sealed class NGramReaderTests
{
    private static readonly NGramOptions _options = new() { CharacterWeight = 0.3f };

    /// <summary>So many words that room is made several times, and so few different ones that sums go on from it.</summary>
    private static readonly string _long = string.Join(' ', Sequences.Random(1, 5_000, 5_000, 60)[0].Select(word => $"word{word}"));

    private static readonly string[] _texts = ["one of several texts", "", _long, "Naïve Bayes", "one of several texts", string.Join(' ', Enumerable.Range(0, 2_000))];

    [TestMethod]
    public void EachTextHasItsOwn()
    {
        var reader = new NGramReader(_options);
        foreach (var text in _texts)
        {
            AreSame(NGramVector.Of([text], _options), reader.Read(text));
            AreSame(NGramVector.Of([text, "and", text], _options), reader.Read([text.AsMemory(), "and".AsMemory(), text.AsMemory()]));
        }
        int[] tokens = [7, 8, 7, 9];
        AreSame(NGramVector.OfTokens(tokens, _options), reader.ReadTokens(tokens));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new NGramReader(new() { WordLength = 0 }));
    }

    /// <summary>Added up in the order of the text, as a dictionary does: float sums in another order are others.</summary>
    [TestMethod]
    public void SumsAreInTheOrderOfTheText()
    {
        foreach (var text in _texts)
        {
            var occurrences = new List<NGramOccurrence>();
            new NGramHasher(_options, occurrences).Add(text);
            var sums = new SortedDictionary<uint, float>();
            foreach (var occurrence in occurrences)
                sums[occurrence.Hash] = sums.GetValueOrDefault(occurrence.Hash) + occurrence.Value;

            var vector = NGramVector.Of([text], _options);

            CollectionAssert.AreEqual(sums.Keys, vector.Hashes.ToArray());
            CollectionAssert.AreEqual(sums.Values, vector.Values.ToArray());
        }
    }

    [TestMethod]
    public void ACopyStays()
    {
        var reader = new NGramReader(_options);
        var copy = reader.Read("one text").Copy();
        reader.Read("another one");
        AreSame(NGramVector.Of(["one text"], _options), copy);
    }

    [TestMethod]
    public void ReadingAndScoringAllocateNothing()
    {
        var reader = new NGramReader(_options);
        int[][] sequences = [.. Sequences.Random(40, 5, 10)];
        NGramVector[] nGrams = [.. sequences.Select((_, i) => NGramVector.Of([_texts[i % _texts.Length]], _options))];
        int[] labels = [.. sequences.Select(tokens => tokens[0] % 3)];
        var classifier = SequenceClassifier.Train(
            sequences, labels, 3, 11, new() { EmbeddingSize = 8, HiddenSize = 8 }, new() { MaximumEpochs = 1, ThreadCount = 1 },
            examples: new() { NGrams = new NGramSet(_options, nGrams) }).Model;
        var probabilities = new float[3];
        foreach (var text in _texts)
            Predict(text);

        foreach (var text in (string[])[_long, "one of several texts", ""])
            Assert.AreEqual(0, Allocations.Of(() => Predict(text)), $"{text.Length} characters");

        void Predict(string text) => classifier.Predict(sequences[0], [], probabilities, temperature: 2, reader.Read(text));
    }

    private static void AreSame(NGramVector expected, NGramVector actual)
    {
        CollectionAssert.AreEqual(expected.Hashes.ToArray(), actual.Hashes.ToArray());
        CollectionAssert.AreEqual(expected.Values.ToArray(), actual.Values.ToArray());
    }
}
