namespace Microsoft.ML.RevRnn.Reports;

/// <summary>What training did: figures, curves, and a table of the epochs.</summary>
internal static class TrainingSection
{
    /// <param name="html">Receives it.</param>
    /// <param name="report">What training did.</param>
    /// <param name="hasPerplexity">Whether the loss is that of each next token, so that its exponential is told too.</param>
    public static void Write(Html html, TrainingReport report, bool hasPerplexity)
    {
        html.AddConstant("<section><h2>Training</h2>");
        WriteFigures(html, report, hasPerplexity);
        html.AddConstant("<div class='charts'>");
        Chart("Loss, nats", ("training", "one", epoch => epoch.Loss), ("validation", "two", epoch => epoch.ValidationLoss));
        if (hasPerplexity)
            Chart("Perplexity", ("training", "one", epoch => Math.Exp(epoch.Loss)), ("validation", "two", epoch => epoch.ValidationPerplexity));
        if (report.Epochs.Any(epoch => epoch.ValidationScore != null))
            Chart("BLEU of held-back data", ("BLEU", "two", epoch => epoch.ValidationScore));
        Chart("Accuracy", ("training", "one", epoch => epoch.Accuracy), ("validation", "two", epoch => epoch.ValidationAccuracy));
        Chart("Learning rate at the epoch's end", ("learning rate", "one", epoch => epoch.Course?.LearningRate));
        Chart(
            "Gradient norm before clipping",
            ("mean", "one", epoch => epoch.Course?.MeanGradientNorm), ("largest", "two", epoch => epoch.Course?.LargestGradientNorm));
        if (report.Epochs.Any(epoch => epoch.Course?.GradientReach != null))
            Chart("How far gradients reach, log10 |g_t| / |g_T|", ("mean over steps", "one", epoch => epoch.Course?.GradientReach));
        html.AddConstant("</div>");
        WriteEpochs(html, report);
        html.AddConstant("</section>");

        void Chart(string title, params (string Name, string Style, Func<EpochReport, double?> Value)[] lines) => CurveChart.Write(
            html, title, [.. lines.Select(line => new Series(line.Name, line.Style, [.. report.Epochs.Select(line.Value)]))], report.BestEpoch);
    }

    private static void WriteFigures(Html html, TrainingReport report, bool hasPerplexity)
    {
        html.AddConstant("<dl class='figures'>");
        Figure("Kept epoch", FormattableString.Invariant($"{report.BestEpoch} of {report.Epochs.Count}"));
        if (report.BestEpoch > 0)
        {
            var kept = report.Epochs[report.BestEpoch - 1];
            Figure(kept.ValidationLoss == null ? "Training loss" : "Validation loss", Units.Number(kept.ValidationLoss ?? kept.Loss));
            if (hasPerplexity)
                Figure(kept.ValidationLoss == null ? "Training perplexity" : "Validation perplexity", Units.Score(kept.ValidationPerplexity ?? Math.Exp(kept.Loss)));
            Figure(kept.ValidationAccuracy == null ? "Training accuracy" : "Validation accuracy", Units.Percent(kept.ValidationAccuracy ?? kept.Accuracy));
        }
        Figure("Ended by", report.StopReason switch
        {
            TrainingStop.EarlyStopping => "early stopping",
            TrainingStop.Cancelled => "cancellation",
            TrainingStop.RateExhausted => "exhausted rate",
            TrainingStop.TimeUp => "the clock",
            TrainingStop.Paused => "a pause",
            _ => "last epoch",
        });
        // A model file holds no times.
        if (report.Elapsed > TimeSpan.Zero)
        {
            Figure("Time", Units.Time(report.Elapsed));
            Figure("Tokens a second", report.TokensPerSecond.ToString("#,0", System.Globalization.CultureInfo.InvariantCulture));
        }
        if (report.SkippedBatches > 0)
            Figure("Skipped batches", FormattableString.Invariant($"{report.SkippedBatches}"));
        if (report.UnknownTokenShare is { } unknown)
            Figure("Unknown tokens", Units.Percent(unknown));
        if (report.VectorTokenShare is { } vectors)
            Figure("Tokens with a word vector", Units.Percent(vectors));
        html.AddConstant("</dl>");

        void Figure(string name, string value) => html.Add($"<div><dt>{name}</dt><dd>{value}</dd></div>");
    }

    private static void WriteEpochs(Html html, TrainingReport report)
    {
        html.AddConstant(
            "<details><summary>All epochs</summary><div class='wide'><table><thead><tr><th>Epoch<th>Loss<th>Accuracy<th>Validation loss<th>Validation accuracy" +
            "<th>Learning rate<th>Mean norm<th>Largest norm<th>Time</tr></thead><tbody>");
        foreach (var epoch in report.Epochs)
        {
            var course = epoch.Course;
            html.Add($"<tr class='{(epoch.Epoch == report.BestEpoch ? "best" : "")}'><th>{epoch.Epoch}<td>{Units.Number(epoch.Loss)}<td>{Units.Percent(epoch.Accuracy)}");
            html.Add($"<td>{Units.Number(epoch.ValidationLoss)}<td>{Units.Percent(epoch.ValidationAccuracy)}<td>{course?.LearningRate:0.00e0}");
            html.Add($"<td>{course?.MeanGradientNorm:0.000}<td>{course?.LargestGradientNorm:0.000}<td>{(course is { Elapsed.Ticks: > 0 } ? Units.Time(course.Elapsed) : "")}</tr>");
        }
        html.AddConstant("</tbody></table></div></details>");
    }
}
