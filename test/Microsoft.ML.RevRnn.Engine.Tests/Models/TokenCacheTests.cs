using Microsoft.ML.RevRnn.Models;

namespace Microsoft.ML.RevRnn.Engine.Tests;

/// <summary>The cache of a language model, in its arithmetic and in what it does to texts.</summary>
[TestClass]
internal sealed class TokenCacheTests
{
    private static readonly CacheOptions _cache = new() { Size = 20, Theta = 0.7, Lambda = 0.3 };

    private static readonly int[] _text = Sequences.Random(1, 150, 150, LanguageTask.VocabularySize)[0];

    private static readonly LanguageModel _model = Model();

    [TestMethod]
    [GoldenFiles("cache_language_model")]
    public void InDoublePrecisionProbabilitiesAreThoseOfTheReference(string name)
    {
        var file = GoldenFile.Load(name);
        var cache = new TokenCache<double>(file.Int("window"), file.Int("H"));
        var mixture = new CacheMixture(file.Number("theta"));
        var lambda = file.Number("lam");
        for (var t = 0; t < file.Int("T"); t++)
        {
            var probabilities = LogSoftmax(file.Numbers("logits", t));
            var next = file.Int("tokens", t + 1);
            var similarities = cache.Compare(file.Numbers("h", t));
            if (cache.Count > 0)
            {
                var one = CacheMixture.Join(probabilities[next], mixture.Probability(similarities, cache.Tokens, next), lambda, Math.Log(1 - lambda));
                mixture.Mix(similarities, cache.Tokens, lambda, probabilities.AsSpan());
                Assert.AreEqual(one, probabilities[next], 1e-14);
            }
            Near.AreNear(file.Numbers("p", t), Array.ConvertAll(probabilities, Math.Exp), 1e-12, $"p of step {t}");
            Assert.AreEqual(file.Number("nll", t), -probabilities[next], 1e-12, $"nll of step {t}");
            cache.Add(file.Numbers("h", t), next);
        }
        Assert.AreEqual(Math.Min(file.Int("window"), file.Int("T")), cache.Count);
    }

    [TestMethod]
    [GoldenFiles("cache_language_model")]
    public void InSinglePrecisionToo(string name)
    {
        var file = GoldenFile.Load(name);
        var options = new CacheOptions { Size = file.Int("window"), Theta = file.Number("theta"), Lambda = file.Number("lam") };
        var cache = new CachedTokens(options, file.Int("H"));
        for (var t = 0; t < file.Int("T"); t++)
        {
            var output = Array.ConvertAll(file.Numbers("h", t), value => (float)value);
            var model = Array.ConvertAll(LogSoftmax(file.Numbers("logits", t)), value => (float)value);
            float[] mixed = [.. model];
            cache.Mix(output, mixed);
            Near.AreNear(file.Numbers("p", t), Array.ConvertAll(mixed, value => Math.Exp(value)), 1e-5, $"p of step {t}");
            Assert.AreEqual(file.Number("nll", t), -cache.Read(output, model, file.Int("tokens", t + 1)), 1e-5, $"nll of step {t}");
        }
    }

    [TestMethod]
    public void WithoutAPartOfTheProbabilityThereIsNoCacheToTheBit()
    {
        var none = _cache with { Lambda = 0 };
        var (plain, cached) = (_model.CreateSession(), _model.CreateSession(none));
        plain.Read(_text);
        cached.Read(_text);

        Assert.AreEqual(plain.LogLikelihood, cached.LogLikelihood);
        Near.AreSame(plain.LogProbabilities, cached.LogProbabilities, "log probability");
        Assert.AreEqual(_model.Score(_text), _model.Evaluate([_text], new EvaluationOptions { Cache = none }));
        var options = new GenerationOptions { MaximumTokens = 50, StopsAtEnd = false };
        CollectionAssert.AreEqual(plain.Generate(options).ToArray(), cached.Generate(options with { Cache = none }).ToArray());
    }

    [TestMethod]
    public void ProbabilitiesAddUpToOneAndAScoreIsTheirSum()
    {
        var session = _model.CreateSession(_cache);
        var plain = _model.CreateSession();
        var (sum, differences) = (0.0, 0);
        foreach (var token in _text)
        {
            Assert.AreEqual(1, session.LogProbabilities.ToArray().Sum(value => Math.Exp(value)), 1e-6);
            differences += session.LogProbabilities.SequenceEqual(plain.LogProbabilities) ? 0 : 1;
            sum += session.LogProbabilities[token];
            session.Read(token);
            plain.Read(token);
        }
        Assert.AreEqual(_text.Length - 1, differences, "The cache is empty at the first token only.");
        Assert.AreEqual(sum, session.LogLikelihood, 1e-9);
        var score = _model.Evaluate([_text], new EvaluationOptions { Cache = _cache });
        Assert.AreEqual(sum + session.LogProbabilities[0], score.LogLikelihood, 1e-9);
        Assert.AreEqual(_text.Length + 1, score.TokenCount);
        Assert.AreEqual(score, _model.Score(_text, _cache));
    }

    [TestMethod]
    public void HoweverATextIsCutItsBitsAreTheSame()
    {
        var whole = _model.CreateSession(_cache);
        whole.Read(_text);
        foreach (var length in (int[])[1, 7, 33, 100])
        {
            var session = _model.CreateSession(_cache);
            for (var begin = 0; begin < _text.Length; begin += length)
                session.Read(_text.AsSpan(begin, Math.Min(length, _text.Length - begin)));
            Near.AreSame(whole.LogProbabilities, session.LogProbabilities, $"log probability in pieces of {length}");
            Assert.AreEqual(whole.LogLikelihood, session.LogLikelihood, $"in pieces of {length}");
        }
    }

    [TestMethod]
    public void ARestartForgetsTheText()
    {
        var session = _model.CreateSession(_cache);
        session.Read(_text);
        var expected = (session.LogLikelihood, session.LogProbabilities.ToArray());

        session.Restart();
        session.Read(_text);

        Assert.AreEqual(expected.LogLikelihood, session.LogLikelihood);
        Near.AreSame(expected.Item2, session.LogProbabilities, "log probability");
    }

    [TestMethod]
    public void ATextThatRepeatsItselfIsLessOfASurpriseAndTheChoiceFindsOut()
    {
        int[][] texts = [.. Enumerable.Repeat((int[])[6, 6, 2, 6, 6, 6, 2], 20)];
        var choice = _model.ChooseCache(texts, new CacheSearchOptions { Size = 30 });

        Assert.AreEqual(_model.Evaluate(texts, new EvaluationOptions { CarriesOver = true }).TokenCount, choice.PlainScore.TokenCount);
        Assert.AreEqual(_model.Evaluate(texts, new EvaluationOptions { CarriesOver = true }).LogLikelihood, choice.PlainScore.LogLikelihood, 1e-4);
        Assert.AreEqual(_model.Evaluate(texts, new EvaluationOptions { Cache = choice.Cache, CarriesOver = true }).LogLikelihood, choice.Score.LogLikelihood, 1e-4);
        Assert.IsLessThan(0.8 * choice.PlainScore.Perplexity, choice.Score.Perplexity);
        Assert.IsGreaterThan(0, choice.Cache.Lambda);
        Assert.AreEqual(30, choice.Cache.Size);
        // Each by itself the texts have little to repeat.
        var alone = _model.Evaluate(texts, new EvaluationOptions { Cache = choice.Cache });
        Assert.AreEqual(20 * _model.Score(texts[0], choice.Cache).LogLikelihood, alone.LogLikelihood, 1e-9);
        Assert.IsLessThan(choice.Score.LogLikelihood, alone.LogLikelihood);
    }

    [TestMethod]
    public void WhatDoesNotRepeatItselfIsBetterWithoutACache()
    {
        // Of tokens without any rule the model knows all there is to know: their frequencies.
        var choice = _model.ChooseCache(
            [[1, 2, 3, 4, 5, 6, 7]], new CacheSearchOptions { Thetas = [0, 1], Lambdas = [0.5, 0, 0.9], CarriesOver = false });

        Assert.AreEqual(0, choice.Cache.Lambda);
        Assert.AreEqual(choice.PlainScore.LogLikelihood, choice.Score.LogLikelihood, 1e-5);
    }

    [TestMethod]
    public void WhatIsWrittenFollowsTheTextBefore()
    {
        var session = _model.CreateSession(new CacheOptions { Size = 100, Theta = 0, Lambda = 0.99 });
        for (var i = 0; i < 30; i++)
            session.Read(6);

        var written = session.Generate(new GenerationOptions { MaximumTokens = 20, Temperature = 0 }).ToArray();

        CollectionAssert.AreEqual(Enumerable.Repeat(6, 20).ToArray(), written);
    }

    [TestMethod]
    public void ACacheThatTheSessionWasNotCreatedWithIsReported()
    {
        var options = new GenerationOptions { MaximumTokens = 1, Cache = _cache };
        foreach (var session in (LanguageModelSession[])[_model.CreateSession(), _model.CreateSession(_cache with { Theta = 0 })])
            StringAssert.Contains(Assert.ThrowsExactly<ArgumentException>(() => session.Generate(options)).Message, "created without it");
        Assert.HasCount(1, _model.CreateSession(_cache).Generate(options with { StopsAtEnd = false }));
    }

    [TestMethod]
    public void ATokenAllocatesNothingOnceTheCacheIsFull()
    {
        var session = _model.CreateSession(_cache);
        session.Read(_text);
        Assert.AreEqual(0, Allocations.Of(() => session.Read(3)));
        Assert.AreEqual(_cache, session.Cache);
    }

    [TestMethod]
    [DataRow(0, 0.3, 0.1, "Size is 0")]
    [DataRow(100_001, 0.3, 0.1, "Size is 100001")]
    [DataRow(10, -0.1, 0.1, "Theta is -0.1")]
    [DataRow(10, double.NaN, 0.1, "Theta is NaN")]
    [DataRow(10, 0.3, 1.0, "Lambda is 1")]
    [DataRow(10, 0.3, -0.5, "Lambda is -0.5")]
    public void OptionsOutOfTheirRangeAreReported(int size, double theta, double lambda, string message)
    {
        var cache = new CacheOptions { Size = size, Theta = theta, Lambda = lambda };
        foreach (var action in (Action[])
            [
                () => _model.CreateSession(cache),
                () => _model.Score(_text, cache),
                () => _model.Evaluate([_text], new EvaluationOptions { Cache = cache }),
                () => _model.CreateSession().Generate(new GenerationOptions { Cache = cache }),
                () => _model.ChooseCache([_text], new CacheSearchOptions { Size = size, Thetas = [theta], Lambdas = [lambda] }),
            ])
        {
            var failure = Assert.ThrowsExactly<ArgumentOutOfRangeException>(action);
            StringAssert.Contains(failure.Message.Replace("Thetas", "Theta", StringComparison.Ordinal).Replace("Lambdas", "Lambda", StringComparison.Ordinal), message);
        }
    }

    [TestMethod]
    public void NothingToChooseByOrAmongIsReported()
    {
        StringAssert.Contains(Assert.ThrowsExactly<ArgumentException>(() => _model.ChooseCache([])).Message, "no texts");
        StringAssert.Contains(Assert.ThrowsExactly<ArgumentException>(() => _model.ChooseCache([_text], new CacheSearchOptions { Lambdas = [] })).Message, "Lambdas is empty");
    }

    private static double[] LogSoftmax(double[] scores)
    {
        var logSum = Math.Log(scores.Sum(Math.Exp));
        return Array.ConvertAll(scores, score => score - logSum);
    }

    private static LanguageModel Model()
    {
        var task = LanguageTask.Random();
        return (task with
        {
            Network = task.Network with { EmbeddingSize = 12, LayerCount = 2 },
            Training = task.Training with { MaximumEpochs = 3, LearningRate = 0.05f },
        }).Run().Model;
    }
}
