using Microsoft.ML.Data;
using Microsoft.ML.RevRnn.Tests.Support;

namespace Microsoft.ML.RevRnn.Tests;

/// <summary>Language models of key vectors, which have tokens and no text.</summary>
[TestClass]
public sealed class LanguageModelKeysTests
{
    private readonly MLContext _context = new(seed: 3);

    [TestMethod]
    public void AnyTokenizerWillDo()
    {
        var options = Small.LanguageModel();
        options.InputColumnName = "Tokens";
        var model = _context.Transforms.Text.TokenizeIntoWords("Tokens", "Text")
            .Append(_context.Transforms.Conversion.MapValueToKey("Tokens"))
            .Append(_context.Transforms.Text.RevLanguageModel(options))
            .Fit(Trained.Data());

        var counts = model.Transform(Trained.Probes()).GetColumn<int>("TokenCount").ToArray();

        CollectionAssert.AreEqual(
            TestData.Probes.Take(20).Select(probe => probe.Words.Length + 1).ToArray(), counts.Take(20).ToArray());
        Assert.IsLessThan(model.LastTransformer.Report!.Epochs[0].Loss, model.LastTransformer.Report.Epochs[^1].Loss);
    }

    [TestMethod]
    public void TheEvaluationCountsNoCharacters()
    {
        var metrics = Trained.KeyModel.Evaluate(Trained.KeyedWords());

        Assert.AreEqual(0, metrics.CharacterCount);
        Assert.IsTrue(double.IsNaN(metrics.BitsPerCharacter));
        Assert.AreEqual(TestData.Rows(60).Sum(row => row.Words.Length + 1), metrics.TokenCount);
        Assert.IsLessThan(17, metrics.Perplexity);
    }

    [TestMethod]
    public void WhatIsAboutTextSaysWhatToDo()
    {
        Action[] actions =
        [
            () => Trained.KeyModel.StartText(),
            () => Trained.KeyModel.Generate("a"),
            () => Trained.KeyModel.NextTokens("a"),
        ];
        foreach (var action in actions)
        {
            var failure = Assert.ThrowsExactly<InvalidOperationException>(action);
            StringAssert.Contains(failure.Message, "'Words'");
            StringAssert.Contains(failure.Message, "StartTokens()");
        }
    }

    [TestMethod]
    public void KeysAreTokensOneHigher()
    {
        var data = Trained.KeyedWords();
        var expected = Trained.KeyModel.Transform(data).GetColumn<float>("LogLikelihood").First();
        var keys = data.GetColumn<uint[]>("Words").First();
        var session = Trained.KeyModel.StartTokens();

        session.Read([.. keys.Select(key => (int)key + 1)]);

        Assert.AreEqual(keys.Length, session.TokenCount);
        Assert.AreEqual(expected, session.LogLikelihood + session.LogProbabilities[TextTokenizer.BoundaryToken], 1e-4);
    }

    [TestMethod]
    public void TokensAreWrittenToo()
    {
        var options = new GenerationOptions { MaximumTokens = 30, Seed = 2, StopsAtEnd = false };

        var tokens = Trained.KeyModel.StartTokens().Generate(options).ToArray();

        Assert.HasCount(30, tokens);
        Assert.IsTrue(tokens.All(token => token >= 2 && token < Trained.KeyModel.VocabularySize));
        CollectionAssert.AreEqual(tokens, Trained.KeyModel.StartTokens().Generate(options).ToArray());
    }

    [TestMethod]
    public void AModelOfTextHasTokensToo()
        => Assert.AreEqual(Trained.LanguageModel.VocabularySize, Trained.LanguageModel.StartTokens().LogProbabilities.Length);
}
