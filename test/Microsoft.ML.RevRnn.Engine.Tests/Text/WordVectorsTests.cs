namespace Microsoft.ML.RevRnn.Engine.Tests;

/// <summary>Which tokens have which vector, and which words are known because they have one.</summary>
[TestClass]
internal sealed class WordVectorsTests
{
    private const string Case = "apple 1\nApple 2\nAPPLE 3\nPear 4\nPEAR 5\n";

    [TestMethod]
    public void WordsAreFoundAsTheTokenizerReadsThem()
    {
        // e with an acute accent in two characters, a sharp s, and a soft hyphen, which cannot be seen.
        Assert.AreEqual("café=1 plum=4 strasse=2", Found("CAFÉ Straße plum pear", "cafe\u0301 1\nStrasse 2\nSTRASSE 3\npl\u00ADum 4\n", new()));
    }

    [TestMethod]
    public void OfSeveralThatAreTheSameTheFirstCounts() => Assert.AreEqual("apple=1 pear=4", Found("Apple pear", Case, new()));

    [TestMethod]
    public void WhereCaseIsKeptTheSameCaseComesFirst()
    {
        var cased = new VocabularyOptions { Lowercase = false };
        Assert.AreEqual("APPLE=3 Apple=2 apple=1 pEAR=4 pear=4", Found("apple Apple APPLE pear pEAR", Case, cased));
        // What is exact may come later.
        Assert.AreEqual("PEAR=5 pear=4", Found("PEAR pear", Case, cased));
    }

    [TestMethod]
    public void BytePairsThatAreWholeWordsHaveTheirs()
    {
        var tokenizer = Learn("some plums some plums some plums", new() { Kind = TokenKind.BytePairs, MaximumSize = 300 });

        var vectors = Load("plums 1\nsome 2\ns 3\n", tokenizer);

        Assert.AreEqual(" plums=1  some=2", Describe(tokenizer, vectors, token => tokenizer.Token(token)));
    }

    [TestMethod]
    public void GivenWordsHaveTheirs()
    {
        using var folder = Written(Case + "<unk> 8\n</s> 9\n");

        var vectors = WordVectors.LoadOfWords(new() { Path = folder["vectors.txt"] }, ["pear", "Apple", "plum"]);

        CollectionAssert.AreEqual(new[] { true, true, true, true, false }, Enumerable.Range(0, 5).Select(vectors.Has).ToArray());
        CollectionAssert.AreEqual(new[] { 9f, 8, 4, 2 }, vectors.All.Select(entry => entry.Vector[0]).ToArray());
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => vectors.Has(5));
    }

    [TestMethod]
    [DataRow(TokenKind.Characters)]
    [DataRow(TokenKind.Bytes)]
    public void TokensThatAreNoWordsAreRefused(TokenKind kind)
    {
        var options = new VocabularyOptions { Kind = kind };
        var failure = Assert.ThrowsExactly<ArgumentException>(() => TextTokenizer.Learn(Texts("a b"), options, new WordVectorOptions { Path = "x.vec" }));

        StringAssert.Contains(failure.Message, $"Kind is {kind}, and there are word vectors, 'x.vec', which are of words. Use TokenKind.Words or TokenKind.BytePairs");
        Assert.ThrowsExactly<ArgumentException>(() => WordVectors.Load(new() { Path = "x.vec" }, TextTokenizer.Learn(Texts("a b"), options)));
    }

    [TestMethod]
    public void OptionsAreChecked()
    {
        StringAssert.Contains(Assert.ThrowsExactly<ArgumentException>(new WordVectorOptions { Path = " " }.Validate).Message, "Path of the word vectors is empty");
        var adds = new WordVectorOptions { Path = "x", AddsUnseenWords = true };
        StringAssert.Contains(Assert.ThrowsExactly<ArgumentException>(() => adds.Validate(TokenKind.BytePairs)).Message, "AddsUnseenWords is set, and Kind is BytePairs");
        StringAssert.Contains(Assert.ThrowsExactly<ArgumentException>(() => WordVectors.LoadOfWords(adds, ["a"])).Message, "AddsUnseenWords is set");
    }

    /// <summary>Words: a 3, b 2, and c, d and e once; of these d has a vector.</summary>
    [TestMethod]
    public void RareWordsWithAVectorAreKnown()
    {
        const string Text = "a a a b b c d e";
        var options = new VocabularyOptions { MinimumCount = 2 };

        Assert.AreEqual("a b", Words(Text, "D 1\nf 2\n", options, adds: null));
        Assert.AreEqual("a b d", Words(Text, "D 1\nf 2\n", options, adds: false));
        Assert.AreEqual("a b d f", Words(Text, "D 1\nf 2\nD 3\nF 4\n", options, adds: true));
        Assert.AreEqual("a", Words(Text, "D 1\nf 2\n", options with { MaximumSize = 3 }, adds: true));
        // Where each word is known, the file has nothing to say.
        Assert.AreEqual("a b c d e", Words(Text, "D 1\nf 2\n", options with { MinimumCount = 1 }, adds: false));
    }

    /// <summary>In the order of the file, as many as there is room for, and only what the tokenizer reads as one word.</summary>
    [TestMethod]
    public void WordsThatTheTextsDoNotHaveAreAdded()
    {
        const string Vectors = "z 1\ndon't 1\nZ 2\na 3\n. . . 4\n<unk> 5\n</s> 6\nfoo-bar 7\n! 8\ny 9\nx 10\n";

        Assert.AreEqual("a z ! y x", Words("a", Vectors, new(), adds: true));
        Assert.AreEqual("a z ! y", Words("a", Vectors, new() { MaximumSize = 6 }, adds: true));
        Assert.AreEqual("a z Z ! y x", Words("a", Vectors, new() { Lowercase = false }, adds: true));
    }

    /// <summary>Words a, b, c, of 4, 2 and 1 tokens, and an unknown one; a and c have a vector.</summary>
    [TestMethod]
    public void CoverageCountsWordsAndTokens()
    {
        var tokenizer = Learn("a a a a b b c", new());
        var vectors = Load("a 1\nc 2\nz 3\n", tokenizer);

        var coverage = vectors.Coverage([tokenizer.Encode("a a a a b b"), [TextTokenizer.BoundaryToken], tokenizer.Encode("c new")]);

        Assert.AreEqual(new VectorCoverage(Words: 3, WordsWithVector: 2, Tokens: 8, TokensWithVector: 5), coverage);
        Assert.AreEqual(2.0 / 3, coverage.WordShare);
        Assert.AreEqual(0.625, coverage.TokenShare);
        Assert.AreEqual(0, default(VectorCoverage).WordShare + default(VectorCoverage).TokenShare);
        Assert.AreEqual(1, Load("a 1\nb 1\nc 2\n<unk> 3\n", tokenizer).Coverage([tokenizer.Encode("a new")]).TokenShare);
    }

    [TestMethod]
    public void ReadingIsToldOfAndCancelled()
    {
        using var folder = Written(string.Concat(Enumerable.Range(0, 5000).Select(i => $"w{i} 1 2\n")));
        var options = new WordVectorOptions { Path = folder["vectors.txt"] };
        var tokenizer = Learn("w1", new());
        var told = new List<double>();
        using var source = new CancellationTokenSource();

        WordVectors.Load(options, tokenizer, new Reports(told.Add), default);

        CollectionAssert.AreEqual(told.Order().ToArray(), told);
        Assert.IsGreaterThan(3, told.Count);
        Assert.AreEqual(1, told[^1]);
        told.Clear();
        Assert.ThrowsExactly<OperationCanceledException>(() => WordVectors.Load(options, tokenizer, new Reports(value =>
        {
            told.Add(value);
            source.Cancel();
        }), source.Token));
        Assert.HasCount(1, told);
    }

    private static string Found(string text, string vectors, VocabularyOptions options)
    {
        var tokenizer = Learn(text, options);
        return Describe(tokenizer, Load(vectors, tokenizer), tokenizer.Token);
    }

    private static string Describe(TextTokenizer tokenizer, WordVectors vectors, Func<int, string> name)
    {
        Assert.AreEqual(tokenizer.Size, vectors.VocabularySize);
        return string.Join(' ', vectors.All.Select(entry => $"{name(entry.Token)}={entry.Vector[0]}"));
    }

    private static string Words(string text, string vectors, VocabularyOptions options, bool? adds)
    {
        using var folder = Written(vectors);
        var tokenizer = TextTokenizer.Learn(
            Texts(text), options, adds is { } asked ? new WordVectorOptions { Path = folder["vectors.txt"], AddsUnseenWords = asked } : null);
        return string.Join(' ', Enumerable.Range(2, tokenizer.Size - 2).Select(tokenizer.Token));
    }

    private static WordVectors Load(string vectors, TextTokenizer tokenizer)
    {
        using var folder = Written(vectors);
        return WordVectors.Load(new() { Path = folder["vectors.txt"] }, tokenizer);
    }

    private static TextTokenizer Learn(string text, VocabularyOptions options) => TextTokenizer.Learn(Texts(text), options);

    private static ReadOnlyMemory<char>[] Texts(string text) => [text.AsMemory()];

    private static TemporaryFolder Written(string vectors)
    {
        var folder = new TemporaryFolder();
        File.WriteAllText(folder["vectors.txt"], vectors);
        return folder;
    }

    private sealed class Reports(Action<double> told) : IProgress<double>
    {
        public void Report(double value) => told(value);
    }
}
