using System.Globalization;
using Microsoft.ML.RevRnn.Evaluation;

namespace Microsoft.ML.RevRnn.Reports;

/// <summary>How a model does on test data: figures, the classes, and what there is to see of its kind.</summary>
internal static class TestSection
{
    private const int MostClassesOfAMatrix = 24;
    private const int MostConfusions = 30;

    /// <summary>One class of several for each row.</summary>
    public static void OfClasses(Html html, PerClassMetrics metrics)
    {
        WriteFigures(
            html,
            ("Rows", Units.Count(metrics.RowCount)),
            ("Accuracy", Units.Percent(metrics.Accuracy)),
            ("Macro F1", Units.Score(metrics.MacroF1)),
            ("Expected calibration error", Units.Score(metrics.ExpectedCalibrationError)));
        WriteClasses(html, "Classes", "Class", metrics.Classes);
        WriteConfusions(html, metrics);
        CalibrationChart.Write(html, metrics);
        html.AddConstant("</section>");
    }

    /// <summary>One class of several for each token.</summary>
    public static void OfTags(Html html, TaggingMetrics metrics)
    {
        var tokens = metrics.Tokens;
        WriteFigures(
            html,
            ("Tokens", Units.Count(tokens.RowCount)),
            ("Token accuracy", Units.Percent(tokens.Accuracy)),
            ("Rows", Units.Count(metrics.SequenceCount)),
            ("Rows with all tokens right", Units.Percent(metrics.SequenceAccuracy)),
            ("Macro F1", Units.Score(tokens.MacroF1)),
            ("Expected calibration error", Units.Score(tokens.ExpectedCalibrationError)));
        WriteClasses(html, "Tags", "Tag", tokens.Classes);
        WriteConfusions(html, tokens);
        CalibrationChart.Write(html, tokens, "tokens");
        html.AddConstant("</section>");
    }

    /// <summary>Any of several labels for each row.</summary>
    public static void OfSets(Html html, MultiLabelMetrics metrics)
    {
        WriteFigures(
            html,
            ("Rows", Units.Count(metrics.RowCount)),
            ("Subset accuracy", Units.Percent(metrics.SubsetAccuracy)),
            ("Hamming loss", Units.Score(metrics.HammingLoss)),
            ("Micro F1", Units.Score(metrics.MicroF1)),
            ("Macro F1", Units.Score(metrics.MacroF1)));
        WriteClasses(html, "Labels", "Label", metrics.Labels);
        html.AddConstant("</section>");
    }

    /// <summary>True or false for each row.</summary>
    /// <param name="html">Receives it.</param>
    /// <param name="metrics">Those of false and true, at the classifier's threshold.</param>
    /// <param name="ranks">What other thresholds would do.</param>
    public static void OfFlags(Html html, PerClassMetrics metrics, RankedScores ranks)
    {
        var (ofFalse, ofTrue) = (metrics.Classes[0], metrics.Classes[1]);
        WriteFigures(
            html,
            ("Rows", Units.Count(metrics.RowCount)),
            ("Of them true", Units.Count(ofTrue.Support)),
            ("Accuracy", Units.Percent(metrics.Accuracy)),
            ("F1 of true", Units.Score(ofTrue.F1)),
            ("Area under the ROC curve", Units.Score(ranks.AreaUnderRoc)),
            ("Average precision", Units.Score(ranks.AveragePrecision)),
            ("Expected calibration error", Units.Score(metrics.ExpectedCalibrationError)));
        WriteClasses(html, "Classes", "Class", metrics.Classes);
        WriteConfusions(html, metrics);
        html.AddConstant("<h3>Other thresholds</h3><p>Each point of a curve is a threshold; the dot is that of the classifier.</p><div class='charts'>");
        if (ranks.RocCurve is { Count: > 0 } roc)
            UnitChart.Write(html, "ROC curve", ("false positive rate", "true positive rate"), roc, (1 - ofFalse.Recall, ofTrue.Recall), hasDiagonal: true);
        if (ranks.PrecisionRecallCurve is { Count: > 0 } curve)
            UnitChart.Write(html, "Precision and recall", ("recall", "precision"), curve, (ofTrue.Recall, ofTrue.Precision), hasDiagonal: false);
        html.AddConstant("</div>");
        CalibrationChart.Write(html, metrics);
        html.AddConstant("</section>");
    }

    /// <summary>A translation for each row.</summary>
    public static void OfTranslations(Html html, TranslationMetrics metrics)
    {
        WriteFigures(
            html,
            ("Rows", Units.Count(metrics.RowCount)),
            ("BLEU", metrics.Bleu.Score.ToString("0.00", CultureInfo.InvariantCulture)),
            ("Exact matches", Units.Percent(metrics.ExactMatch)),
            ("Perplexity", Units.Score(metrics.Perplexity)),
            ("Token accuracy", Units.Percent(metrics.TokenAccuracy)));
        html.Add($"<p>BLEU is of the signature {metrics.Bleu.Signature}.</p></section>");
    }

    private static void WriteFigures(Html html, params ReadOnlySpan<(string Name, string Value)> figures)
    {
        html.AddConstant("<section><h2>Test data</h2><dl class='figures'>");
        foreach (var (name, value) in figures)
            html.Add($"<div><dt>{name}</dt><dd>{value}</dd></div>");
        html.AddConstant("</dl>");
    }

    private static void WriteClasses(Html html, string title, string one, IReadOnlyList<ClassMetrics> classes)
    {
        html.Add($"<h3>{title}</h3><div class='wide'><table><thead><tr><th class='name'>{one}<th>Precision<th>Recall<th>F1<th>Support</tr></thead><tbody>");
        foreach (var each in classes)
        {
            html.Add($"<tr><th class='name'>{each.Name}<td>{each.Precision:0.000}<td>{each.Recall:0.000}<td>{each.F1:0.000}<td>{each.Support:#,0}</tr>");
        }
        html.AddConstant("</tbody></table></div>");
    }

    private static void WriteConfusions(Html html, PerClassMetrics metrics)
    {
        if (metrics.Classes.Count <= MostClassesOfAMatrix)
            WriteMatrix(html, metrics);
        else
            WriteMostFrequent(html, metrics);
    }

    private static void WriteMatrix(Html html, PerClassMetrics metrics)
    {
        html.AddConstant("<h3>Confusion matrix</h3><p>Rows are classes, columns predictions; the darker, the larger a part of the class.</p>");
        html.AddConstant("<div class='wide'><table class='matrix'><thead><tr><td>");
        foreach (var each in metrics.Classes)
            html.Add($"<th><span title='{each.Name}'>{each.Name}</span>");
        html.AddConstant("</tr></thead><tbody>");
        foreach (var (row, each) in metrics.Classes.Index())
        {
            html.Add($"<tr><th class='name'><span title='{each.Name}'>{each.Name}</span>");
            foreach (var (column, count) in metrics.ConfusionMatrix[row].Index())
            {
                var share = each.Support == 0 ? 0 : (double)count / each.Support;
                html.Add($"<td class='{(row == column ? "right" : "wrong")}{(share > 0.55 ? " strong" : "")}' style='--share:{100 * share:0.#}%'>{count:#,0}");
            }
            html.AddConstant("</tr>");
        }
        html.AddConstant("</tbody></table></div>");
    }

    private static void WriteMostFrequent(Html html, PerClassMetrics metrics)
    {
        var confusions = metrics.ConfusionMatrix
            .SelectMany((row, i) => row.Select((count, j) => (Class: i, Prediction: j, Count: count)))
            .Where(each => each.Class != each.Prediction && each.Count > 0)
            .OrderByDescending(each => each.Count)
            .Take(MostConfusions);
        html.Add($"<h3>Most frequent confusions</h3><div class='wide'><table><thead><tr><th class='name'>Class<th class='name'>Predicted<th>Rows</tr></thead><tbody>");
        foreach (var (label, prediction, count) in confusions)
            html.Add($"<tr><td class='name'>{metrics.Classes[label].Name}<td class='name'>{metrics.Classes[prediction].Name}<td>{count:#,0}</tr>");
        html.AddConstant("</tbody></table></div>");
    }
}
