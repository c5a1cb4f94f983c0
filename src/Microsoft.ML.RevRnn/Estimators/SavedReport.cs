namespace Microsoft.ML.RevRnn.Estimators;

/// <summary>The report as a model file has it: without what a clock told, so that the same training gives the same bytes.</summary>
internal static class SavedReport
{
    public static TrainingReport Of(TrainingReport report) => report with
    {
        Elapsed = TimeSpan.Zero,
        TokensPerSecond = 0,
        Epochs = [.. report.Epochs.Select(epoch => epoch.Course is { } course ? epoch with { Course = course with { Elapsed = TimeSpan.Zero } } : epoch)],
    };
}
