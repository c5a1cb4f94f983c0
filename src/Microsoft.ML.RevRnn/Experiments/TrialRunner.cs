using System.Globalization;

namespace Microsoft.ML.RevRnn.Experiments;

/// <summary>Trains settings from rung to rung. What ends badly ends only itself.</summary>
/// <param name="settings">The experiment.</param>
/// <param name="task">What is trained.</param>
/// <param name="dimensions">What is searched.</param>
/// <param name="journal">What is known already.</param>
/// <param name="clock">What ends it.</param>
internal sealed class TrialRunner<TMetrics>(
    RevRnnExperimentSettings settings, ExperimentTask<TMetrics> task, IReadOnlyList<SearchDimension> dimensions, ExperimentJournal journal, ExperimentClock clock)
    where TMetrics : class
{
    public BestModel Best { get; } = new(journal, task.Save, task.Load);

    /// <summary>Work that was left to itself.</summary>
    public Abandonable Work { get; } = new();

    /// <summary>Told of each run that is evaluated, and whether it is the best.</summary>
    public Action<Trial, bool>? Evaluated { get; init; }

    /// <summary>How many settings are trained how far, with all decided.</summary>
    public SuccessiveHalvingOptions Halving => settings.Halving.For(task.Epochs);

    /// <summary>Trains a setting to a rung, unless it is known what comes of it.</summary>
    /// <exception cref="OperationCanceledException">The experiment must end.</exception>
    public void Run(Trial trial, int rung)
    {
        if (trial.IsOver || trial.Records.Any(record => record.Rung == rung))
            return;
        if (journal.Find(trial.Id, rung) is { } known)
        {
            trial.Add(known);
            return;
        }
        if (trial.Records.Count == 0 && journal.Find(trial.Id, 0) is { } cutOff)
            trial.Add(cutOff);
        clock.SearchToken.ThrowIfCancellationRequested();
        var start = clock.Now;
        var (record, model) = TryRun(trial, rung, start);
        // What is not in the journal was never there.
        trial.Add(record);
        var isBest = false;
        if (model == null)
            journal.Add(record);
        else
            isBest = Best.Add(record, model);
        ReserveForRefit();
        Evaluated?.Invoke(trial, isBest);
        if (record.IsCutOff)
        {
            clock.EndSearch();
            throw new OperationCanceledException("There is no time left to train anything further.", clock.SearchToken);
        }
    }

    /// <summary>What a setting is trained on.</summary>
    public TrialData DataOf(Trial trial, CancellationToken cancellationToken) => task.DataOf(UnfittedOptions(trial, cancellationToken));

    /// <summary>The options of a setting, as they are trained with; null where it takes too much memory. And what was changed so that it does not, or how much it takes.</summary>
    public (RevRnnOptions? Options, string? Note) OptionsOf(Trial trial, CancellationToken cancellationToken)
    {
        var options = UnfittedOptions(trial, cancellationToken);
        return settings.MaximumMemoryUsageInMegaByte is { } megabytes
            ? TrialMemory.Fit(options, task.DataOf(options), megabytes * 1e6 / settings.MaxConcurrentTrials)
            : (options, null);
    }

    private RevRnnOptions UnfittedOptions(Trial trial, CancellationToken cancellationToken)
    {
        var options = dimensions.Apply(task.Template, trial.Setting);
        options.CancellationToken = cancellationToken;
        options.Training = options.Training with
        {
            MaximumEpochs = Halving.MaximumEpochs,
            Seed = journal.Seed,
            ThreadCount = settings.MaxConcurrentTrials == 1
                ? options.Training.ThreadCount
                : Math.Max(1, (options.Training.ThreadCount ?? Environment.ProcessorCount) / settings.MaxConcurrentTrials),
        };
        return options;
    }

    private (RunRecord Record, ITransformer? Model) TryRun(Trial trial, int rung, long start)
    {
        var token = clock.SearchToken;
        var record = new RunRecord
        {
            Trial = trial.Id,
            Rung = rung,
            Setting = string.Join(", ", dimensions.Describe(trial.Setting).Select(value => $"{value.Key} {value.Value}")),
        };
        try
        {
            var (options, note) = Work.Run(() => OptionsOf(trial, token), token);
            if (options == null)
                return (record with { State = TrialState.OverMemory, Note = note }, null);
            ProgressFailure.Tell(settings.Progress, new TrialStarted(clock.Elapsed, trial.Id, dimensions.Describe(trial.Setting), rung));
            options.Training = options.Training with { StopAfterEpochs = rung, CheckpointPath = journal.File(trial.CheckpointName) };
            return Train(trial, options, record with { Note = note }, start);
        }
        catch (Exception failure) when (!token.IsCancellationRequested && failure is not (OperationCanceledException or ProgressFailure))
        {
            return (record with { State = TrialState.Failed, Failure = failure.Message, Seconds = clock.Since(start).TotalSeconds }, null);
        }
        catch (Exception failure) when (failure is not (OperationCanceledException or ProgressFailure))
        {
            throw new OperationCanceledException("The experiment ended while a setting was trained.", failure, token);
        }
    }

    private (RunRecord Record, ITransformer Model) Train(Trial trial, RevRnnOptions options, RunRecord record, long start)
    {
        var token = clock.SearchToken;
        var listener = new TrialListener(trial.Id, task.Template.Progress, settings.Progress, clock)
        {
            // The rows are scored twice, without the backward pass. What was cut off gives a model where there is no other one.
            EvaluationShare = Best.Record is null or { IsCutOff: true } ? (double)task.ValidationRowCount / task.TrainingRowCount : null,
        };
        using var cutOff = CancellationTokenSource.CreateLinkedTokenSource(token, listener.CutOff.Token);
        (options.Progress, options.CancellationToken, options.GivesUnfinished) = (listener, cutOff.Token, listener.EvaluationShare != null);
        var outcome = Work.Run(() => task.Run(options, token), token);
        token.ThrowIfCancellationRequested();
        var seconds = clock.Since(start).TotalSeconds;
        var added = outcome.Report!.Epochs.Count - (trial.Records.Count == 0 ? 0 : trial.Records[^1].Epochs.Count);
        var isCutOff = listener.CutOff.IsCancellationRequested && outcome.Report.StopReason == TrainingStop.Cancelled;
        record = record with { Seconds = seconds, EpochSeconds = listener.EpochSeconds ?? seconds / Math.Max(1, added), Rung = isCutOff ? 0 : record.Rung };
        return (Evaluate(record, outcome), outcome.Model);
    }

    private RunRecord Evaluate(RunRecord record, TrialOutcome<TMetrics> outcome)
    {
        var report = outcome.Report!;
        if (report.StopReason == TrainingStop.Cancelled && !record.IsCutOff)
            throw new OperationCanceledException("ML.NET has cancelled the training of a setting.");
        var metric = task.Metric(outcome.Metrics);
        // The network's loss, of a model without n-grams, is known of whole epochs only.
        if ((!double.IsFinite(outcome.Loss) && !record.IsCutOff) || !double.IsFinite(metric))
        {
            throw new InvalidOperationException(string.Create(CultureInfo.InvariantCulture,
                $"On the validation rows the loss is {outcome.Loss} and {task.MetricName} {metric}; neither can be ranked."));
        }
        return record with
        {
            State = record.IsCutOff || report.StopReason == TrainingStop.Paused ? null : TrialState.Finished,
            Loss = outcome.Loss,
            Score = task.IsMaximizing ? metric : -metric,
            Metrics = task.Write(outcome.Metrics),
            Epochs = [.. report.Epochs.Select(EpochRecord.Of)],
            BestEpoch = report.BestEpoch,
            Shares = [outcome.NetworkShare, outcome.NGramShare],
            PeakBytes = report.PeakActivationBytes,
        };
    }

    private void ReserveForRefit()
    {
        if (!settings.RefitsOnAllRows || Best.Record is not { IsCutOff: false } best)
            return;
        // N-grams are trained anew too: on the first of all settings. There are more rows than it has seen, and some care is due.
        var first = journal.Runs.First(run => run.Epochs.Count > 0);
        var rows = (double)(task.TrainingRowCount + task.ValidationRowCount) / task.TrainingRowCount;
        clock.Reserve(TimeSpan.FromSeconds(1.2 * rows * (best.EpochSeconds * best.BestEpoch + SearchCost.BesideOf(first, first.Epochs.Count))));
    }
}
