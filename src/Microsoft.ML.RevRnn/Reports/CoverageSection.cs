using System.Globalization;

namespace Microsoft.ML.RevRnn.Reports;

/// <summary>What is covered of a model's states: figures, the steps of the window, and the courses that the states took.</summary>
internal static class CoverageSection
{
    private const int MostWordsDrawn = 1024;
    private const int MostWordsListed = 60;
    private const int Cell = 16;

    public static void Write(Html html, CoverageReport report)
    {
        var figures = report.Figures;
        html.AddConstant("<section><h2>What is covered of the states</h2><dl class='figures'>");
        foreach (var (name, value) in (ReadOnlySpan<(string, string)>)
        [
            ("Texts", Units.Count(figures.Tests)), ("Boundary", Units.Percent(figures.Boundary)), ("Step-wise", Units.Percent(figures.StepWise)),
            ("Temporal", Units.Percent(figures.Temporal)), ("Units above 0", Units.Percent(figures.Neurons)), ("Sections of units", Units.Percent(figures.MultiSection)),
            ("Unit boundaries", Units.Percent(figures.NeuronBoundary)), ("Strong activation", Units.Percent(figures.StrongActivation)),
        ])
        {
            html.Add($"<div><dt>{name}</dt><dd>{value}</dd></div>");
        }
        html.AddConstant("</dl>");
        var (window, options) = (report.Options.WindowLength, report.Options);
        html.Add($"<p>S is the sum of the top layer's units, over the last {window} steps of a text. A step is covered where some text comes near to the most that is known.</p>");
        WriteSteps(html, "Boundary: steps with a large |S|", report.BoundaryPeaks, options.BoundaryThreshold);
        WriteSteps(html, "Step-wise: steps with a large change of S", report.StepPeaks, options.StepThreshold);
        WriteWords(html, report);
        html.AddConstant("</section>");
    }

    private static void WriteSteps(Html html, string title, IReadOnlyList<double> peaks, double threshold)
    {
        html.Add($"<figure><figcaption>{title}</figcaption><svg viewBox='0 0 {peaks.Count * Cell} {Cell}' style='max-width:{peaks.Count * Cell}px' role='img' aria-label='{title}'>");
        foreach (var (step, peak) in peaks.Index())
        {
            html.Add($"<rect class='{(peak >= threshold ? "covered" : "open")}' x='{step * Cell}' y='0' width='{Cell - 1}' height='{Cell}' opacity='{Math.Clamp(peak, 0.12, 1):0.00}'>");
            html.Add($"<title>step {step + 1} of {peaks.Count}: {peak:0.000}, covered from {threshold:0.###}</title></rect>");
        }
        html.AddConstant("</svg></figure>");
    }

    private static void WriteWords(Html html, CoverageReport report)
    {
        var (letters, symbols) = (report.Options.Segments, report.Options.Symbols);
        var count = Power(symbols, letters);
        const string Title = "Temporal: courses of |S| over the window";
        html.Add($"<figure><figcaption>{Title}</figcaption><p>{report.Words.Count} of {count}: a letter for each part of the window, a for low.</p>");
        if (count <= MostWordsDrawn)
            WriteGrid(html, report, letters, symbols);
        else
            WriteList(html, report);
        html.AddConstant("</figure>");
    }

    private static void WriteGrid(Html html, CoverageReport report, int letters, int symbols)
    {
        var columns = (int)Power(symbols, (letters + 1) / 2);
        var rows = (int)Power(symbols, letters / 2);
        var most = Math.Log(1 + report.Words.Values.DefaultIfEmpty(1).Max());
        html.Add($"<svg viewBox='0 0 {columns * Cell} {rows * Cell}' style='max-width:{columns * Cell}px' role='img' aria-label='words'>");
        for (var number = 0; number < rows * columns; number++)
        {
            var word = Word(number, letters, symbols);
            var tests = report.Words.TryGetValue(word, out var known) ? known : 0;
            var (x, y) = (number % columns * Cell, number / columns * Cell);
            html.Add($"<rect class='{(tests > 0 ? "covered" : "open")}' x='{x}' y='{y}' width='{Cell - 1}' height='{Cell - 1}' opacity='{(tests > 0 ? 0.35 + 0.65 * Math.Log(1 + tests) / most : 0.12):0.00}'>");
            html.Add($"<title>{word}: {tests} texts</title></rect>");
        }
        html.AddConstant("</svg>");
    }

    private static void WriteList(Html html, CoverageReport report)
    {
        html.AddConstant("<div class='wide'><table><thead><tr><th class='name'>Word<th>Texts</tr></thead><tbody>");
        foreach (var (word, tests) in report.Words.OrderByDescending(entry => entry.Value).ThenBy(entry => entry.Key, StringComparer.Ordinal).Take(MostWordsListed))
            html.Add($"<tr><td class='name'>{word}<td>{tests.ToString("#,0", CultureInfo.InvariantCulture)}</tr>");
        html.AddConstant("</tbody></table></div>");
    }

    private static string Word(int number, int letters, int symbols)
    {
        var word = new char[letters];
        for (var i = letters - 1; i >= 0; i--, number /= symbols)
            word[i] = (char)('a' + number % symbols);
        return new string(word);
    }

    private static long Power(long number, int exponent) => Enumerable.Repeat(number, exponent).Aggregate(1L, (product, factor) => product * factor);
}
