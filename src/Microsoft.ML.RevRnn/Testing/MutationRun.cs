namespace Microsoft.ML.RevRnn.Testing;

/// <summary>Changes texts round by round, and asks the model of each.</summary>
internal sealed class MutationRun
{
    /// <summary>Of so many goals that are drawn the nearest one is tried: many words are such that no text has them.</summary>
    private const int GoalsDrawn = 8;

    private readonly MutationOptions _options;
    private readonly ProbedModel _model;
    private readonly CoverageMeter _meter;
    private readonly FlipTally _tally;
    private readonly TextMutator _mutator;
    private readonly Random _random;
    private readonly Probe[] _seeds;
    private readonly List<Probe> _tests;
    private readonly List<CoveragePoint> _course = [];
    private long _calls;

    /// <param name="model">Answers.</param>
    /// <param name="options">What is done; checked.</param>
    /// <param name="seeds">The texts to change.</param>
    /// <param name="profile">What texts are compared with.</param>
    /// <param name="random">Its numbers.</param>
    public MutationRun(ProbedModel model, MutationOptions options, IReadOnlyList<string> seeds, CoverageProfile profile, Random random)
    {
        _model = model;
        _options = options;
        _random = random;
        _meter = new CoverageMeter(profile);
        _seeds = model.Run([.. seeds.Select((text, i) => (new WordedText(text), i))]);
        _tests = [.. _seeds];
        _tally = new FlipTally(_seeds, options.ExampleCount);
        var similar = options.Synonyms != null ? new SimilarWords(options.Synonyms) : model.CreateSimilarWords(options.NeighbourCount);
        _mutator = new TextMutator(options, similar, random);
        foreach (var seed in _seeds)
            _meter.Add(seed.Trace);
    }

    private int Left => _options.CancellationToken.IsCancellationRequested ? 0 : (int)(_options.ModelCalls - _calls);

    /// <exception cref="InvalidOperationException">No text can be changed.</exception>
    public RobustnessReport Run(string modelName, int seed, CoverageOptions coverage)
    {
        Note();
        while (Left > 0)
        {
            if (Try(_seeds, 1).Length == 0 && Left > 0)
                throw Unchangeable();
            foreach (var kind in _options.Mode == MutationMode.Genetic ? Enum.GetValues<CoverageKind>() : [])
                Search(kind);
            Note();
        }
        return new RobustnessReport
        {
            ModelName = modelName,
            Mode = _options.Mode,
            Seed = seed,
            SeedTexts = _seeds.Length,
            ModelCalls = _calls,
            Mutants = _tally.Mutants,
            Flips = _tally.Flips,
            Kinds = _tally.Kinds,
            Words = _tally.Words,
            Examples = _tally.Examples,
            Course = _course,
            Coverage = new CoverageReport(modelName, coverage, _meter.Figures, _meter.BoundaryPeaks, _meter.StepPeaks, _meter.Words),
        };
    }

    /// <summary>Breeds texts towards a goal of one kind, if there is one.</summary>
    private void Search(CoverageKind kind)
    {
        if (Left == 0 || Choose(_meter.Open(kind)) is not { } goal)
            return;
        Probe[] parents = [_tests.MinBy(test => goal.Distance(test.Trace))!];
        for (var generation = 0; generation < _options.Generations && Left > 0; generation++)
        {
            Probe[] all = [.. parents, .. Try(parents, _options.Population)];
            // Of equal ones the first stay: the order is a stable one.
            parents = [.. all.DistinctBy(probe => probe.Text.ToString()).OrderBy(probe => goal.Distance(probe.Trace)).Take(_options.Survivors)];
            if (goal.Distance(parents[0].Trace) <= 0)
                return;
        }
    }

    private CoverageGoal? Choose(IReadOnlyList<CoverageGoal> goals)
    {
        if (goals.Count == 0)
            return null;
        CoverageGoal[] drawn = [.. Enumerable.Range(0, GoalsDrawn).Select(_ => goals[_random.Next(goals.Count)])];
        return drawn.MinBy(goal => _tests.Min(test => goal.Distance(test.Trace)));
    }

    /// <summary>Changes each of some texts so many times, and asks the model of what comes of it.</summary>
    private Probe[] Try(IReadOnlyList<Probe> parents, int times)
    {
        var mutants = new List<Mutant>();
        for (var i = 0; i < parents.Count * times && mutants.Count < Left; i++)
        {
            if (_mutator.Change(parents[i / times].Text, parents[i / times].SeedText) is { } mutant)
                mutants.Add(mutant);
        }
        var probes = _model.Run([.. mutants.Select(mutant => (mutant.Text, -1))]);
        _calls += probes.Length;
        foreach (var (mutant, probe) in mutants.Zip(probes))
        {
            _tally.Add(mutant, probe);
            if (_meter.Add(probe.Trace))
                _tests.Add(probe);
        }
        return probes;
    }

    private void Note() => _course.Add(new CoveragePoint(_calls, _meter.Figures));

    private InvalidOperationException Unchangeable() => new(
        $"None of the {_seeds.Length} texts can be changed by {string.Join(" or ", _options.Kinds)}: swaps and deletions need two words, synonyms and insertions similar ones, which " +
        $"a model of words or byte pairs knows, and {nameof(MutationOptions)}.{nameof(MutationOptions.Synonyms)} may list.");
}
