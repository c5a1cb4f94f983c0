using System.Globalization;
using System.Runtime.ExceptionServices;
using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.ML.Data;
using Microsoft.ML.RevRnn.Estimators;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.RevRnn.Experiments;

/// <summary>An experiment from its beginning to its end: data, rivals, search, refit, result.</summary>
internal sealed class ExperimentRun<TMetrics> : IDisposable
    where TMetrics : class
{
    private readonly RevRnnExperimentSettings _settings;
    private readonly ExperimentTask<TMetrics> _task;
    private readonly IProgress<RunDetail<TMetrics>>? _progress;
    private readonly IHost _host;
    private readonly IChannel _channel;
    private readonly ExperimentJournal _journal;
    private readonly ExperimentClock _clock;
    private readonly CancellationWatch _watch;
    private readonly CancellationTokenRegistration _ofOptions;
    private readonly IDataView _training;
    private readonly IReadOnlyList<SearchDimension> _dimensions;
    private readonly TrialRunner<TMetrics> _runner;
    private readonly RivalRunner<TMetrics> _rivals;
    private readonly HalvingSearch _search;

    /// <param name="env">The environment.</param>
    /// <param name="settings">What is searched, checked.</param>
    /// <param name="task">What is trained.</param>
    /// <param name="training">What is learned from.</param>
    /// <param name="progress">Told of each run.</param>
    public ExperimentRun(IHostEnvironment env, RevRnnExperimentSettings settings, ExperimentTask<TMetrics> task, IDataView training, IProgress<RunDetail<TMetrics>>? progress)
    {
        (_settings, _task, _progress) = (settings, task, progress);
        _training = training;
        _dimensions = SearchDimensions.Of(settings.SearchSpace, task.Template, ReadsTexts(training.Schema, task.Template.SequenceColumnNames));
        _host = env.Register("Experiment");
        _channel = _host.Start("Experiment");
        _journal = ExperimentJournal.Open(settings.CheckpointDirectory, () => TrainingContext.Complete(task.Template.Training with { Seed = settings.Seed ?? task.Template.Training.Seed }, _host).Seed!.Value);
        _clock = new ExperimentClock(settings.Clock, _journal.ElapsedBefore, settings.MaxExperimentTimeInSeconds is { } seconds ? TimeSpan.FromSeconds(seconds) : null);
        _journal.Elapsed = () => _clock.Elapsed;
        _watch = new CancellationWatch(_host, settings.CancellationToken, _clock.Ended);
        _ofOptions = task.Template.CancellationToken.Register(_clock.Ended.Cancel);
        _runner = new TrialRunner<TMetrics>(settings, task, _dimensions, _journal, _clock) { Evaluated = Evaluated };
        _rivals = new RivalRunner<TMetrics>(settings, task, _journal, _clock, _runner.Work) { Evaluated = Evaluated };
        _search = new HalvingSearch(settings, new TrialProposer(_dimensions, task.Template, _journal.Seed), _journal, _clock)
        {
            Run = _runner.Run,
            Halving = () => _runner.Halving,
            DataOf = trial => _runner.DataOf(trial, _clock.SearchToken),
            Ended = ended =>
            {
                _channel.Info(MessageSensitivity.None, $"Epoch {ended.Epochs} of bracket {ended.Bracket}: {List(ended.Promoted)} go on, {List(ended.Eliminated)} do not.");
                ProgressFailure.Tell(settings.Progress, ended);
            },
        };
    }

    private ExperimentResults<TMetrics> Results => new(_settings, _task, _journal, _dimensions, _runner, _rivals);

    /// <summary>Runs it.</summary>
    /// <param name="validation">What is evaluated on; null to hold back a part.</param>
    public ExperimentResult<TMetrics> Execute(IDataView? validation)
    {
        try
        {
            return ExecuteChecked(validation);
        }
        catch (ProgressFailure failure)
        {
            ExceptionDispatchInfo.Throw(failure.InnerException!);
            throw;
        }
    }

    private ExperimentResult<TMetrics> ExecuteChecked(IDataView? validation)
    {
        ITransformer? refit = null;
        ExperimentEnd end;
        try
        {
            _runner.Work.Run(
                () =>
                {
                    _task.Prepare(_training, validation, _settings.ValidationFraction, _journal.Seed, _clock.Token);
                    return true;
                },
                _clock.Token);
            Begin();
            _clock.EndIfOver();
            _rivals.Run();
            end = _search.Search();
        }
        catch (OperationCanceledException) when (_clock.SearchToken.IsCancellationRequested)
        {
            end = _clock.IsTimeUp ? ExperimentEnd.TimeUp : ExperimentEnd.Cancelled;
        }
        _journal.Note();
        if (_settings.RefitsOnAllRows && _runner.Best.Record is { IsCutOff: false })
            refit = Refit();
        _channel.Info(MessageSensitivity.None, string.Create(CultureInfo.InvariantCulture, $"Ended after {_clock.Elapsed.TotalSeconds:F1} s: {end}."));
        ProgressFailure.Tell(_settings.Progress, new ExperimentEnded(_clock.Elapsed, end));
        return Results.Create(_search.Trials, refit, end, _clock.Elapsed);
    }

    public void Dispose()
    {
        _ofOptions.Dispose();
        _watch.Dispose();
        _clock.Dispose();
        _channel.Dispose();
        // What was left to itself may still write there.
        _runner.Work.WhenAllEnded(_journal.Dispose);
    }

    private void Begin()
    {
        _journal.Identify(Identity());
        _runner.Best.Clean();
        _channel.Info(MessageSensitivity.None, string.Create(CultureInfo.InvariantCulture,
            $"{_task.TrainingRowCount} rows are trained on; {_task.ValidationRowCount} are held back, once for all runs, and rank them. Seed {_journal.Seed}{(_journal.IsResumed ? "; goes on from before" : "")}."));
        ProgressFailure.Tell(_settings.Progress, new ExperimentStarted(_clock.Elapsed, _task.TrainingRowCount, _task.ValidationRowCount, _journal.Seed, _journal.IsResumed));
    }

    private void Evaluated(Trial trial, bool isBest)
    {
        var record = trial.Records[^1];
        _channel.Info(MessageSensitivity.None, FormattableString.Invariant($"Setting {trial.Id} ({record.Setting}), epoch {record.Rung}: ") + (record.Loss == null
            ? $"{record.State}. {record.Note}{record.Failure}"
            : FormattableString.Invariant($"loss {record.Loss:F4}, {_task.MetricName} {(_task.IsMaximizing ? record.Score : -record.Score):F4}{(isBest ? ", the best so far" : "")}.")));
        Tell(() => Results.OfTrial(trial, model: null), isBest);
    }

    private void Evaluated(int rival, RunRecord record)
    {
        _channel.Info(MessageSensitivity.None, string.Create(CultureInfo.InvariantCulture,
            $"Rival '{record.Setting}': {record.State}, {_task.MetricName} {(_task.IsMaximizing ? record.Score : -record.Score):F4}. {record.Note}{record.Failure}"));
        Tell(() => Results.OfRival(rival), isBest: false);
    }

    private void Tell(Func<RunDetail<TMetrics>> create, bool isBest)
    {
        if (_progress == null && _settings.Progress == null)
            return;
        var run = create();
        ProgressFailure.Tell(_progress, run);
        ProgressFailure.Tell(_settings.Progress, new RunEvaluated(_clock.Elapsed, run, isBest));
    }

    /// <summary>The best network on all rows; null where there is no time left for it.</summary>
    private ITransformer? Refit()
    {
        var best = _runner.Best.Record!;
        try
        {
            return _runner.Work.Run(
                () =>
                {
                    var options = _runner.OptionsOf(_search.Trials.First(trial => trial.Id == best.Trial), _clock.Token).Options!;
                    options.Training = options.Training with { StopAfterEpochs = best.BestEpoch, CheckpointPath = _journal.File("refit.checkpoint") };
                    options.Progress = _task.Template.Progress;
                    var (model, report) = _task.Refit(options, best.Shares[0], best.Shares[1]);
                    return report.StopReason == TrainingStop.Cancelled ? null : model;
                },
                _clock.Token);
        }
        catch (Exception failure) when (failure is OperationCanceledException || _clock.Token.IsCancellationRequested)
        {
            _channel.Warning(MessageSensitivity.None, "There was no time left to train the best setting on all rows.");
            return null;
        }
    }

    /// <summary>SHA-256 of what results depend on: data, settings, and what is not searched.</summary>
    private string Identity()
    {
        using var hash = SHA256.Create();
        using (var hashed = new CryptoStream(Stream.Null, hash, CryptoStreamMode.Write))
        using (var writer = new BinaryWriter(hashed))
        {
            var template = _task.Template.Copy();
            // What the memory of a setting may be hangs on the threads.
            if (_settings.MaximumMemoryUsageInMegaByte == null)
                template.Training = template.Training with { ThreadCount = null };
            writer.Write(JsonSerializer.Serialize(template, template.GetType()));
            // They are not in the JSON: numbers of models to start from say nothing of what these have learned.
            foreach (var model in (RevLanguageModelTransformer?[])[(template as RevRnnTrainerOptions)?.LanguageModel, .. _settings.SearchSpace.LanguageModel ?? []])
            {
                writer.Write(model != null);
                model?.Model.Save(writer);
            }
            writer.Write(_settings.Seed ?? -1);
            foreach (var dimension in _dimensions)
                writer.Write($"{dimension.Name}: {dimension.Describe()}");
            writer.Write(_settings.Halving.ToString());
            writer.Write(_settings.MaximumMemoryUsageInMegaByte / _settings.MaxConcurrentTrials ?? 0);
            writer.Write(_task.MetricName);
            foreach (var rival in _settings.Rivals)
                writer.Write(rival.Name);
            _task.WriteIdentity(writer);
        }
        return Convert.ToHexStringLower(hash.Hash!);
    }

    /// <summary>Whether the columns are texts; what is missing or of a wrong type is found later.</summary>
    private static bool ReadsTexts(DataViewSchema schema, IReadOnlyList<string> columns) => columns.All(name => schema.GetColumnOrNull(name) is not { Type: not TextDataViewType });

    private static string List(IReadOnlyList<int> trials) => trials.Count == 0 ? "none" : string.Join(", ", trials);
}
