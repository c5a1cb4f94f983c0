using Microsoft.ML.RevRnn;
using Microsoft.ML.RevRnn.Experiments;
using Microsoft.ML.RevRnn.Reports;

namespace Microsoft.ML;

/// <summary>Writes what an experiment found as a page that any browser shows: one file, which loads nothing from anywhere.</summary>
public static class ExperimentReports
{
    /// <summary>Writes an experiment as a page: its rungs, the curves and values of all settings, the rivals, and the best options as C#.</summary>
    /// <param name="result">What it found.</param>
    /// <param name="path">The file, which is replaced as a whole or not at all.</param>
    /// <exception cref="IOException">The file cannot be written; the message names it.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be written.</exception>
    /// <example><code>result.SaveHtml("experiment.html");</code></example>
    public static void SaveHtml<TMetrics>(this ExperimentResult<TMetrics> result, string path)
        where TMetrics : class
    {
        ArgumentNullException.ThrowIfNull(result);
        ReportPage.Save(path, ExperimentPage.Create(result));
    }
}
