namespace Microsoft.ML.RevRnn.Engine.Tests;

/// <summary>Reports, to be compared.</summary>
internal static class Reports
{
    /// <summary>All of a report but what a clock told, and the peak of memory, which depends on what buffers there were before.</summary>
    public static byte[] WithoutTimes(TrainingReport report)
    {
        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream);
        (report with
        {
            Elapsed = TimeSpan.Zero,
            TokensPerSecond = 0,
            PeakActivationBytes = 0,
            Epochs = [.. report.Epochs.Select(epoch => epoch with { Course = epoch.Course! with { Elapsed = TimeSpan.Zero } })],
        }).Save(writer);
        return stream.ToArray();
    }
}
