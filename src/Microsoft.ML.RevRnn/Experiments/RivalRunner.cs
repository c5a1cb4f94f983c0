namespace Microsoft.ML.RevRnn.Experiments;

/// <summary>Trains the rivals of an experiment, one after the other.</summary>
/// <param name="settings">The experiment.</param>
/// <param name="task">How they are evaluated.</param>
/// <param name="journal">What is known already.</param>
/// <param name="clock">What ends it.</param>
/// <param name="work">Work that was left to itself.</param>
internal sealed class RivalRunner<TMetrics>(
    RevRnnExperimentSettings settings, ExperimentTask<TMetrics> task, ExperimentJournal journal, ExperimentClock clock, Abandonable work)
    where TMetrics : class
{
    private readonly Dictionary<int, ITransformer> _models = [];

    /// <summary>Told of each that is trained.</summary>
    public Action<int, RunRecord>? Evaluated { get; init; }

    /// <exception cref="OperationCanceledException">The experiment must end.</exception>
    public void Run()
    {
        for (var i = 0; i < settings.Rivals.Count; i++)
        {
            if (journal.FindRival(i) != null)
                continue;
            var (record, model) = TryRun(i);
            if (model != null)
            {
                _models[i] = model;
                task.Save(model, File(i));
            }
            journal.AddRival(record);
            Evaluated?.Invoke(i, record);
        }
    }

    /// <summary>The model of a rival; null where it has none.</summary>
    public ITransformer? Model(int rival)
    {
        if (!_models.TryGetValue(rival, out var model) && journal.FindRival(rival) is { Score: not null })
            _models[rival] = model = task.Load(File(rival));
        return model;
    }

    private (RunRecord Record, ITransformer? Model) TryRun(int rival)
    {
        clock.SearchToken.ThrowIfCancellationRequested();
        var (name, pipeline) = settings.Rivals[rival];
        var record = new RunRecord { Trial = rival, Rung = 0, Setting = name };
        var start = clock.Now;
        // Not disposed of: the timer may be about to cancel it. All rivals have half of the time; each its part of what the others leave.
        var late = CancellationTokenSource.CreateLinkedTokenSource(clock.SearchToken);
        using var timer = clock.StartTimer(clock.Remaining / (2 * (settings.Rivals.Count - rival)), late.Cancel);
        try
        {
            var outcome = work.Run(() => task.RunRival(pipeline, late.Token), late.Token);
            var metric = task.Metric(outcome.Metrics);
            return (record with
            {
                State = TrialState.Finished,
                Loss = double.IsFinite(outcome.Loss) ? outcome.Loss : null,
                Score = task.IsMaximizing ? metric : -metric,
                Metrics = task.Write(outcome.Metrics),
                Seconds = clock.Since(start).TotalSeconds,
            }, outcome.Model);
        }
        catch (Exception failure) when (!clock.SearchToken.IsCancellationRequested)
        {
            var seconds = clock.Since(start).TotalSeconds;
            return late.IsCancellationRequested
                ? (record with { State = TrialState.Interrupted, Seconds = seconds, Note = "took longer than half of the experiment's time" }, null)
                : (record with { State = TrialState.Failed, Seconds = seconds, Failure = failure.Message }, null);
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            throw new OperationCanceledException("The experiment ended while a rival was trained.", failure, clock.SearchToken);
        }
    }

    private string File(int rival) => journal.File($"rival-{rival}.zip");
}
