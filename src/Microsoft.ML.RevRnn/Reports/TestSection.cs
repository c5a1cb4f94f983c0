namespace Microsoft.ML.RevRnn.Reports;

/// <summary>How a classifier does on test data: figures, the classes, confusions, calibration.</summary>
internal static class TestSection
{
    private const int MostClassesOfAMatrix = 24;
    private const int MostConfusions = 30;

    public static void Write(Html html, PerClassMetrics metrics)
    {
        html.AddConstant("<section><h2>Test data</h2><dl class='figures'>");
        html.Add($"<div><dt>Rows</dt><dd>{metrics.RowCount:#,0}</dd></div>");
        html.Add($"<div><dt>Accuracy</dt><dd>{Units.Percent(metrics.Accuracy)}</dd></div>");
        html.Add($"<div><dt>Macro F1</dt><dd>{metrics.MacroF1:0.000}</dd></div>");
        html.Add($"<div><dt>Expected calibration error</dt><dd>{metrics.ExpectedCalibrationError:0.000}</dd></div></dl>");
        WriteClasses(html, metrics);
        if (metrics.Classes.Count <= MostClassesOfAMatrix)
            WriteMatrix(html, metrics);
        else
            WriteConfusions(html, metrics);
        CalibrationChart.Write(html, metrics);
        html.AddConstant("</section>");
    }

    private static void WriteClasses(Html html, PerClassMetrics metrics)
    {
        html.AddConstant("<h3>Classes</h3><div class='wide'><table><thead><tr><th class='name'>Class<th>Precision<th>Recall<th>F1<th>Support</tr></thead><tbody>");
        foreach (var each in metrics.Classes)
        {
            html.Add($"<tr><th class='name'>{each.Name}<td>{each.Precision:0.000}<td>{each.Recall:0.000}<td>{each.F1:0.000}<td>{each.Support:#,0}</tr>");
        }
        html.AddConstant("</tbody></table></div>");
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

    private static void WriteConfusions(Html html, PerClassMetrics metrics)
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
