namespace Microsoft.ML.RevRnn.Engine.Tests;

/// <summary>Translations: what is learned, and how it is searched for.</summary>
[TestClass]
internal sealed class TranslationModelTests
{
    /// <summary>Three epochs of all: what it gives is mostly wrong, and far from any tie.</summary>
    private static readonly Lazy<TranslationModel> _model = new(() => (ReversalTask.Random(200) with { Training = ReversalTask.Random().Training with { MaximumEpochs = 3 } }).Run().Model);

    private static readonly int[][] _sources = ReversalTask.Random(40, 1, 30, seed: 9).Sources;

    [TestMethod]
    public void BackwardsIsLearnedAndAlignedFromTheEnd()
    {
        var task = ReversalTask.Random(1_600, 3, 8);
        var model = (task with { Training = task.Training with { MaximumEpochs = 6 } }).Run().Model;
        var unseen = ReversalTask.Random(100, 3, 8, seed: 77);

        var translations = model.CreateSession().TranslateAll(unseen.Sources, new DecodingOptions { BeamWidth = 1 });

        var exact = translations.Zip(unseen.Targets).Count(pair => pair.First.Tokens.SequenceEqual(pair.Second));
        var (right, all) = (0, 0);
        for (var i = 0; i < translations.Length; i++)
        {
            for (var t = 0; t < translations[i].Tokens.Count; t++, all++)
                right += translations[i].Alignment[t] == unseen.Sources[i].Length - 1 - t ? 1 : 0;
        }
        Assert.IsTrue(exact >= 90, $"{exact} exact");
        Assert.IsTrue(right >= 0.8 * all, $"{right} of {all} aligned");
    }

    [TestMethod]
    [DataRow(1, 0.0)]
    [DataRow(3, 0.6)]
    [DataRow(5, 1.0)]
    public void ATranslationDoesNotDependOnWhatIsTranslatedWithIt(int width, double penalty)
    {
        var options = new DecodingOptions { BeamWidth = width, LengthPenalty = penalty };
        var together = _model.Value.CreateSession().TranslateAll(_sources, options);
        var session = _model.Value.CreateSession();
        foreach (var i in Enumerable.Range(0, _sources.Length).Reverse())
            AssertSame(together[i], session.Translate(_sources[i], options));

        var threads = new Translation[_sources.Length];
        Parallel.For(0, _sources.Length, i => threads[i] = _model.Value.CreateSession().Translate(_sources[i], options));
        for (var i = 0; i < _sources.Length; i++)
            AssertSame(together[i], threads[i]);
    }

    [TestMethod]
    public void ItsProbabilityIsThatOfItsScore()
    {
        var session = _model.Value.CreateSession();
        foreach (var source in _sources)
        {
            foreach (var translation in session.TranslateBest(source, 3).Where(translation => translation.IsComplete))
            {
                var score = _model.Value.Score(source, [.. translation.Tokens]);
                Assert.AreEqual(score.Likelihood.LogLikelihood, translation.LogProbability, 1e-3);
                Assert.AreEqual(translation.Tokens.Count + 1, score.Likelihood.TokenCount);
                Assert.AreEqual(translation.LogProbability / Math.Pow((7 + translation.Tokens.Count) / 6.0, 0.6), translation.Score, 1e-9);
            }
        }
    }

    [TestMethod]
    public void AStreamIsTheGreedyTranslation()
    {
        var session = _model.Value.CreateSession();
        foreach (var source in _sources)
        {
            var greedy = session.Translate(source, new DecodingOptions { BeamWidth = 1 });
            TranslatedToken[] expected = [.. greedy.Tokens.Zip(greedy.Alignment, (token, place) => new TranslatedToken(token, place))];
            CollectionAssert.AreEqual(expected, session.Stream(source).ToArray());
            CollectionAssert.AreEqual(expected[..Math.Min(2, expected.Length)], session.Stream(source, maximumLength: 2).ToArray());
        }
    }

    [TestMethod]
    public void TheBestComeInOrderAndTheFirstIsTheTranslation()
    {
        var session = _model.Value.CreateSession();
        foreach (var source in _sources[..10])
        {
            var best = session.TranslateBest(source, 4, new DecodingOptions { BeamWidth = 4 });
            Assert.IsTrue(best.Zip(best.Skip(1)).All(pair => pair.First.Score >= pair.Second.Score || !pair.Second.IsComplete));
            Assert.AreEqual(best.Length, best.Select(one => string.Join(' ', one.Tokens) + one.IsComplete).Distinct().Count());
            Assert.IsTrue(best[0].Score >= session.Translate(source, new DecodingOptions { BeamWidth = 4 }).Score);
        }
    }

    [TestMethod]
    public void AWiderBeamFindsWhatIsNoLessProbableInAll()
    {
        var session = _model.Value.CreateSession();
        double Sum(int width) => session.TranslateAll(_sources, new DecodingOptions { BeamWidth = width, LengthPenalty = 0 }).Sum(translation => translation.LogProbability);

        Assert.IsTrue(Sum(8) >= Sum(1));
    }

    [TestMethod]
    public void AnEmptySourceHasAnEmptyTranslation()
    {
        var session = _model.Value.CreateSession();
        foreach (var translation in (Translation[])[session.Translate([]), .. session.TranslateBest([], 3), session.TranslateAll([[1, 2], []])[1]])
        {
            Assert.IsEmpty(translation.Tokens);
            Assert.IsEmpty(translation.Alignment);
            Assert.IsTrue(translation.IsComplete);
        }
        Assert.IsFalse(session.Stream([]).Any());
        Assert.IsEmpty(session.TranslateAll([]));
    }

    [TestMethod]
    public void ALengthIsKept()
    {
        var session = _model.Value.CreateSession();
        var source = Sequences.Random(1, 60, 60, 8)[0];
        foreach (var width in (int[])[1, 5])
        {
            foreach (var translation in session.TranslateBest(source, 3, new DecodingOptions { BeamWidth = width, MaximumLength = 5 }))
                Assert.IsTrue(translation.Tokens.Count <= 5 && translation.Alignment.Count == translation.Tokens.Count);
        }
        var lengthy = Sequences.Random(1, 10_000, 10_000, 8)[0];
        var long_ = session.Translate(lengthy, new DecodingOptions { MaximumLength = 20, BeamWidth = 2 });
        Assert.IsTrue(long_.Tokens.Count <= 20 && long_.Alignment.All(position => position is >= 0 and < 10_000));
        Assert.IsTrue(session.Translate([1]).Tokens.Count <= 12);
    }

    [TestMethod]
    public void WhatIsEndedByItselfIsNotCutAtItsLength()
    {
        var session = _model.Value.CreateSession();
        foreach (var source in _sources)
        {
            var translation = session.Translate(source);
            if (!translation.IsComplete || translation.Tokens.Count == 0)
                continue;
            var limited = session.Translate(source, new DecodingOptions { MaximumLength = translation.Tokens.Count });
            AssertSame(translation, limited);
        }
    }

    [TestMethod]
    public void ACancelledSearchEnds()
    {
        var session = _model.Value.CreateSession();
        var cancelled = new CancellationToken(true);

        Assert.ThrowsExactly<OperationCanceledException>(() => session.Translate([1, 2], cancellationToken: cancelled));
        Assert.ThrowsExactly<OperationCanceledException>(() => session.TranslateAll(_sources, cancellationToken: cancelled));
        Assert.ThrowsExactly<OperationCanceledException>(() => session.Stream([1, 2], cancellationToken: cancelled).Any());
        Assert.IsNotNull(session.Translate([1, 2]));
    }

    [TestMethod]
    public void WrongArgumentsAreNamed()
    {
        var session = _model.Value.CreateSession();

        StringAssert.Contains(Assert.ThrowsExactly<ArgumentException>(() => session.Translate([1, 9])).Message, "9");
        StringAssert.Contains(Assert.ThrowsExactly<ArgumentException>(() => session.TranslateAll([[1], [-1]])).Message, "-1");
        StringAssert.Contains(Assert.ThrowsExactly<ArgumentException>(() => session.TranslateAll([[1], null!])).Message, "Source 1");
        Assert.ThrowsExactly<ArgumentException>(() => session.Stream([99]));
        Assert.ThrowsExactly<ArgumentException>(() => _model.Value.Score([1], [9]));
        foreach (var options in (DecodingOptions[])[new() { BeamWidth = 0 }, new() { LengthPenalty = -1 }, new() { LengthPenalty = double.NaN }, new() { MaximumLength = 0 }])
            Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => session.Translate([1], options));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => session.TranslateBest([1], 0));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => session.Stream([1], 0));
    }

    [TestMethod]
    public void StepsOfASearchAllocateLittle()
    {
        var session = _model.Value.CreateSession();
        var source = Sequences.Random(1, 30, 30, 8)[0];
        // What is kept of each step is its places, not the distributions.
        long Of(int length) => Allocations.Of(() => session.Translate(source, new DecodingOptions { BeamWidth = 2, MaximumLength = length }));
        Of(40);

        Assert.IsTrue(Of(40) < 40 * 1_000, $"{Of(40)} bytes");
    }

    private static void AssertSame(Translation expected, Translation actual)
    {
        CollectionAssert.AreEqual(expected.Tokens.ToArray(), actual.Tokens.ToArray());
        CollectionAssert.AreEqual(expected.Alignment.ToArray(), actual.Alignment.ToArray());
        Assert.AreEqual(expected.LogProbability, actual.LogProbability);
        Assert.AreEqual(expected.Score, actual.Score);
        Assert.AreEqual(expected.IsComplete, actual.IsComplete);
    }
}
