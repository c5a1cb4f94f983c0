namespace Microsoft.ML.RevRnn.Training;

/// <summary>
/// The binary form of a report, little-endian: int32 version (1, 2 where there is a share of tokens with a word vector, 3 of a translation, or 4 where batches were skipped or gradients measured); int32 kept epoch; byte reason of the end; int64 ticks of 100 ns; float64 tokens a second;
/// int64 peak and stored bytes; int32 rows and steps of the largest batch; int64 lost bits; float64 optimal bits, share of unknown tokens (NaN for none); version 2 and 4: float64 share of tokens with a word vector (in version 4 NaN for none);
/// version 3 and 4: bool whether there are bytes of sides, and int64 encoder's at the peak and stored, decoder's likewise; the epochs, as
/// <see cref="EpochReportContent"/> has them.
/// </summary>
internal static class TrainingReportContent
{
    private const int FirstVersion = 1;
    private const int VectorVersion = 2;
    private const int TranslationVersion = 3;
    private const int SkippedVersion = 4;

    public static void Write(BinaryWriter writer, TrainingReport report)
    {
        var version = VersionOf(report);
        writer.Write(version);
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
        if (version is VectorVersion or SkippedVersion)
            writer.Write(report.VectorTokenShare ?? double.NaN);
        if (version >= TranslationVersion)
            Write(writer, report.TranslationMemory);
        EpochReportContent.Write(writer, report.Epochs, PartsOf(version));
    }

    /// <summary>Writes bool whether there is something, and int64 encoder's bytes at the peak and stored, decoder's likewise.</summary>
    public static void Write(BinaryWriter writer, TranslationMemory? memory)
    {
        writer.Write(memory != null);
        if (memory is not { } bytes)
            return;
        foreach (var value in (ReadOnlySpan<long>)[bytes.EncoderPeakBytes, bytes.EncoderStoredBytes, bytes.DecoderPeakBytes, bytes.DecoderStoredBytes])
            writer.Write(value);
    }

    /// <summary>Reads what was written of the sides of a translation.</summary>
    public static TranslationMemory? ReadMemory(BinaryReader reader) => !reader.ReadBoolean() ? null : new TranslationMemory(
        EpochReportContent.Count(reader.ReadInt64()), EpochReportContent.Count(reader.ReadInt64()),
        EpochReportContent.Count(reader.ReadInt64()), EpochReportContent.Count(reader.ReadInt64()));

    /// <exception cref="FormatException">The content is damaged, or from a newer version.</exception>
    public static TrainingReport Read(BinaryReader reader)
    {
        var version = FirstVersion;
        try
        {
            version = reader.ReadInt32();
            if (version is >= FirstVersion and <= SkippedVersion)
                return ReadContent(reader, version);
        }
        catch (Exception failure) when (failure is EndOfStreamException or FormatException)
        {
            throw new FormatException($"The training report is damaged: {failure.Message.TrimEnd('.')}.", failure);
        }
        throw new FormatException($"The training report has format version {version}; this library reads versions {FirstVersion} to {SkippedVersion}. A newer library may have written it.");
    }

    private static TrainingReport ReadContent(BinaryReader reader, int version)
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
            VectorTokenShare = version switch
            {
                VectorVersion => EpochReportContent.ReadNumber(reader),
                SkippedVersion => EpochReportContent.ReadOptional(reader),
                _ => null,
            },
            TranslationMemory = version >= TranslationVersion ? ReadMemory(reader) : null,
            Epochs = EpochReportContent.Read(reader, PartsOf(version)),
        };
        return report.BestEpoch >= 0 && report.BestEpoch <= report.Epochs.Count
            ? report
            : throw new FormatException($"it has {report.Epochs.Count} epochs, and kept number {report.BestEpoch}");
    }

    /// <summary>The first version that has what the report has.</summary>
    private static int VersionOf(TrainingReport report) => report switch
    {
        _ when report.SkippedBatches > 0 || report.Epochs.Any(epoch => epoch.Course?.GradientReach != null) => SkippedVersion,
        _ when report.TranslationMemory != null || report.Epochs.Any(epoch => epoch.ValidationScore != null) => TranslationVersion,
        _ => report.VectorTokenShare == null ? FirstVersion : VectorVersion,
    };

    private static EpochParts PartsOf(int version) => version switch
    {
        SkippedVersion => EpochParts.All,
        TranslationVersion => EpochParts.Scores,
        _ => EpochParts.None,
    };

    private static TrainingStop OneOf(TrainingStop stop) => Enum.IsDefined(stop) ? stop : throw new FormatException($"training ended for reason {stop}");
}
