using Microsoft.ML.RevRnn.Tests.Support;

namespace Microsoft.ML.RevRnn.Tests;

/// <summary>Texts that a trained transformer writes, and what it expects to come next.</summary>
[TestClass]
public sealed class LanguageModelGenerationTests
{
    private static readonly GenerationOptions _greedy = new() { Temperature = 0 };

    [TestMethod]
    public void WhatIsKnownByHeartIsGoneOnWith()
    {
        Assert.AreEqual(" four five six seven eight", Write(Trained.Counter, "One two three", _greedy));
        Assert.AreEqual(Trained.Count, Write(Trained.Counter, "", _greedy));
    }

    [TestMethod]
    public void TheSameSeedGivesTheSameText()
    {
        var options = new GenerationOptions { MaximumTokens = 50, StopsAtEnd = false, Seed = 1 };
        var text = Write(Trained.LanguageModel, "the", options);

        Assert.AreEqual(text, Write(Trained.LanguageModel, "the", options));
        Assert.AreNotEqual(text, Write(Trained.LanguageModel, "the", options with { Seed = 2 }));
    }

    [TestMethod]
    public void EachEnumerationBeginsAnew()
    {
        var pieces = Trained.LanguageModel.Generate("the", new GenerationOptions { MaximumTokens = 20, StopsAtEnd = false });

        CollectionAssert.AreEqual(pieces.ToArray(), pieces.ToArray());
    }

    [TestMethod]
    public void AtTemperatureZeroTheSeedDoesNotMatter()
    {
        var options = _greedy with { MaximumTokens = 30, StopsAtEnd = false };

        Assert.AreEqual(Write(Trained.LanguageModel, "gold", options), Write(Trained.LanguageModel, "gold", options with { Seed = 77 }));
    }

    [TestMethod]
    [DataRow("four", "one two three ")]
    [DataRow("o thr", "one tw")]
    [DataRow("two three four", "one ")]
    [DataRow("nine", Trained.Count)]
    public void TheTextEndsBeforeAStopString(string stop, string expected)
        => Assert.AreEqual(expected, Write(Trained.Counter, "", _greedy with { StopStrings = ["never", stop] }));

    [TestMethod]
    public void NoMoreThanTheMostTokens()
    {
        Assert.AreEqual("one two three", Write(Trained.Counter, "", _greedy with { MaximumTokens = 3 }));
        Assert.AreEqual(" two", Write(Trained.Counter, "one", _greedy with { MaximumTokens = 1 }));
    }

    [TestMethod]
    public void ACancelledTextEndsBeforeTheNextToken()
    {
        using var source = new CancellationTokenSource();
        var given = 0;

        Assert.ThrowsExactly<OperationCanceledException>(() =>
        {
            foreach (var piece in Trained.LanguageModel.Generate("", new GenerationOptions { MaximumTokens = 1000, StopsAtEnd = false }, source.Token))
            {
                if (++given == 4)
                    source.Cancel();
            }
        });

        Assert.AreEqual(4, given);
    }

    [TestMethod]
    public void GoingOnReadsNothingAgain()
    {
        var session = Trained.Counter.StartText("one two");
        Assert.AreEqual(2, session.TokenCount);

        Assert.AreEqual(" three four", string.Concat(session.Generate(_greedy with { MaximumTokens = 2 })));
        Assert.AreEqual(4, session.TokenCount);
        Assert.AreEqual(" five six seven", string.Concat(session.Generate(_greedy with { MaximumTokens = 3 })));
        Assert.AreEqual(7, session.TokenCount);
    }

    [TestMethod]
    public void ReadingAndWritingTakeTurns()
    {
        var session = Trained.LanguageModel.StartText("the iron");
        var text = "the iron";
        for (var i = 0; i < 4; i++)
        {
            text += string.Concat(session.Generate(new GenerationOptions { MaximumTokens = 3, StopsAtEnd = false, Seed = i }));
            session.Read(" and snow");
            text += " and snow";
        }

        var reader = Trained.LanguageModel.StartText(text);

        Assert.AreEqual(2 + 4 * 5, session.TokenCount);
        Assert.AreEqual(session.TokenCount, reader.TokenCount);
        Assert.AreEqual(reader.LogLikelihood, session.LogLikelihood, 1e-4);
        CollectionAssert.AreEqual(reader.NextTokens(5).ToArray(), session.NextTokens(5).ToArray());
    }

    [TestMethod]
    public void NextTokensComeInOrderOfTheirProbability()
    {
        var next = Trained.LanguageModel.NextTokens("the iron", 5);
        var all = Trained.LanguageModel.NextTokens("the iron", int.MaxValue, includesReserved: true);

        Assert.HasCount(5, next);
        CollectionAssert.AreEqual(next.OrderByDescending(token => token.Probability).ToArray(), next.ToArray());
        CollectionAssert.AreEqual(next.ToArray(), all.Where(token => token.Token > TextTokenizer.UnknownToken).Take(5).ToArray());
        Assert.IsLessThanOrEqualTo(1, next.Sum(token => (double)token.Probability));
        Assert.HasCount(Trained.LanguageModel.VocabularySize, all);
        Assert.AreEqual(1, all.Sum(token => (double)token.Probability), 1e-5);
        Assert.AreEqual("three", Trained.Counter.NextTokens("one two")[0].Text);
        Assert.AreEqual("<boundary>", Trained.Counter.NextTokens(Trained.Count, includesReserved: true)[0].Text);
    }

    [TestMethod]
    public void UnknownWordsAreReadAsSuch()
    {
        CollectionAssert.AreEqual(
            Trained.LanguageModel.NextTokens("xyzzy plugh \ud83d\ude00").ToArray(), Trained.LanguageModel.NextTokens("foo <unk> bar").ToArray());
        Assert.AreEqual(1, Trained.LanguageModel.StartText("xyzzy \ud83d").TokenCount);
    }

    [TestMethod]
    public void WrongArgumentsAreNamedAtOnce()
    {
        Assert.ThrowsExactly<ArgumentNullException>(() => Trained.LanguageModel.Generate(null!));
        Assert.ThrowsExactly<ArgumentNullException>(() => Trained.LanguageModel.StartText(null!));
        Assert.ThrowsExactly<ArgumentNullException>(() => Trained.LanguageModel.NextTokens(null!));
        Assert.AreEqual("count", Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => Trained.LanguageModel.NextTokens("", 0)).ParamName);
        var failure = Assert.ThrowsExactly<ArgumentOutOfRangeException>(
            () => Trained.LanguageModel.Generate("", new GenerationOptions { MaximumTokens = 0 }));
        Assert.AreEqual(nameof(GenerationOptions.MaximumTokens), failure.ParamName);
        Assert.ThrowsExactly<ArgumentException>(() => Trained.LanguageModel.Generate("", new GenerationOptions { StopStrings = [""] }));
    }

    private static string Write(RevLanguageModelTransformer model, string prompt, GenerationOptions options)
        => string.Concat(model.Generate(prompt, options));
}
