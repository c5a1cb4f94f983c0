using Microsoft.ML.RevRnn.Models;

namespace Microsoft.ML.RevRnn.Engine.Tests;

/// <summary>The beam search over golden tables of log P(token | step, token before).</summary>
[TestClass]
internal sealed class BeamTests
{
    private const int Start = 2;
    private const int End = 3;

    [TestMethod]
    [GoldenFiles("beam_table")]
    public void ResultsAreTheGoldenOnes(string name)
    {
        foreach (var table in Tables(name))
        {
            for (var i = 0; i < table.File.Count("cases"); i++)
            {
                var file = table.File.Part("cases", i);
                var (width, penalty) = (file.Int("beam"), file.Number("alpha"));
                var what = $"{table.File.Text("kind")}, beam {width}, norm {penalty}";

                var naive = NaiveBeam.Search(table.Row, (Start, End), width, penalty, table.Steps);
                Check(new Translation(naive.Tokens, naive.LogProbability, naive.Score, [], naive.IsComplete), 1e-12, $"in double, {what}");
                Check(table.Search(width, penalty, 1)[0], 1e-6, what);

                void Check(Translation result, double tolerance, string what)
                {
                    CollectionAssert.AreEqual(Tokens(file), result.Tokens.ToArray(), what);
                    Near.AreNear([file.Number("log_probability"), file.Number("score")], [result.LogProbability, result.Score], tolerance, what);
                    Assert.IsTrue(result.LogProbability <= table.File.Number("exhaustive", "log_probability") + 1e-6 || !result.IsComplete, $"{what}: better than the best");
                }
            }
        }
    }

    [TestMethod]
    [GoldenFiles("beam_table")]
    public void ABeamAsWideAsAllContinuationsFindsTheMostProbable(string name)
    {
        foreach (var table in Tables(name))
        {
            var result = table.Search(5_000, 0, 1)[0];
            CollectionAssert.AreEqual(Tokens(table.File.Part("exhaustive")), result.Tokens.ToArray());
            Assert.AreEqual(table.File.Number("exhaustive", "log_probability"), result.LogProbability, 1e-6);
        }
    }

    [TestMethod]
    [GoldenFiles("beam_table")]
    public void TheBestAreInTheOrderOfTheirScores(string name)
    {
        foreach (var table in Tables(name))
        {
            foreach (var count in (int[])[1, 2, 5])
            {
                var results = table.Search(5, 0.6, count);
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
    public void WhateverTheTableItIsTheSearchInDouble()
    {
        var random = new Random(5);
        for (var trial = 0; trial < 50; trial++)
        {
            var (vocabulary, steps) = (random.Next(4, 9), random.Next(1, 7));
            var logs = Enumerable.Range(0, steps * vocabulary * vocabulary).Select(_ => (double)(float)(-6 * random.NextDouble())).ToArray();
            var table = new Table(null!, vocabulary, steps, logs);
            var (width, penalty) = (random.Next(1, 6), random.Next(0, 3) * 0.5);

            var expected = NaiveBeam.Search(table.Row, (Start, End), width, penalty, steps);
            var actual = table.Search(width, penalty, 1)[0];

            CollectionAssert.AreEqual(expected.Tokens, actual.Tokens.ToArray(), $"trial {trial}");
            Assert.AreEqual(expected.IsComplete, actual.IsComplete, $"trial {trial}");
            Near.AreNear([expected.LogProbability, expected.Score], [actual.LogProbability, actual.Score], 1e-12, $"trial {trial}");
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

    private static IEnumerable<Table> Tables(string name)
    {
        var file = GoldenFile.Load(name);
        Assert.IsGreaterThan(0, file.Count("tables"));
        return Enumerable.Range(0, file.Count("tables")).Select(i => new Table(file.Part("tables", i), file.Int("V"), file.Int("n"), file.Numbers("tables", i, "lp")));
    }

    private static int[] Tokens(GoldenFile file) => Array.ConvertAll(file.Numbers("tokens"), token => (int)token);

    private static void Step(Beam beam, Func<int, int, float[]> scores)
    {
        beam.BeginStep();
        for (var live = 0; live < beam.LiveCount; live++)
            beam.Offer(live, scores(live, beam.Token(live)));
        beam.EndStep(new int[beam.LiveCount]);
    }

    /// <param name="File">Where it is from.</param>
    /// <param name="Vocabulary">V.</param>
    /// <param name="Steps">The most.</param>
    /// <param name="Logs">log P [steps, V before, V].</param>
    private sealed record Table(GoldenFile File, int Vocabulary, int Steps, double[] Logs)
    {
        public double[] Row(int step, int before) => Logs.AsSpan((step * Vocabulary + before) * Vocabulary, Vocabulary).ToArray();

        public Translation[] Search(int width, double penalty, int count)
        {
            var beam = new Beam(width, penalty, count, Steps, End);
            for (var t = 0; !beam.IsOver; t++)
                Step(beam, (_, token) => Array.ConvertAll(Row(t, t == 0 ? Start : token), log => (float)log));
            return beam.Results(Steps);
        }
    }
}
