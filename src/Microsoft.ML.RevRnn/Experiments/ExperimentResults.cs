namespace Microsoft.ML.RevRnn.Experiments;

/// <summary>What is told of an experiment's runs.</summary>
/// <param name="settings">The experiment.</param>
/// <param name="task">What was trained.</param>
/// <param name="journal">What came of it.</param>
/// <param name="dimensions">What was searched.</param>
/// <param name="runner">Has the best model.</param>
/// <param name="rivals">Have models of their own.</param>
internal sealed class ExperimentResults<TMetrics>(
    RevRnnExperimentSettings settings,
    ExperimentTask<TMetrics> task,
    ExperimentJournal journal,
    IReadOnlyList<SearchDimension> dimensions,
    TrialRunner<TMetrics> runner,
    RivalRunner<TMetrics> rivals)
    where TMetrics : class
{
    /// <exception cref="InvalidOperationException">No run came to a result.</exception>
    /// <exception cref="TimeoutException">There was no time for one.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled before one did.</exception>
    public ExperimentResult<TMetrics> Create(IReadOnlyList<Trial> trials, ITransformer? refit, ExperimentEnd end, TimeSpan elapsed)
    {
        var best = runner.Best.Record;
        var model = runner.Best.Model;
        RunDetail<TMetrics>[] networks = [.. trials.Where(trial => trial.Records.Count > 0).Select(trial => OfTrial(trial, trial.Id == best?.Trial ? model : null))];
        RunDetail<TMetrics>[] others = [.. Enumerable.Range(0, settings.Rivals.Count).Where(rival => journal.FindRival(rival) != null).Select(OfRival)];
        var bestNetwork = networks.FirstOrDefault(run => run.TrialId == best?.Trial);
        var bestRun = others.Where(run => run.Metric != null).Prepend(bestNetwork).OfType<RunDetail<TMetrics>>()
            .OrderByDescending(run => task.IsMaximizing ? run.Metric : -run.Metric).ThenBy(run => run.ValidationLoss ?? double.PositiveInfinity).FirstOrDefault();
        return new ExperimentResult<TMetrics>
        {
            RunDetails = [.. networks, .. others],
            BestRun = bestRun ?? throw Nothing(trials, end),
            BestNetwork = bestNetwork,
            RefitModel = refit,
            End = end,
            ElapsedInSeconds = elapsed.TotalSeconds,
            Seed = journal.Seed,
            TrainingRowCount = task.TrainingRowCount,
            ValidationRowCount = task.ValidationRowCount,
            OptimizingMetric = task.MetricName,
            IsMaximizing = task.IsMaximizing,
        };
    }

    /// <summary>A setting.</summary>
    public RunDetail<TMetrics> OfTrial(Trial trial, ITransformer? model)
    {
        var last = trial.Records[^1];
        var best = trial.Records.Where(record => record.Score != null).OrderByDescending(record => record.Score).ThenBy(record => record.Loss).ThenBy(record => record.Rung).FirstOrDefault();
        var options = last.State == TrialState.OverMemory || last.Failure != null ? null : runner.OptionsOf(trial, CancellationToken.None).Options;
        options ??= dimensions.Apply(task.Template, trial.Setting);
        options.CancellationToken = task.Template.CancellationToken;
        return new RunDetail<TMetrics>
        {
            TrialId = trial.Id,
            TrainerName = options.Network.Cell.ToString(),
            RuntimeInSeconds = trial.Records.Sum(record => record.Seconds),
            Estimator = Estimator(options),
            State = trial.State,
            Exception = last.Failure == null ? null : new InvalidOperationException(last.Failure),
            Model = model,
            Options = options,
            Setting = dimensions.Describe(trial.Setting),
            Rungs = [.. trial.Records.Where(record => record.Score != null).Select(record => new RungResult(record.Rung, record.Loss!.Value, Metric(record)))],
            Epochs = [.. last.Epochs.Select((epoch, i) => epoch.Report(i + 1))],
            PeakActivationBytes = trial.Records.Max(record => record.PeakBytes),
            Note = last.Note,
            Metric = best == null ? null : Metric(best),
            ValidationMetrics = best?.Metrics == null ? null : task.Read(best.Metrics),
        };
    }

    /// <summary>A rival.</summary>
    public RunDetail<TMetrics> OfRival(int rival)
    {
        var record = journal.FindRival(rival)!;
        return new RunDetail<TMetrics>
        {
            TrialId = null,
            TrainerName = record.Setting,
            RuntimeInSeconds = record.Seconds,
            Estimator = settings.Rivals[rival].Pipeline,
            State = record.State!.Value,
            Exception = record.Failure == null ? null : new InvalidOperationException(record.Failure),
            Model = rivals.Model(rival),
            Options = null,
            Setting = [],
            Rungs = record.Score == null ? [] : [new RungResult(0, record.Loss ?? double.NaN, Metric(record))],
            Epochs = [],
            PeakActivationBytes = 0,
            Note = record.Note,
            Metric = record.Score == null ? null : Metric(record),
            ValidationMetrics = record.Metrics == null ? null : task.Read(record.Metrics),
        };
    }

    private double Metric(RunRecord record) => task.IsMaximizing ? record.Score!.Value : -record.Score!.Value;

    /// <summary>Of options that failed there may be no estimator either.</summary>
    private IEstimator<ITransformer> Estimator(RevRnnOptions options)
    {
        try
        {
            return task.Estimator(options);
        }
        catch (ArgumentException)
        {
            return task.Estimator(task.Template);
        }
    }

    private Exception Nothing(IReadOnlyList<Trial> trials, ExperimentEnd end)
    {
        var records = trials.SelectMany(trial => trial.Records).ToArray();
        if (end == ExperimentEnd.Cancelled)
            return new OperationCanceledException("The experiment was cancelled before a run had been evaluated, so there is no model to give back.", settings.CancellationToken);
        if (end == ExperimentEnd.TimeUp && records.Length == 0)
        {
            return new TimeoutException(
                $"{nameof(settings.MaxExperimentTimeInSeconds)} is {settings.MaxExperimentTimeInSeconds}, and no run was evaluated within it, so there is no model. Allow more time, take fewer or " +
                $"shorter texts, or smaller networks in {nameof(settings.SearchSpace)}{(settings.CheckpointDirectory == null ? "" : "; the same call with more time goes on from here")}.");
        }
        if (records.Length > 0 && records.All(record => record.State == TrialState.OverMemory))
        {
            return new InvalidOperationException(string.Create(System.Globalization.CultureInfo.InvariantCulture,
                $"None of the {records.Length} settings that were tried fits into {nameof(settings.MaximumMemoryUsageInMegaByte)}, {settings.MaximumMemoryUsageInMegaByte}, so there is no model. " +
                $"That of the options {records[0].Note}. Raise it, or search smaller networks."));
        }
        var failure = records.FirstOrDefault(record => record.Failure != null);
        return new InvalidOperationException(
            $"No setting came to a result, so there is no model.{(failure == null ? "" : $" Setting {failure.Trial} ({failure.Setting}) failed: {failure.Failure}")}");
    }
}
