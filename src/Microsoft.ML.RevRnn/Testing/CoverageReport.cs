namespace Microsoft.ML.RevRnn;

/// <summary>How much of what a model's states can do texts have covered. <see cref="TestingPages"/> shows it as a page.</summary>
/// <param name="ModelName">What the model is.</param>
/// <param name="Options">What was looked at.</param>
/// <param name="Figures">How much is covered.</param>
/// <param name="BoundaryPeaks">[W]: of each step of the window the most that a text had of |S_t|, 1 for the most of the texts that they are compared with.</param>
/// <param name="StepPeaks">[W]: the same of |S_t - S_{t-1}|.</param>
/// <param name="Words">The courses of |S_t| that there were, as words, and how many texts had each.</param>
public sealed record CoverageReport(
    string ModelName,
    CoverageOptions Options,
    CoverageFigures Figures,
    IReadOnlyList<double> BoundaryPeaks,
    IReadOnlyList<double> StepPeaks,
    IReadOnlyDictionary<string, long> Words);
