using System.Globalization;
using Microsoft.ML.RevRnn;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace ExperimentSample;

/// <summary>The experiment at a glance while it runs: a table that is kept up to date; where the output goes to a file or another program, a line for each run that is evaluated.</summary>
/// <param name="budget">The time that there is; null for all.</param>
internal sealed class LiveTable(TimeSpan? budget) : IProgress<ExperimentEvent>
{
    private const int MostRows = 16;

    private readonly Lock _lock = new();
    private readonly SortedDictionary<int, Row> _rows = [];
    private readonly List<RunDetail> _rivals = [];
    private string _headline = "Reading and cutting into tokens";
    private int? _best;
    private LiveDisplayContext? _display;

    /// <summary>Shows what happens in a function.</summary>
    public T Show<T>(Func<T> work)
    {
        if (Console.IsOutputRedirected)
            return work();
        return AnsiConsole.Live(Render()).AutoClear(true).Start(display =>
        {
            _display = display;
            return work();
        });
    }

    public void Report(ExperimentEvent value)
    {
        lock (_lock)
        {
            Take(value);
            if (_display != null)
                _display.UpdateTarget(Render());
            else
                WriteLine(value);
        }
    }

    private void Take(ExperimentEvent value)
    {
        _headline = $"{Clock(value.Elapsed)}{(budget is { } time ? $" of {Clock(time)}" : "")}";
        switch (value)
        {
            case TrialStarted started:
                RowOf(started.TrialId).Setting = started.Setting;
                RowOf(started.TrialId).Status = "begins";
                break;
            case TrialTraining { Training: var training } trial:
                RowOf(trial.TrialId).Status = string.Create(CultureInfo.InvariantCulture, $"epoch {training.Epoch - 1 + training.EpochFraction:0.0}, {training.TokensPerSecond:N0} tokens/s");
                break;
            case RunEvaluated { Run.TrialId: { } id } evaluated:
                RowOf(id).Take(evaluated.Run);
                if (evaluated.IsBest)
                    _best = id;
                break;
            case RunEvaluated rival:
                _rivals.Add(rival.Run);
                break;
            case RungEnded rung:
                foreach (var id in rung.Promoted)
                    RowOf(id).Status = "goes on";
                foreach (var id in rung.Eliminated.Where(id => RowOf(id).Status == "waits"))
                    RowOf(id).Status = "out";
                break;
        }
    }

    private Row RowOf(int trial)
    {
        if (!_rows.TryGetValue(trial, out var row))
            _rows.Add(trial, row = new Row());
        return row;
    }

    private IRenderable Render()
    {
        var table = new Table().Border(TableBorder.Simple).Title(_headline).AddColumn("#").AddColumn("Metric").AddColumn("Loss").AddColumn("Epochs").AddColumn("Status").AddColumn("Setting");
        foreach (var rival in _rivals)
            table.AddRow("", Number(rival.Metric), Number(rival.ValidationLoss), "", rival.State.ToString(), Markup.Escape(rival.TrainerName));
        foreach (var (id, row) in _rows.Reverse().Take(MostRows))
        {
            var color = id == _best ? "green" : row.Status == "out" ? "grey" : "default";
            table.AddRow(new[] { $"{id}", Number(row.Metric), Number(row.Loss), $"{row.Epochs}", row.Status, string.Join(' ', row.Setting.Select(value => value.Value)) }
                .Select(cell => $"[{color}]{Markup.Escape(cell)}[/]").ToArray());
        }
        if (_rows.Count > MostRows)
            table.Caption($"and {_rows.Count - MostRows} before");
        return table;
    }

    private static void WriteLine(ExperimentEvent value)
    {
        var line = value switch
        {
            ExperimentStarted started => $"{started.TrainingRowCount:N0} rows are trained on, {started.ValidationRowCount:N0} are held back and rank the runs{(started.IsResumed ? "; it goes on from before" : "")}.",
            RunEvaluated { Run: var run } evaluated => string.Create(CultureInfo.InvariantCulture,
                $"{(run.TrialId is { } id ? $"#{id}" : run.TrainerName)}: {Number(run.Metric)}, loss {Number(run.ValidationLoss)}, {run.Epochs.Count} epochs, {run.State}{(evaluated.IsBest ? ", the best so far" : "")} ({string.Join(", ", run.Setting.Select(each => $"{each.Key} {each.Value}"))}) {run.Note}{run.Exception?.Message}"),
            RungEnded rung => $"Epoch {rung.Epochs} of bracket {rung.Bracket}: {string.Join(", ", rung.Promoted.Select(id => $"#{id}").DefaultIfEmpty("none"))} go on.",
            ExperimentEnded ended => $"Ended: {ended.End}.",
            _ => null,
        };
        if (line != null)
            Console.WriteLine($"{Clock(value.Elapsed)}  {line}");
    }

    private static string Number(double? value) => value?.ToString("0.0000", CultureInfo.InvariantCulture) ?? "";

    private static string Clock(TimeSpan time) => time.ToString(time.TotalHours < 1 ? @"m\:ss" : @"h\:mm\:ss", CultureInfo.InvariantCulture);

    private sealed class Row
    {
        public IReadOnlyList<KeyValuePair<string, string>> Setting { get; set; } = [];

        public string Status { get; set; } = "";

        public double? Metric { get; private set; }

        public double? Loss { get; private set; }

        public int Epochs { get; private set; }

        public void Take(RunDetail run)
        {
            (Setting, Metric, Loss, Epochs) = (run.Setting, run.Metric, run.ValidationLoss, run.Epochs.Count);
            Status = run.State switch
            {
                TrialState.Finished => "finished",
                TrialState.OverMemory => "over memory",
                TrialState.Failed => "failed",
                _ => "waits",
            };
        }
    }
}
