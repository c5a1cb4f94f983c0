using Microsoft.ML.Data;
using Microsoft.ML.RevRnn.Tests.Support;

namespace Microsoft.ML.RevRnn.Tests;

/// <summary>Language models that adapt to the text at hand.</summary>
[TestClass]
public sealed class LanguageModelCacheTests
{
    private static readonly CacheOptions _cache = new() { Size = 50, Theta = 0.5, Lambda = 0.3 };

    [TestMethod]
    public void TheEvaluationAddsUpTheRowsEachWithACacheOfItsOwn()
    {
        var data = Trained.Data(count: 300, seed: 5);
        var options = new EvaluationOptions { Cache = _cache };

        var metrics = Trained.LanguageModel.Evaluate(data, options);

        Assert.AreEqual(
            data.GetColumn<string>("Text").Sum(text => Trained.LanguageModel.Evaluate(Trained.Texts(text), options).LogLikelihood), metrics.LogLikelihood);
        Assert.AreEqual(Trained.LanguageModel.Evaluate(data) with { LogLikelihood = metrics.LogLikelihood }, metrics);
        Assert.AreEqual(Trained.LanguageModel.Evaluate(data), Trained.LanguageModel.Evaluate(data, new EvaluationOptions { Cache = _cache with { Lambda = 0 } }));
    }

    [TestMethod]
    public void LinesOfADocumentAreReadAsOne()
    {
        var data = Trained.Data(count: 30, seed: 5);
        var options = new EvaluationOptions { Cache = _cache, CarriesOver = true };

        var metrics = Trained.LanguageModel.Evaluate(data, options);

        var session = Trained.LanguageModel.StartText(cache: _cache);
        var lines = data.GetColumn<string>("Text").ToArray();
        session.Read(lines[0]);
        Assert.AreEqual(session.LogLikelihood, Trained.LanguageModel.Evaluate(Trained.Texts(lines[0]), options).LogLikelihood + EndOf(session), 1e-5);
        Assert.AreEqual(Trained.LanguageModel.Evaluate(data) with { LogLikelihood = metrics.LogLikelihood }, metrics);
        Assert.AreNotEqual(Trained.LanguageModel.Evaluate(data, options with { CarriesOver = false }).LogLikelihood, metrics.LogLikelihood);
        Assert.AreNotEqual(Trained.LanguageModel.Evaluate(data, options with { Cache = null }).LogLikelihood, metrics.LogLikelihood);
    }

    [TestMethod]
    public void ACacheIsChosenByHeldBackTextsAndHelpsOnOthersOfTheKind()
    {
        // One text again and again, and it is none that the model has learned.
        var held = Trained.Texts([.. Enumerable.Repeat("eight five one two seven", 20)]);
        var other = Trained.Texts([.. Enumerable.Repeat("three one six four two", 20)]);

        var choice = Trained.Counter.ChooseCache(held, new CacheSearchOptions { Size = 100 });

        Assert.IsLessThan(choice.PlainScore.Perplexity, choice.Score.Perplexity);
        var document = new EvaluationOptions { CarriesOver = true };
        var (plain, cached) = (Trained.Counter.Evaluate(other, document), Trained.Counter.Evaluate(other, document with { Cache = choice.Cache }));
        Assert.IsLessThan(0.9 * plain.Perplexity, cached.Perplexity);
    }

    [TestMethod]
    public void WhatIsWrittenFollowsThePrompt()
    {
        var options = new GenerationOptions { MaximumTokens = 5, Temperature = 0, StopsAtEnd = false, Cache = new CacheOptions { Theta = 0, Lambda = 0.99 } };
        var prompt = string.Join(' ', Enumerable.Repeat("seven", 30));

        var written = string.Concat(Trained.Counter.Generate(prompt + " ", options));

        Assert.AreEqual("seven seven seven seven seven", written);
        Assert.AreNotEqual(written, string.Concat(Trained.Counter.Generate(prompt + " ", options with { Cache = null })));
        Assert.AreEqual(options.Cache, Trained.KeyModel.StartTokens(options.Cache).Cache);
    }

    [TestMethod]
    public void BadInputIsReported()
    {
        var none = new RowsView(2);
        foreach (var action in (Action[])
            [
                () => Trained.LanguageModel.Evaluate(none, new EvaluationOptions { CarriesOver = true }),
                () => Trained.LanguageModel.Evaluate(none, new EvaluationOptions { Cache = _cache }),
                () => Trained.LanguageModel.ChooseCache(none),
            ])
        {
            StringAssert.Contains(Assert.ThrowsExactly<InvalidOperationException>(action).Message, "The data has no rows");
        }
        var bad = _cache with { Size = 0 };
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => Trained.LanguageModel.Evaluate(Trained.Data(), new EvaluationOptions { Cache = bad }));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => Trained.LanguageModel.Generate("", new GenerationOptions { Cache = bad }));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => Trained.LanguageModel.StartText(cache: bad));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => Trained.KeyModel.ChooseCache(Trained.Data()));
    }

    private static double EndOf(TextSession session)
        => -Math.Log(session.NextTokens(Trained.LanguageModel.VocabularySize, includesReserved: true).Single(next => next.Token == TextTokenizer.BoundaryToken).Probability);
}
