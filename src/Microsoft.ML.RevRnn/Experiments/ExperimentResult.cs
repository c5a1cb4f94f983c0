using Microsoft.ML.RevRnn.Experiments;
using Microsoft.ML.RevRnn.Reports;

namespace Microsoft.ML.RevRnn;

/// <summary>What an experiment found.</summary>
/// <typeparam name="TMetrics">The metrics of its kind.</typeparam>
public sealed class ExperimentResult<TMetrics>
    where TMetrics : class
{
    internal ExperimentResult()
    {
    }

    /// <summary>All runs: the settings by number, then the rivals in their order.</summary>
    public required IReadOnlyList<RunDetail<TMetrics>> RunDetails { get; init; }

    /// <summary>The best of all runs by the metric that is optimised, of equals that with the lower loss. It may be a rival.</summary>
    public required RunDetail<TMetrics> BestRun { get; init; }

    /// <summary>The best of the networks; null where none came to a result, but a rival did.</summary>
    public required RunDetail<TMetrics>? BestNetwork { get; init; }

    /// <summary>The best network trained on all rows; null unless <see cref="RevRnnExperimentSettings.RefitsOnAllRows"/> is set, and where there was no time left for it.</summary>
    public required ITransformer? RefitModel { get; init; }

    /// <summary>Why the experiment ended.</summary>
    public required ExperimentEnd End { get; init; }

    /// <summary>Seconds that it took, those before an interruption included.</summary>
    public required double ElapsedInSeconds { get; init; }

    /// <summary>The seed of split, settings and trainings.</summary>
    public required int Seed { get; init; }

    /// <summary>The rows that were trained on.</summary>
    public required long TrainingRowCount { get; init; }

    /// <summary>The rows that all runs were ranked by.</summary>
    public required long ValidationRowCount { get; init; }

    /// <summary>The metric that was optimised.</summary>
    public required string OptimizingMetric { get; init; }

    /// <summary>Whether more of that metric is better.</summary>
    public required bool IsMaximizing { get; init; }

    /// <summary>
    /// Writes the experiment as a page that any browser shows, one file, which loads nothing from anywhere: its rungs, the curves and values of all settings, the rivals, and the best options as C#.
    /// </summary>
    /// <param name="path">The file, which is replaced as a whole or not at all.</param>
    /// <exception cref="IOException">The file cannot be written; the message names it.</exception>
    public void SaveHtml(string path) => ReportPage.Save(path, ExperimentPage.Create(this));
}
