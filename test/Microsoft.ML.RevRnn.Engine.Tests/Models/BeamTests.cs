using Microsoft.ML.RevRnn.Models;

namespace Microsoft.ML.RevRnn.Engine.Tests;

/// <summary>The beam search over golden tables of log P(token | step, token before).</summary>
[TestClass]
internal sealed class BeamTests
{
    private const int Start = 2;
    private const int End = 3;

    private static readonly GoldenFile _file = GoldenFile.Load("beam_table");

    public static IEnumerable<object[]> Cases => Enumerable.Range(0, _file.Count("tables"))
        .SelectMany(table => Enumerable.Range(0, _file.Count("tables", table, "cases")).Select(i => (object[])[table, i]));

    [TestMethod]
    [DynamicData(nameof(Cases))]
    public void ResultsAreTheGoldenOnes(int table, int number)
    {
        object[] path = ["tables", table, "cases", number];
        var (width, penalty) = (_file.Int([.. path, "beam"]), _file.Number([.. path, "alpha"]));

        var result = Search(table, width, penalty, 1)[0];

        CollectionAssert.AreEqual(_file.Numbers([.. path, "tokens"]).Select(token => (int)token).ToArray(), result.Tokens.ToArray());
        Assert.AreEqual(_file.Number([.. path, "log_probability"]), result.LogProbability, 1e-6);
        Assert.AreEqual(_file.Number([.. path, "score"]), result.Score, 1e-6);
        Assert.IsTrue(result.LogProbability <= _file.Number("tables", table, "exhaustive", "log_probability") + 1e-6 || !result.IsComplete, "better than the best");
    }

    [TestMethod]
    public void ABeamAsWideAsAllContinuationsFindsTheMostProbable()
    {
        for (var table = 0; table < _file.Count("tables"); table++)
        {
            var result = Search(table, 5_000, 0, 1)[0];
            CollectionAssert.AreEqual(_file.Numbers("tables", table, "exhaustive", "tokens").Select(token => (int)token).ToArray(), result.Tokens.ToArray(), $"table {table}");
            Assert.AreEqual(_file.Number("tables", table, "exhaustive", "log_probability"), result.LogProbability, 1e-6);
        }
    }

    [TestMethod]
    public void TheBestAreInTheOrderOfTheirScores()
    {
        for (var table = 0; table < _file.Count("tables"); table++)
        {
            foreach (var count in (int[])[1, 2, 5])
            {
                var results = Search(table, 5, 0.6, count);
                Assert.IsTrue(results.Length <= count);
                var complete = results.TakeWhile(result => result.IsComplete).ToArray();
                Assert.IsTrue(results[complete.Length..].All(result => !result.IsComplete), "what is complete comes first");
                Assert.IsTrue(complete.Zip(complete.Skip(1)).All(pair => pair.First.Score >= pair.Second.Score));
                Assert.AreEqual(results.Length, results.Select(result => string.Join(' ', result.Tokens) + result.IsComplete).Distinct().Count());
                Assert.IsTrue(results.All(result => result.Alignment.Count == result.Tokens.Count));
            }
        }
    }

    [TestMethod]
    public void WhatLivesAfterTheLastStepIsCut()
    {
        // Nothing ever ends: of three tokens the search may look at four.
        var beam = new Beam(2, 0, 2, steps: 4, End);
        float[] scores = [-9, -9, -9, -9, -1, -1.25f];
        while (!beam.IsOver)
            Step(beam, (_, _) => scores);

        var results = beam.Results(mostTokens: 3);

        Assert.AreEqual("4 4 4", string.Join(' ', results[0].Tokens));
        Assert.AreEqual(-3, results[0].LogProbability, 1e-6);
        Assert.IsFalse(results[0].IsComplete);
        // The other place is the same but for a token that was cut.
        Assert.HasCount(1, results);
    }

    private static Translation[] Search(int table, int width, double penalty, int count)
    {
        var steps = _file.Int("n");
        var vocabulary = _file.Int("V");
        var table1 = _file.Numbers("tables", table, "lp");
        var beam = new Beam(width, penalty, count, steps, End);
        for (var t = 0; !beam.IsOver; t++)
        {
            Step(beam, (live, token) => [.. Enumerable.Range(0, vocabulary).Select(
                next => (float)table1[(t * vocabulary + (t == 0 ? Start : token)) * vocabulary + next])]);
        }
        return beam.Results(steps);
    }

    private static void Step(Beam beam, Func<int, int, float[]> scores)
    {
        beam.BeginStep();
        for (var live = 0; live < beam.LiveCount; live++)
            beam.Offer(live, scores(live, beam.Token(live)));
        beam.EndStep(new int[beam.LiveCount]);
    }
}
