namespace Microsoft.ML.RevRnn.Engine.Tests;

/// <summary>Which n-grams a text has, and how much of each.</summary>
[TestClass]
internal sealed class NGramVectorTests
{
    private static readonly NGramOptions _words = new() { LongestCharacters = 0 };

    [TestMethod]
    public void RunsOfWordsCountLessFromThreeOn()
    {
        // a b c d: four words, three pairs, two of three.
        var vector = NGramVector.Of(["a b c d"], _words);
        Assert.AreEqual(9, vector.Count);
        CollectionAssert.AreEqual(new[] { 0.5f, 0.5f, 1, 1, 1, 1, 1, 1, 1 }, Sorted(vector));
        // One word twice is one n-gram of two.
        CollectionAssert.AreEqual(new[] { 1f, 2 }, Sorted(NGramVector.Of(["a a"], _words)));
        Assert.AreEqual(4, NGramVector.Of(["a b c d"], _words with { WordLength = 1 }).Count);
        CollectionAssert.AreEqual(new[] { 0.25f, 0.5f, 0.5f }, Sorted(NGramVector.Of(["a b c d"], _words with { WordLength = 4 }))[..3]);
    }

    [TestMethod]
    public void RunsOfCharactersHaveTheEndsOfTheirWord()
    {
        // With its ends: <abc>, of three <ab abc bc>, of four <abc abc>, of five <abc>; and the word.
        var vector = NGramVector.Of(["abc"], new NGramOptions { CharacterWeight = 0.3f });
        CollectionAssert.AreEqual(new[] { 0.3f, 0.3f, 0.3f, 0.3f, 0.3f, 0.3f, 1 }, Sorted(vector));
        // A word and the same within another have no n-gram with an end in common but those that they have.
        Assert.AreEqual(0, Common(NGramVector.Of(["abc"], new()), NGramVector.Of(["xabcy"], new() { ShortestCharacters = 4 })));
        Assert.AreEqual(1, Common(NGramVector.Of(["abc"], new()), NGramVector.Of(["xabcy"], new())));
    }

    [TestMethod]
    public void PlacesAreTheLastBitsOfTheHashAndItsHighestIsTheSign()
    {
        var vector = NGramVector.Of(["a b c d"], _words);

        var (places, values) = vector.Places(8);

        CollectionAssert.AreEqual(vector.Hashes.ToArray().Select(hash => (long)hash % 256).ToArray(), places);
        CollectionAssert.AreEqual(vector.Values.ToArray().Zip(vector.Hashes.ToArray(), (value, hash) => hash > int.MaxValue ? -value : value).ToArray(), values);
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => vector.Places(7));
    }

    [TestMethod]
    public void WhichThereAreIsWrittenAsTextAndRead()
    {
        var options = new NGramOptions { WordLength = 2, ShortestCharacters = 4, LongestCharacters = 6, CharacterWeight = 0.3f, HashBits = 12 };

        Assert.AreEqual("2 4 6 0.3 12", options.ToText());
        Assert.AreEqual(options, NGramOptions.Parse(options.ToText()));
        StringAssert.Contains(Assert.ThrowsExactly<InvalidOperationException>(() => new NGramOptions().ToText()).Message, nameof(NGramOptions.HashBits));
        foreach (var text in (string[])["", "2 4 6 0.3", "2 4 6 0.3 12 1", "2 4 6 0.3 25", "2 4 6 x 12", "2 4 6 0.3 99999999999"])
            StringAssert.Contains(Assert.ThrowsExactly<FormatException>(() => NGramOptions.Parse(text)).Message, $"'{text}'");
    }

    [TestMethod]
    public void TextsThatReadTheSameHaveTheSame()
    {
        Assert.AreEqual(0, Difference("Café  STRASSE", "cafe\u0301 straße"));
        Assert.AreNotEqual(0, Difference("a b", "b a"));
    }

    [TestMethod]
    public void NoRunGoesFromOneTextToTheNext()
    {
        Assert.AreEqual(3, NGramVector.Of(["a b"], _words).Count);
        Assert.AreEqual(2, NGramVector.Of(["a", "b"], _words).Count);
        Assert.AreEqual(2, NGramVector.Of(["a", null, "", "b"], _words).Count);
        Assert.AreEqual(0, NGramVector.Of([], _words).Count);
    }

    [TestMethod]
    public void TokensAreWords()
    {
        Assert.AreEqual(6, NGramVector.OfTokens([7, 8, 9], _words).Count);
        Assert.AreEqual(2, NGramVector.OfTokens([7, 7], new()).Count);
        Assert.AreEqual(0, NGramVector.OfTokens([], new()).Count);
    }

    /// <summary>A saved model depends on them: these never change.</summary>
    [TestMethod]
    public void HashesStay()
        => CollectionAssert.AreEqual(new uint[] { 1594411623, 2450643885, 3655936522 }, NGramVector.Of(["Naïve Bayes"], _words).Hashes.ToArray());

    [TestMethod]
    public void OptionsHaveRanges()
    {
        foreach (var wrong in (NGramOptions[])[
            new() { WordLength = 0 }, new() { WordLength = 6 }, new() { ShortestCharacters = 0 }, new() { LongestCharacters = 11 }, new() { CharacterWeight = -1 },
            new() { CharacterWeight = float.NaN }, new() { HashBits = 7 }, new() { HashBits = 25 }, new() { Epochs = 0 }, new() { LearningRate = 0 }])
        {
            Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => NGramVector.Of(["a"], wrong));
        }
        Assert.AreEqual(20, new NGramOptions().HashBitsFor(2));
        Assert.AreEqual(20, new NGramOptions().HashBitsFor(64));
        Assert.AreEqual(16, new NGramOptions().HashBitsFor(1000));
        Assert.AreEqual(12, new NGramOptions { HashBits = 12 }.HashBitsFor(1000));
    }

    private static float[] Sorted(NGramVector vector) => [.. vector.Values.ToArray().Order()];

    private static int Common(NGramVector one, NGramVector other) => one.Hashes.ToArray().Intersect(other.Hashes.ToArray()).Count();

    private static int Difference(string one, string other)
    {
        var (left, right) = (NGramVector.Of([one], new()), NGramVector.Of([other], new()));
        return left.Hashes.SequenceEqual(right.Hashes) && left.Values.SequenceEqual(right.Values) ? 0 : 1;
    }
}
