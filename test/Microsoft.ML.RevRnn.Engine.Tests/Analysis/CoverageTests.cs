using Microsoft.ML.RevRnn.Analysis;

namespace Microsoft.ML.RevRnn.Engine.Tests;

/// <summary>What tests cover of a network's states: against an independent implementation, and what must hold of any tests.</summary>
[TestClass]
internal sealed class CoverageTests
{
    private static readonly CoverageOptions _small = new() { WindowLength = 6, Segments = 2, Symbols = 3 };

    [TestMethod]
    [GoldenFiles("testrnn_coverage")]
    public void ItIsThatOfTheReference(string name)
    {
        var (file, options) = Golden(name);

        var profile = CoverageProfile.Of(Traces(file, "train_states", options), options);
        var meter = new CoverageMeter(profile);
        var tests = Traces(file, "test_states", options);
        foreach (var test in tests)
            meter.Add(test);

        Near.AreNear(
            [file.Number("xi_min"), file.Number("xi_max"), file.Number("dxi_min"), file.Number("dxi_max"), file.Number("xi_mean"), file.Number("xi_sd")],
            [profile.LeastMagnitude, profile.GreatestMagnitude, profile.LeastChange, profile.GreatestChange, profile.Mean, profile.Deviation], 1e-12, "profile");
        Near.AreNear(file.Numbers("breakpoints"), SymbolicWords.Breakpoints(file.Int("symbols")), 1e-12, "breakpoint");
        Near.AreNear(
            [file.Number("boundary_coverage"), file.Number("stepwise_coverage"), file.Number("temporal_coverage")],
            [meter.Figures.Boundary, meter.Figures.StepWise, meter.Figures.Temporal], 1e-12, "coverage");
        for (var i = 0; i < tests.Length; i++)
            Assert.AreEqual(file.Text("words", i), meter.Word(tests[i]), $"word {i}");
        for (var step = 0; step < options.WindowLength; step++)
        {
            Assert.AreEqual(file.Flag("boundary_steps", step), meter.BoundaryPeaks[step] >= options.BoundaryThreshold, $"boundary of step {step}");
            Assert.AreEqual(file.Flag("stepwise_steps", step), meter.StepPeaks[step] >= options.StepThreshold, $"change at step {step}");
        }
    }

    [TestMethod]
    [GoldenFiles("testrnn_coverage")]
    public void UnitsAreCountedAsTheirDefinitionsSay(string name)
    {
        var (file, options) = Golden(name);
        options = options with { Sections = 7, ExtremeValue = 0.9f };
        var meter = new CoverageMeter(CoverageProfile.Of(Traces(file, "train_states", options), options));
        var tests = Traces(file, "test_states", options)[..2];
        var states = Enumerable.Range(0, 2).SelectMany(test => Enumerable.Range(file.Int("first"), options.WindowLength).Select(t => file.Numbers("test_states", test, t))).ToArray();
        var units = states[0].Length;

        meter.Add(tests[0]);
        meter.Add(tests[1]);

        double Part(Func<double, int, bool> holds, int cases)
            => (double)Enumerable.Range(0, units).Sum(unit => Enumerable.Range(0, cases).Count(i => states.Any(state => holds(state[unit], i)))) / (units * cases);
        Near.AreNear(
            [
                Part((value, _) => value > 0, 1), Part((value, i) => value >= -1 + 2.0 * i / 7 && value < -1 + 2.0 * (i + 1) / 7, 7),
                Part((value, i) => i == 0 ? value > 0.9f : value < -0.9f, 2), Part((value, _) => value > 0.9f, 1),
            ],
            [meter.Figures.Neurons, meter.Figures.MultiSection, meter.Figures.NeuronBoundary, meter.Figures.StrongActivation], 1e-12, "coverage of units");
        Assert.IsGreaterThan(0, meter.Figures.MultiSection);
    }

    [TestMethod]
    public void MoreTestsNeverCoverLess()
    {
        var meter = new CoverageMeter(CoverageProfile.Of(Random(20, seed: 1), _small));
        var before = meter.Figures;
        Assert.AreEqual(default, before);
        foreach (var test in Random(60, seed: 2))
        {
            var covers = meter.Add(test);
            var now = meter.Figures;
            foreach (var (old, later) in All(before).Zip(All(now)))
                Assert.IsGreaterThanOrEqualTo(old, later);
            Assert.AreEqual(covers, before.Boundary < now.Boundary || before.StepWise < now.StepWise || before.Temporal < now.Temporal);
            before = now;
        }
        Assert.IsTrue(All(before).All(figure => figure > 0));
    }

    [TestMethod]
    public void NeitherOrderNorRepetitionMatters()
    {
        var tests = Random(40, seed: 2);
        var profile = CoverageProfile.Of(Random(20, seed: 1), _small);
        var expected = Covered(profile, tests);

        Assert.AreEqual(expected, Covered(profile, [.. tests.Reverse()]));
        Assert.AreEqual(expected with { Tests = 80 }, Covered(profile, [.. tests, .. tests]));
    }

    [TestMethod]
    public void AGoalIsReachedByWhatCoversIt()
    {
        var profile = CoverageProfile.Of(Random(20, seed: 1), _small);
        foreach (var test in Random(30, seed: 3))
        {
            var meter = new CoverageMeter(profile);
            CoverageGoal[] goals = [.. Enum.GetValues<CoverageKind>().SelectMany(meter.Open)];
            Assert.HasCount(6 + 6 + 9, goals);
            meter.Add(test);
            var open = Enum.GetValues<CoverageKind>().SelectMany(meter.Open).Select(goal => (goal.Kind, goal.Step, goal.Word)).ToHashSet();
            foreach (var goal in goals)
                Assert.AreEqual(!open.Contains((goal.Kind, goal.Step, goal.Word)), goal.Distance(test) <= 0, $"{goal.Kind} {goal.Step} {goal.Word}");
        }
    }

    [TestMethod]
    public void StatesThatNeverMoveAreNoError()
    {
        var still = Trace(new double[6], 0);
        var meter = new CoverageMeter(CoverageProfile.Of([still, still], _small));

        meter.Add(still);
        meter.Add(Trace([1, 2, 3, 4, 5, 6], 0));

        Assert.AreEqual(new CoverageFigures(2, 0, 0, 1.0 / 9, 0, 0, 0, 0), meter.Figures with { Neurons = 0, MultiSection = 0 });
    }

    [TestMethod]
    public void WhatCannotBeIsRefused()
    {
        var profile = CoverageProfile.Of(Random(3, seed: 1), _small);

        Assert.ThrowsExactly<ArgumentException>(() => CoverageProfile.Of([], _small));
        Assert.ThrowsExactly<ArgumentException>(() => new CoverageMeter(profile).Add(Trace(new double[5], 0)));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => CoverageProfile.Of(Random(3, seed: 1), _small with { Symbols = 11 }));
        Assert.AreEqual(20, CoverageOptions.ForLengths([500, 40, 3]).WindowLength);
        Assert.AreEqual(9, CoverageOptions.ForLengths([9, 3, 30]).WindowLength);
        Assert.AreEqual(5, CoverageOptions.ForLengths([1, 2]).WindowLength);
    }

    private static CoverageFigures Covered(CoverageProfile profile, StateTrace[] tests)
    {
        var meter = new CoverageMeter(profile);
        foreach (var test in tests)
            meter.Add(test);
        return meter.Figures;
    }

    private static double[] All(CoverageFigures figures)
        => [figures.Boundary, figures.StepWise, figures.Temporal, figures.Neurons, figures.MultiSection, figures.NeuronBoundary, figures.StrongActivation];

    private static StateTrace[] Random(int count, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ => Trace([.. Enumerable.Range(0, 6).Select(_ => 4 * random.NextDouble() - 2)], random.NextDouble(), random))];
    }

    private static StateTrace Trace(double[] sums, double before, Random? random = null)
    {
        var units = UnitTrace.Of(3);
        for (var unit = 0; unit < 3; unit++)
            units.Add(unit, random == null ? 0.5f : 2.2f * random.NextSingle() - 1.1f, 10);
        return new StateTrace([], sums, before, units);
    }

    private static (GoldenFile File, CoverageOptions Options) Golden(string name)
    {
        var file = GoldenFile.Load(name);
        return (file, new CoverageOptions
        {
            WindowLength = file.Int("last") - file.Int("first") + 1,
            BoundaryThreshold = file.Number("threshold_bc"),
            StepThreshold = file.Number("threshold_sc"),
            Segments = file.Int("segments"),
            Symbols = file.Int("symbols"),
        });
    }

    private static StateTrace[] Traces(GoldenFile file, string name, CoverageOptions options)
        => [.. Enumerable.Range(0, file.Count(name)).Select(sequence =>
        {
            var first = file.Int("first");
            var states = Enumerable.Range(0, first + options.WindowLength).Select(t => file.Numbers(name, sequence, t)).ToArray();
            var units = UnitTrace.Of(states[0].Length);
            foreach (var state in states[first..])
            {
                foreach (var (unit, value) in state.Index())
                    units.Add(unit, (float)value, options.Sections);
            }
            double[] sums = [.. states.Select(state => state.Sum())];
            return new StateTrace([], sums[first..], first == 0 ? 0 : sums[first - 1], units);
        })];
}
