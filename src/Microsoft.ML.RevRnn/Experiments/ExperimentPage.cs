using Microsoft.ML.RevRnn.Reports;

namespace Microsoft.ML.RevRnn.Experiments;

/// <summary>An experiment as a page of its own: what won, how the rungs went, curves, settings side by side, and the best options as code.</summary>
internal static class ExperimentPage
{
    private const string Style =
        """
        <style>
        .fade { opacity: .28; } .bar { fill: var(--one); opacity: .35; } .winner { stroke: var(--two); } path { fill: none; stroke: var(--one); stroke-width: 1.3; }
        path.winner { stroke-width: 3; } .rival { stroke: var(--mark); stroke-dasharray: 6 4; } .wide svg { min-width: 44rem; width: 100%; }
        .value { paint-order: stroke; stroke: var(--page); stroke-width: 4px; stroke-linejoin: round; } .runs { width: 100%; }
        .runs .name { max-width: none; min-width: 20rem; white-space: normal; font-size: .8rem; line-height: 1.35; }
        pre { background: var(--panel); border-radius: 6px; padding: .8rem 1rem; overflow-x: auto; font: 13px/1.5 ui-monospace, Consolas, monospace; }
        </style>
        """;

    public static string Create<TMetrics>(ExperimentResult<TMetrics> result)
        where TMetrics : class
    {
        var html = ReportPage.Begin("Experiment").AddConstant(Style);
        html.Add($"<p>{result.TrainingRowCount:#,0} rows were trained on, and {result.ValidationRowCount:#,0} held back once, for all runs. Settings are ranked at rungs by the loss on these, where n-grams are in it with a twentieth of the network's own added, ");
        html.Add($"and chosen by {result.OptimizingMetric}. Seed {result.Seed}. Ended after {Units.Time(TimeSpan.FromSeconds(result.ElapsedInSeconds))}: {EndOf(result.End)}.</p>");
        WriteFigures(html, result);
        RungChart.Write(html, result.RunDetails, result.BestNetwork);
        LossChart.Write(html, result.RunDetails, result.BestNetwork);
        ParallelCoordinates.Write(html, result.RunDetails, result.BestNetwork, result.OptimizingMetric, result.IsMaximizing);
        WriteRuns(html, result);
        if (result.BestNetwork?.OptionsAsCode is { } code)
            html.Add($"<section><h2>The best options, to be pasted</h2><pre>{code}</pre></section>");
        return ReportPage.End(html);
    }

    private static string EndOf(ExperimentEnd end) => end switch
    {
        ExperimentEnd.TimeUp => "its time was up",
        ExperimentEnd.Cancelled => "it was cancelled",
        ExperimentEnd.Exhausted => "there was nothing left to try",
        _ => "all models were tried",
    };

    private static void WriteFigures<TMetrics>(Html html, ExperimentResult<TMetrics> result)
        where TMetrics : class
    {
        html.AddConstant("<dl class='figures'>");
        Figure("Best run", result.BestRun.TrialId is { } id ? FormattableString.Invariant($"{result.BestRun.TrainerName} #{id}") : result.BestRun.TrainerName);
        Figure(result.OptimizingMetric, Units.Number(result.BestRun.Metric));
        if (result.RunDetails.FirstOrDefault(run => run.TrialId == 0) is { Metric: { } first })
            Figure("The options themselves", Units.Number(first));
        foreach (var rival in result.RunDetails.Where(run => run.TrialId == null))
            Figure($"Rival {rival.TrainerName}", Units.Number(rival.Metric));
        Figure("Settings tried", Units.Count(result.RunDetails.Count(run => run.TrialId != null)));
        Figure("Epochs trained", Units.Count(result.RunDetails.Sum(run => run.Epochs.Count)));
        html.AddConstant("</dl>");

        void Figure(string name, string value) => html.Add($"<div><dt>{name}</dt><dd>{value}</dd></div>");
    }

    private static void WriteRuns<TMetrics>(Html html, ExperimentResult<TMetrics> result)
        where TMetrics : class
    {
        html.Add($"<section><h2>All runs</h2><div class='wide'><table class='runs'><thead><tr><th>Run<th>{result.OptimizingMetric}<th>Loss<th>Epochs<th>Time<th>Ended<th class='name'>Setting</tr></thead><tbody>");
        var ranked = result.RunDetails.OrderBy(run => run.Metric == null).ThenByDescending(run => result.IsMaximizing ? run.Metric : -run.Metric);
        foreach (var run in ranked)
        {
            html.Add($"<tr class='{(run == result.BestRun ? "best" : "")}'><th>{(run.TrialId is { } id ? FormattableString.Invariant($"#{id}") : run.TrainerName)}<td>{Units.Number(run.Metric)}");
            html.Add($"<td>{Units.Number(run.ValidationLoss)}<td>{run.Epochs.Count}<td>{Units.Time(TimeSpan.FromSeconds(run.RuntimeInSeconds))}<td>{StateOf(run)}");
            html.Add($"<td class='name' title='{run.Exception?.Message ?? run.Note}'>{string.Join(", ", run.Setting.Select(value => $"{value.Key} {value.Value}"))}</tr>");
        }
        html.AddConstant("</tbody></table></div></section>");
    }

    private static string StateOf(RunDetail run) => run.State switch
    {
        TrialState.Finished => "finished",
        TrialState.Stopped => "stopped",
        TrialState.Interrupted => "interrupted",
        TrialState.OverMemory => "over memory",
        _ => "failed",
    };
}
