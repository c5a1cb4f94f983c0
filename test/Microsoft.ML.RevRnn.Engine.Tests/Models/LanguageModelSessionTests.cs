namespace Microsoft.ML.RevRnn.Engine.Tests;

/// <summary>Texts that are read token after token, and what is thought of them.</summary>
[TestClass]
internal sealed class LanguageModelSessionTests
{
    private static readonly int[] _text = Sequences.Random(1, 150, 150, LanguageTask.VocabularySize)[0];

    [TestMethod]
    [DataRow(CellKind.RevLstm, false)]
    [DataRow(CellKind.RevGru, true)]
    [DataRow(CellKind.Lstm, true)]
    [DataRow(CellKind.GruResetAfter, false)]
    [DataRow(CellKind.Unitary, false)]
    public void AScoreIsTheSumOfTheLogProbabilitiesOfItsTokensAndItsEnd(CellKind cell, bool tied)
    {
        var model = Model(cell, tied);
        var session = model.CreateSession();
        var sum = 0.0;
        foreach (var token in _text)
        {
            Assert.AreEqual(1, session.LogProbabilities.ToArray().Sum(value => Math.Exp(value)), 1e-5);
            sum += session.LogProbabilities[token];
            session.Read(token);
        }
        Assert.AreEqual(sum, session.LogLikelihood, 1e-4);
        Assert.AreEqual(_text.Length, session.TokenCount);
        sum += session.LogProbabilities[0];

        var score = model.Score(_text);

        Assert.AreEqual(sum, score.LogLikelihood, 1e-4);
        Assert.AreEqual(_text.Length + 1, score.TokenCount);
        Assert.AreEqual(Math.Exp(-sum / score.TokenCount), score.Perplexity, 1e-5);
    }

    [TestMethod]
    [DataRow(CellKind.RevLstm, false)]
    [DataRow(CellKind.RevGru, true)]
    public void HoweverATextIsCutItsBitsAreTheSame(CellKind cell, bool tied)
    {
        var model = Model(cell, tied);
        var whole = model.CreateSession();
        whole.Read(_text);
        var expected = whole.LogProbabilities.ToArray();
        Assert.AreEqual(model.Score(_text).LogLikelihood, whole.LogLikelihood + expected[0], 1e-5);
        foreach (var length in (int[])[1, 2, 7, 33, 100])
        {
            foreach (var looks in (bool[])[false, true])
            {
                var session = model.CreateSession();
                for (var begin = 0; begin < _text.Length; begin += length)
                {
                    session.Read(_text.AsSpan(begin, Math.Min(length, _text.Length - begin)));
                    // To look at probabilities does not change them.
                    Assert.AreEqual(LanguageTask.VocabularySize, looks ? session.LogProbabilities.Length : session.VocabularySize);
                }
                Near.AreSame(expected, session.LogProbabilities, $"log probability in pieces of {length}");
                Assert.AreEqual(whole.LogLikelihood, session.LogLikelihood, $"in pieces of {length}");
                Assert.AreEqual(whole.TokenCount, session.TokenCount);
            }
        }
    }

    [TestMethod]
    public void ATextsScoreDoesNotDependOnTheOnesBefore()
    {
        var model = Model(CellKind.RevLstm, false);
        var score = model.Score(_text);
        model.Score(_text[..20]);
        model.Score([]);

        Assert.AreEqual(score, model.Score(_text));
        Parallel.For(0, 8, _ => Assert.AreEqual(score, model.Score(_text)));
    }

    [TestMethod]
    public void AnEmptyTextIsItsEnd()
    {
        var model = Model(CellKind.RevLstm, false);
        var session = model.CreateSession();

        var score = model.Score([]);

        Assert.AreEqual(1, score.TokenCount);
        Assert.AreEqual(session.LogProbabilities[0], score.LogLikelihood, 1e-6);
        session.Read([]);
        Assert.AreEqual(0, session.TokenCount);
        Assert.AreEqual(0, session.LogLikelihood);
    }

    [TestMethod]
    public void ARestartGoesBackToTheBeginning()
    {
        var session = Model(CellKind.RevGru, false).CreateSession();
        var expected = session.LogProbabilities.ToArray();
        session.Read(_text);
        CollectionAssert.AreNotEqual(expected, session.LogProbabilities.ToArray());

        session.Restart();

        Near.AreSame(expected, session.LogProbabilities, "log probability");
        Assert.AreEqual(0, session.TokenCount);
        Assert.AreEqual(0, session.LogLikelihood);
    }

    [TestMethod]
    public void ATokenOutOfTheVocabularyIsReportedAndNothingIsRead()
    {
        var model = Model(CellKind.RevLstm, false);
        var session = model.CreateSession();
        session.Read([1, 2]);
        var before = session.LogProbabilities.ToArray();
        foreach (var token in (int[])[-1, LanguageTask.VocabularySize, int.MaxValue])
        {
            StringAssert.Contains(Assert.ThrowsExactly<ArgumentException>(() => session.Read([3, token])).Message, $"token {token}");
            StringAssert.Contains(Assert.ThrowsExactly<ArgumentException>(() => session.Read(token)).Message, $"token {token}");
            StringAssert.Contains(Assert.ThrowsExactly<ArgumentException>(() => model.Score([3, token])).Message, $"token {token}");
        }
        Assert.AreEqual(2, session.TokenCount);
        Near.AreSame(before, session.LogProbabilities, "log probability");
    }

    [TestMethod]
    public void ALongVocabularysProbabilitiesAddUpToOne()
    {
        var texts = Sequences.Random(2, 50, 50, 3_000);
        var (model, _) = LanguageModel.Train(
            texts, 3_000, new NetworkOptions { EmbeddingSize = 8, HiddenSize = 8 }, new LanguageModelOptions { SoftmaxSamples = 100 },
            new TrainingOptions { MaximumEpochs = 3, LearningRate = 0.1f, ThreadCount = 1, Seed = 0 });
        var session = model.CreateSession();
        foreach (var token in texts[0])
        {
            Assert.AreEqual(1, session.LogProbabilities.ToArray().Sum(value => Math.Exp(value)), 1e-5);
            session.Read(token);
        }
    }

    private static LanguageModel Model(CellKind cell, bool tied)
    {
        var task = LanguageTask.Random();
        return (task with
        {
            Network = new NetworkOptions { Cell = cell, EmbeddingSize = 12, HiddenSize = 16, LayerCount = 2, TieEmbeddings = tied },
            Training = task.Training with { MaximumEpochs = 3, LearningRate = 0.05f, ActivationStrategy = ActivationStrategy.Stored },
        }).Run().Model;
    }
}
