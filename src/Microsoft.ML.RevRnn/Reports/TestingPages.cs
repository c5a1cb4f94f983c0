using System.Text;
using System.Text.Json;
using Microsoft.ML.RevRnn;
using Microsoft.ML.RevRnn.Reports;

namespace Microsoft.ML;

/// <summary>Writes what tests of a classifier found: as a page of its own that loads nothing from anywhere and runs no script, as JSON, and as a table. A file is replaced as a whole or not at all.</summary>
public static class TestingPages
{
    private static readonly JsonSerializerOptions _json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    /// <summary>Writes what is covered of a model's states as a page.</summary>
    /// <param name="report">The report.</param>
    /// <param name="path">The file.</param>
    /// <exception cref="IOException">The file cannot be written; the message names it.</exception>
    /// <example><code>RevRnnTesting.Coverage(classifier, test).SaveHtml("coverage.html");</code></example>
    public static void SaveHtml(this CoverageReport report, string path)
    {
        ArgumentNullException.ThrowIfNull(report);
        ReportPage.Save(path, RobustnessPage.Create(report));
    }

    /// <summary>Writes where a model changes its mind as a page: by kind of change, by word, with examples, and with what is covered of its states.</summary>
    /// <param name="report">The report.</param>
    /// <param name="path">The file.</param>
    /// <exception cref="IOException">The file cannot be written; the message names it.</exception>
    /// <example><code>mlContext.RobustnessReport(classifier, data).SaveHtml("robustness.html");</code></example>
    public static void SaveHtml(this RobustnessReport report, string path)
    {
        ArgumentNullException.ThrowIfNull(report);
        ReportPage.Save(path, RobustnessPage.Create(report));
    }

    /// <summary>Writes what is covered of a model's states as JSON.</summary>
    /// <param name="report">The report.</param>
    /// <param name="path">The file.</param>
    /// <exception cref="IOException">The file cannot be written; the message names it.</exception>
    /// <example><code>RevRnnTesting.Coverage(classifier, test).SaveJson("coverage.json");</code></example>
    public static void SaveJson(this CoverageReport report, string path)
    {
        ArgumentNullException.ThrowIfNull(report);
        ReportPage.Save(path, JsonSerializer.Serialize(report, _json));
    }

    /// <summary>Writes where a model changes its mind as JSON.</summary>
    /// <param name="report">The report.</param>
    /// <param name="path">The file.</param>
    /// <exception cref="IOException">The file cannot be written; the message names it.</exception>
    /// <example><code>mlContext.RobustnessReport(classifier, data).SaveJson("robustness.json");</code></example>
    public static void SaveJson(this RobustnessReport report, string path)
    {
        ArgumentNullException.ThrowIfNull(report);
        ReportPage.Save(path, JsonSerializer.Serialize(report, _json));
    }

    /// <summary>
    /// Writes the texts that are taken for another class as a table, comma-separated values as RFC 4180 has them, with the columns Kind, Before, After, Words, Text and Mutant. Values are
    /// as they are in the texts: a program that takes some for formulas must be told not to.
    /// </summary>
    /// <param name="report">The report.</param>
    /// <param name="path">The file.</param>
    /// <exception cref="IOException">The file cannot be written; the message names it.</exception>
    /// <example><code>mlContext.RobustnessReport(classifier, data).SaveCsv("flips.csv");</code></example>
    public static void SaveCsv(this RobustnessReport report, string path)
    {
        ArgumentNullException.ThrowIfNull(report);
        var table = new StringBuilder("Kind,Before,After,Words,Text,Mutant\r\n");
        foreach (var flip in report.Examples)
        {
            string[] values = [$"{flip.Kind}", flip.Before, flip.After, string.Join(' ', flip.Words), flip.Text, flip.Mutant];
            table.AppendJoin(',', values.Select(Quoted)).Append("\r\n");
        }
        ReportPage.Save(path, table.ToString());
    }

    private static string Quoted(string value) => value.AsSpan().IndexOfAny(",\"\r\n") < 0 ? value : $"\"{value.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
}
