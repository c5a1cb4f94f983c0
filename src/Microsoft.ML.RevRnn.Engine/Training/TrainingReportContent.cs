namespace Microsoft.ML.RevRnn.Training;

/// <summary>
/// The binary form of a report, little-endian: int32 version (1); int32 kept epoch; byte reason of the end; int64 ticks of 100 ns; float64 tokens a second;
/// int64 peak and stored bytes; int32 rows and steps of the largest batch; int64 lost bits; float64 optimal bits, share of unknown tokens (NaN for none); the epochs, as
/// <see cref="EpochReportContent"/> has them.
/// </summary>
internal static class TrainingReportContent
{
    private const int Version = 1;

    public static void Write(BinaryWriter writer, TrainingReport report)
    {
        writer.Write(Version);
        writer.Write(report.BestEpoch);
        writer.Write((byte)report.StopReason);
        writer.Write(report.Elapsed.Ticks);
        writer.Write(report.TokensPerSecond);
        writer.Write(report.PeakActivationBytes);
        writer.Write(report.StoredActivationBytes);
        writer.Write(report.LargestBatchRows);
        writer.Write(report.LargestBatchSteps);
        writer.Write(report.LostBits);
        writer.Write(report.OptimalBits);
        writer.Write(report.UnknownTokenShare ?? double.NaN);
        EpochReportContent.Write(writer, report.Epochs);
    }

    /// <exception cref="FormatException">The content is damaged, or from a newer version.</exception>
    public static TrainingReport Read(BinaryReader reader)
    {
        var version = Version;
        try
        {
            version = reader.ReadInt32();
            if (version == Version)
                return ReadContent(reader);
        }
        catch (Exception failure) when (failure is EndOfStreamException or FormatException)
        {
            throw new FormatException($"The training report is damaged: {failure.Message.TrimEnd('.')}.", failure);
        }
        throw new FormatException($"The training report has format version {version}; this library reads version {Version}. A newer library may have written it.");
    }

    private static TrainingReport ReadContent(BinaryReader reader)
    {
        var report = new TrainingReport
        {
            BestEpoch = reader.ReadInt32(),
            StopReason = OneOf((TrainingStop)reader.ReadByte()),
            Elapsed = EpochReportContent.ReadTime(reader),
            TokensPerSecond = EpochReportContent.ReadNumber(reader),
            PeakActivationBytes = EpochReportContent.Count(reader.ReadInt64()),
            StoredActivationBytes = EpochReportContent.Count(reader.ReadInt64()),
            LargestBatchRows = EpochReportContent.ReadCount(reader),
            LargestBatchSteps = EpochReportContent.ReadCount(reader),
            LostBits = EpochReportContent.Count(reader.ReadInt64()),
            OptimalBits = EpochReportContent.ReadNumber(reader),
            UnknownTokenShare = EpochReportContent.ReadOptional(reader),
            Epochs = EpochReportContent.Read(reader),
        };
        return report.BestEpoch >= 0 && report.BestEpoch <= report.Epochs.Count
            ? report
            : throw new FormatException($"it has {report.Epochs.Count} epochs, and kept number {report.BestEpoch}");
    }

    private static TrainingStop OneOf(TrainingStop stop) => Enum.IsDefined(stop) ? stop : throw new FormatException($"training ended for reason {stop}");
}
