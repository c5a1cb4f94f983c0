using Microsoft.ML.RevRnn;
using Microsoft.ML.RevRnn.Reports;

namespace Microsoft.ML;

/// <summary>
/// Writes what predictions hang on as a page that any browser shows: one file, which loads nothing from anywhere and runs no script but its own. Texts and names are shown as they
/// are, whatever they contain.
/// </summary>
public static class ConnectivityPages
{
    /// <summary>
    /// Writes a text in which one selects a token by hover, tap or arrow keys: all are shaded by how much its prediction hangs on them, and the most probable tokens or classes
    /// stand beside. The last prediction is selected at first.
    /// </summary>
    /// <param name="report">What the predictions hang on.</param>
    /// <param name="path">The file, which is replaced as a whole or not at all.</param>
    /// <exception cref="IOException">The file cannot be written; the message names it.</exception>
    /// <example><code>model.Connectivity("the quick brown fox").SaveHtml("connectivity.html");</code></example>
    public static void SaveHtml(this ConnectivityReport report, string path)
    {
        ArgumentNullException.ThrowIfNull(report);
        ReportPage.Save(path, ConnectivityPage.Create([report]));
    }

    /// <summary>The same of several models, one below the other: what is selected in one is in all, by where it stands in the text.</summary>
    /// <param name="reports">What the predictions of each hang on, in the same text.</param>
    /// <param name="path">The file, which is replaced as a whole or not at all.</param>
    /// <exception cref="ArgumentException">There are no reports.</exception>
    /// <exception cref="IOException">The file cannot be written; the message names it.</exception>
    /// <example>
    /// <code>
    /// ConnectivityReport[] reports = [.. models.Select(model => model.Connectivity(text))];
    /// reports.SaveHtml("models.html");
    /// </code>
    /// </example>
    public static void SaveHtml(this ConnectivityReport[] reports, string path)
    {
        ArgumentNullException.ThrowIfNull(reports);
        if (reports.Length == 0)
            throw new ArgumentException("There are no reports to show.", nameof(reports));
        ReportPage.Save(path, ConnectivityPage.Create(reports));
    }

    /// <summary>Writes a text whose tokens are shaded by what they add to a classifier's score, or take from it.</summary>
    /// <param name="explanation">What the score is made of.</param>
    /// <param name="path">The file, which is replaced as a whole or not at all.</param>
    /// <exception cref="IOException">The file cannot be written; the message names it.</exception>
    /// <example><code>classifier.Explain("what a dull film").SaveHtml("why.html");</code></example>
    public static void SaveHtml(this TextExplanation explanation, string path)
    {
        ArgumentNullException.ThrowIfNull(explanation);
        ReportPage.Save(path, ExplanationPage.Create(explanation));
    }
}
