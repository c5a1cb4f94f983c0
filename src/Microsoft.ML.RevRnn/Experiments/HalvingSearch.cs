namespace Microsoft.ML.RevRnn.Experiments;

/// <summary>
/// Synchronous successive halving, in brackets: which settings are tried, and which go on. All of a rung have ended before any goes on, so that the result depends on no clock; where there is a limit of
/// time, the width of brackets and of rungs is such that what is begun can be brought to its end, and what was decided so is in the journal.
/// </summary>
/// <param name="settings">The experiment.</param>
/// <param name="proposer">Proposes settings.</param>
/// <param name="journal">What was decided already.</param>
/// <param name="clock">The time that is left.</param>
internal sealed class HalvingSearch(RevRnnExperimentSettings settings, TrialProposer proposer, ExperimentJournal journal, ExperimentClock clock)
{
    private readonly List<Trial> _trials = [];
    private readonly SearchCost _cost = new();

    // What was tried stays, also where fewer models are asked for now.
    private readonly int _limit = Math.Max(settings.ModelLimit, journal.Runs.Select(run => run.Trial + 1).DefaultIfEmpty().Max());

    /// <summary>Trains a setting to a rung.</summary>
    public required Action<Trial, int> Run { get; init; }

    /// <summary>What a setting is trained on.</summary>
    public required Func<Trial, TrialData> DataOf { get; init; }

    /// <summary>How many settings are trained how far, with all decided; asked for when the data were read.</summary>
    public required Func<SuccessiveHalvingOptions> Halving { get; init; }

    /// <summary>Told of each rung that all have reached.</summary>
    public Action<RungEnded>? Ended { get; init; }

    /// <summary>All settings so far.</summary>
    public IReadOnlyList<Trial> Trials => _trials;

    private bool IsTimed => settings.MaxExperimentTimeInSeconds != null;

    /// <summary>Tries settings until there are enough.</summary>
    /// <exception cref="OperationCanceledException">The experiment must end.</exception>
    public ExperimentEnd Search()
    {
        for (var bracket = 0; ; bracket++)
        {
            if (_trials.Count >= _limit)
                return ExperimentEnd.AllModels;
            var rungs = Halving().Rungs(bracket);
            var trials = Begin(bracket, rungs, out var isExhausted);
            if (trials.Count == 0)
                return isExhausted ? ExperimentEnd.Exhausted : ExperimentEnd.TimeUp;
            RunBracket(bracket, rungs, trials);
            // Another bracket would fare no better.
            if (trials.TrueForAll(trial => trial.Loss == null))
                return ExperimentEnd.Exhausted;
        }
    }

    /// <summary>The settings of a bracket.</summary>
    private List<Trial> Begin(int bracket, int[] rungs, out bool isExhausted)
    {
        var trials = Propose(Math.Min(Halving().WidthOf(bracket), _limit - _trials.Count));
        isExhausted = trials.Count == 0;
        if (isExhausted || !IsTimed)
        {
            _trials.AddRange(trials);
            return trials;
        }
        if (bracket == 0)
        {
            // How long an epoch takes is known after the first.
            _trials.Add(trials[0]);
            RunAll(trials[..1], rungs[0]);
        }
        var width = journal.Decide($"width of bracket {bracket}", () => Fitting(trials, rungs, least: bracket == 0 ? 1 : 0));
        var fitting = trials[..Math.Min(width, trials.Count)];
        _trials.AddRange(bracket == 0 ? fitting[1..] : fitting);
        return fitting;
    }

    private List<Trial> Propose(int count)
    {
        // Trials of a bracket are proposed by what those before it came to: so it does not matter which of them ends first.
        Observation[] observations = [.. _trials.SelectMany(trial => trial.Records.Where(record => record.Loss != null).Select(
            record => new Observation(trial.Setting, record.Rung, trial.Records.Where(other => other.Rung <= record.Rung).Min(other => other.RankingLoss!.Value))))];
        var tried = _trials.ConvertAll(trial => trial.Setting);
        var proposed = new List<Trial>();
        while (proposed.Count < count && proposer.Propose(tried.Count, tried, observations) is { } setting)
        {
            proposed.Add(new Trial(tried.Count, setting));
            tried.Add(setting);
        }
        return proposed;
    }

    private void RunBracket(int bracket, int[] rungs, List<Trial> trials)
    {
        for (var rung = 0; rung < rungs.Length && trials.Count > 0; rung++)
        {
            RunAll(trials, rungs[rung]);
            var ranked = trials.Where(trial => trial.Loss != null).OrderBy(trial => trial.Loss).ThenBy(trial => trial.Id).ToList();
            var promoted = rung == rungs.Length - 1 ? [] : Promote(bracket, rungs, rung, trials.Count, ranked);
            var eliminated = trials.Except(promoted).ToList();
            foreach (var trial in eliminated)
            {
                trial.IsEliminated = true;
                journal.Delete(trial.CheckpointName);
            }
            Ended?.Invoke(new RungEnded(clock.Elapsed, bracket, rungs[rung], [.. promoted.Select(trial => trial.Id)], [.. eliminated.Select(trial => trial.Id)]));
            trials = promoted;
        }
    }

    private List<Trial> Promote(int bracket, int[] rungs, int rung, int count, List<Trial> ranked)
    {
        var promoted = Math.Max(1, count / settings.Halving.Eta);
        if (IsTimed)
        {
            var most = promoted;
            promoted = journal.Decide($"promoted at {rungs[rung]} epochs of bracket {bracket}", () => Promoted(ranked, rungs, rung, most));
        }
        return ranked[..Math.Min(promoted, ranked.Count)];
    }

    /// <summary>As many settings as can be brought to the last rung in the time that is left.</summary>
    private int Fitting(List<Trial> trials, int[] rungs, int least)
    {
        Learn(trials);
        for (var width = trials.Count; width > least; width--)
        {
            var first = trials.Take(width).Where(trial => trial.Records.Count == 0).Sum(trial => _cost.Epoch(trial) * rungs[0] + _cost.Beside);
            if (IsEnough(first + Later(trials[..width], rungs, 0, width / settings.Halving.Eta)))
                return width;
        }
        return least;
    }

    private int Promoted(List<Trial> ranked, int[] rungs, int rung, int most)
    {
        Learn(ranked);
        for (var count = most; count > 1; count--)
        {
            if (IsEnough(Later(ranked[..Math.Min(count, ranked.Count)], rungs, rung, count)))
                return count;
        }
        return 1;
    }

    /// <summary>Seconds behind a rung, of settings as costly as these are on average.</summary>
    private double Later(List<Trial> trials, int[] rungs, int rung, int count)
    {
        var epoch = trials.Count == 0 ? 0 : trials.Average(_cost.Epoch);
        var seconds = 0.0;
        for (; rung < rungs.Length - 1; rung++)
        {
            seconds += Math.Max(1, count) * (epoch * (rungs[rung + 1] - rungs[rung]) + _cost.Beside);
            count /= settings.Halving.Eta;
        }
        return seconds;
    }

    private bool IsEnough(double seconds) => seconds / settings.MaxConcurrentTrials <= clock.RemainingSearch!.Value.TotalSeconds;

    private void Learn(IEnumerable<Trial> trials)
    {
        foreach (var trial in _trials.Union(trials))
            _cost.Note(trial, () => DataOf(trial));
        _cost.Learn(_trials);
    }

    private void RunAll(List<Trial> trials, int rung)
    {
        if (settings.MaxConcurrentTrials == 1)
        {
            trials.ForEach(trial => Run(trial, rung));
            return;
        }
        try
        {
            Parallel.ForEach(trials, new ParallelOptions { MaxDegreeOfParallelism = settings.MaxConcurrentTrials }, trial => Run(trial, rung));
        }
        catch (AggregateException failures)
        {
            throw failures.InnerExceptions.FirstOrDefault(failure => failure is not OperationCanceledException) ?? failures.InnerExceptions[0];
        }
    }
}
