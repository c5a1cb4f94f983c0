namespace Microsoft.ML.RevRnn.Reports;

/// <summary>Where a classifier changes its mind, by kind of change and word, with examples, and what of its states is covered.</summary>
internal static class RobustnessPage
{
    private const int MostWords = 30;
    private const int MostExamples = 100;

    public static string Create(RobustnessReport report)
    {
        var html = ReportPage.Begin("Robustness");
        html.Add($"<p>{report.ModelName}. Texts are changed a little, and should keep their class; where one does not, the model or the text is worth a look.</p><dl class='figures'>");
        html.Add($"<div><dt>Texts</dt><dd>{Units.Count(report.SeedTexts)}</dd></div><div><dt>Changed texts</dt><dd>{Units.Count(report.Mutants)}</dd></div>");
        html.Add($"<div><dt>Taken for another class</dt><dd>{Units.Count(report.Flips)}</dd></div><div><dt>of those changed</dt><dd>{Units.Percent(report.FlipRate)}</dd></div></dl>");
        WriteKinds(html, report);
        WriteWords(html, report);
        WriteExamples(html, report);
        CoverageSection.Write(html, report.Coverage);
        CallsChart.Write(html, report.Course);
        html.Add($"<p>{report.Mode} mode, seed {report.Seed}, {Units.Count(report.ModelCalls)} texts that the model was asked of, those bred from changed ones included.</p>");
        return ReportPage.End(html);
    }

    /// <summary>Of coverage alone.</summary>
    public static string Create(CoverageReport report)
    {
        var html = ReportPage.Begin("Coverage");
        html.Add($"<p>{report.ModelName}</p>");
        CoverageSection.Write(html, report);
        return ReportPage.End(html);
    }

    private static void WriteKinds(Html html, RobustnessReport report)
    {
        html.AddConstant("<section><h2>Kinds of change</h2><div class='wide'><table><thead><tr><th class='name'>Kind<th>Changed texts<th>Of another class<th>Part</tr></thead><tbody>");
        foreach (var kind in report.Kinds)
            html.Add($"<tr><th class='name'>{kind.Kind}<td>{Units.Count(kind.Mutants)}<td>{Units.Count(kind.Flips)}<td>{Units.Percent(kind.Rate)}</tr>");
        html.AddConstant("</tbody></table></div></section>");
    }

    private static void WriteWords(Html html, RobustnessReport report)
    {
        html.AddConstant("<section><h2>Words</h2><p>Those whose change leads to another class, by the least part that is probable.</p>");
        html.AddConstant("<div class='wide'><table><thead><tr><th class='name'>Word<th>Changed texts<th>Of another class<th>Part<th>At least</tr></thead><tbody>");
        foreach (var word in report.Words.Take(MostWords))
        {
            html.Add($"<tr><th class='name'>{word.Word}<td>{Units.Count(word.Mutants)}<td>{Units.Count(word.Flips)}<td>{Units.Percent(word.Rate)}<td>{Units.Percent(word.LeastRate)}</tr>");
        }
        html.AddConstant("</tbody></table></div></section>");
    }

    private static void WriteExamples(Html html, RobustnessReport report)
    {
        html.AddConstant("<section><h2>Texts of another class</h2>");
        foreach (var flip in report.Examples.Take(MostExamples))
        {
            html.Add($"<p class='flip'><b>{flip.Before}</b> {flip.Text}<br><b class='turned'>{flip.After}</b> {flip.Mutant}<br><small>{flip.Kind}: {string.Join(", ", flip.Words)}</small></p>");
        }
        if (report.Examples.Count > MostExamples)
            html.Add($"<p>{report.Examples.Count - MostExamples} more are in the report itself.</p>");
        html.AddConstant("</section>");
    }
}
