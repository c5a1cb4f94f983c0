namespace Microsoft.ML.RevRnn.Engine.Tests;

/// <summary>Texts that are read and gone on with, whatever white space lies between.</summary>
[TestClass]
internal sealed class TextSessionTests
{
    private const string Text = "the cat sat\ton the  mat and\n\nthe dog ran\u3000off";

    private static readonly Dictionary<TokenKind, (LanguageModel Model, TextTokenizer Tokenizer)> _models =
        Enum.GetValues<TokenKind>().ToDictionary(kind => kind, Learn);

    private static readonly GenerationOptions _likeliest = new() { Temperature = 0, MaximumTokens = 100 };

    [TestMethod]
    [DataRow(TokenKind.Words)]
    [DataRow(TokenKind.Characters)]
    [DataRow(TokenKind.Bytes)]
    [DataRow(TokenKind.BytePairs)]
    public void ATextIsGoneOnWithWhereverAWordEndsOrTheSpaceBehindIt(TokenKind kind)
    {
        for (var length = 1; length < Text.Length; length++)
        {
            if (!char.IsWhiteSpace(Text[length - 1]) && !char.IsWhiteSpace(Text[length]))
                continue;
            var session = Start(kind, Text[..length]);
            var text = Text[..length] + string.Concat(session.Generate(_likeliest));
            if (kind == TokenKind.Words)
                Assert.AreEqual(string.Join(' ', Text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)), Joined(text), $"at {length}");
            else
                Assert.AreEqual(Text, text, $"at {length}");
        }
    }

    [TestMethod]
    [DataRow(" ")]
    [DataRow("\t")]
    [DataRow("\n")]
    [DataRow("  ")]
    [DataRow(" \r\n")]
    public void WordsHaveNoSpaceBehindOneThatWasRead(string space)
    {
        Assert.AreEqual("cat", Start(TokenKind.Words, "the" + space).Generate(_likeliest).First());
        Assert.AreEqual(" cat", Start(TokenKind.Words, "the").Generate(_likeliest).First());
        var session = Start(TokenKind.Words, "the" + space);
        session.Read("cat");
        Assert.AreEqual(" sat", session.Generate(_likeliest).First());
    }

    [TestMethod]
    public void SpaceThatIsHeldBackIsReadWithWhatFollows()
    {
        var whole = Start(TokenKind.BytePairs, "the cat sat\ton the  mat");
        var session = Start(TokenKind.BytePairs, "the ");
        Assert.AreEqual(Start(TokenKind.BytePairs, "the").TokenCount, session.TokenCount);
        foreach (var piece in (string[])["cat", " ", "sat\t", "on the ", "", " ", "mat"])
            session.Read(piece);

        Assert.AreEqual(whole.TokenCount, session.TokenCount);
        Assert.AreEqual(whole.LogLikelihood, session.LogLikelihood, 1e-4);
        session.Read(" ");
        session.Restart();
        Assert.AreEqual(Text, string.Concat(session.Generate(_likeliest)));
    }

    [TestMethod]
    [DataRow(TokenKind.Words)]
    [DataRow(TokenKind.BytePairs)]
    public void OneTokenAtATimeGivesTheSameText(TokenKind kind)
    {
        var whole = string.Concat(Start(kind, "the  ").Generate(_likeliest));
        var session = Start(kind, "the  ");
        var pieces = "";
        for (var i = 0; i < 100; i++)
            pieces += string.Concat(session.Generate(_likeliest with { MaximumTokens = 1 }));

        Assert.StartsWith(whole, pieces);
    }

    [TestMethod]
    public void NextTokensBehindSpaceBeginWithIt()
    {
        var next = Start(TokenKind.BytePairs, "the cat ").NextTokens(_models[TokenKind.BytePairs].Tokenizer.Size);

        Assert.IsTrue(next.All(token => token.Text[0] == ' '));
        Assert.AreEqual(1, next.Sum(token => (double)token.Probability), 1e-5);
        Assert.StartsWith(" s", next[0].Text);
    }

    [TestMethod]
    [DataRow(TokenKind.Words)]
    [DataRow(TokenKind.Bytes)]
    public void ReservedTokensAreAmongTheNextOnesIfAskedFor(TokenKind kind)
    {
        var session = Start(kind, "the cat");
        var size = _models[kind].Tokenizer.Size;
        var text = session.NextTokens(size);
        var all = session.NextTokens(size, includesReserved: true);

        Assert.HasCount(size - 2, text);
        Assert.HasCount(size, all);
        CollectionAssert.AreEqual(text.ToArray(), all.Where(token => token.Token > 1).ToArray());
        Assert.AreEqual(1, all.Sum(token => (double)token.Probability), 1e-5);
        Assert.AreEqual("<boundary>", Start(kind, Text).NextTokens(1, includesReserved: true)[0].Text);
    }

    private static string Joined(string text) => string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));

    private static TextSession Start(TokenKind kind, string text)
    {
        var session = new TextSession(_models[kind].Model, _models[kind].Tokenizer);
        session.Read(text);
        return session;
    }

    private static (LanguageModel Model, TextTokenizer Tokenizer) Learn(TokenKind kind)
    {
        var tokenizer = Tokenizers.Learn(new VocabularyOptions { Kind = kind, MaximumSize = 300 }, Text, Text);
        var task = LanguageTask.Counting();
        var training = task.Training with { MaximumEpochs = 40, BatchSize = 8, LearningRate = 0.01f };
        var model = LanguageModel.Train(
            [.. Enumerable.Repeat(tokenizer.Encode(Text), 48)], tokenizer.Size, new NetworkOptions { EmbeddingSize = 16, HiddenSize = 48 },
            new LanguageModelOptions { Layout = TextLayout.Documents }, training).Model;
        return (model, tokenizer);
    }
}
