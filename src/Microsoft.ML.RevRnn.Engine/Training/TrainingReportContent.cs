namespace Microsoft.ML.RevRnn.Training;

/// <summary>
/// The binary form of a report, little-endian: int32 version (1); int32 kept epoch; byte reason of the end; int64 ticks of 100 ns; float64 tokens a second;
/// int64 peak and stored bytes; int32 rows and steps of the largest batch; int64 lost bits; float64 optimal bits, share of unknown tokens (NaN for none); int32 epochs,
/// and for each float64 loss, accuracy, validation loss, accuracy and macro F1 (NaN for none), bool whether there is a course, and then float64 learning rate, mean and largest
/// norm, int64 ticks, int32 stored, checkpointed, reversed and hybrid batches.
/// </summary>
internal static class TrainingReportContent
{
    private const int Version = 1;
    private const int MaximumEpochs = 10_000;
    private const int LeastEpochBytes = 5 * sizeof(double) + sizeof(bool);

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
        writer.Write(report.Epochs.Count);
        foreach (var epoch in report.Epochs)
            WriteEpoch(writer, epoch);
    }

    /// <exception cref="FormatException">The content is damaged, or from a newer version.</exception>
    public static TrainingReport Read(BinaryReader reader)
    {
        try
        {
            var version = reader.ReadInt32();
            if (version != Version)
                throw new FormatException($"The training report has format version {version}; this library reads version {Version}. A newer library may have written it.");
            var bestEpoch = reader.ReadInt32();
            var report = new TrainingReport
            {
                BestEpoch = bestEpoch,
                StopReason = OneOf((TrainingStop)reader.ReadByte()),
                Elapsed = ReadTime(reader),
                TokensPerSecond = ReadNumber(reader),
                PeakActivationBytes = ReadCount(reader.ReadInt64()),
                StoredActivationBytes = ReadCount(reader.ReadInt64()),
                LargestBatchRows = (int)ReadCount(reader.ReadInt32()),
                LargestBatchSteps = (int)ReadCount(reader.ReadInt32()),
                LostBits = ReadCount(reader.ReadInt64()),
                OptimalBits = ReadNumber(reader),
                UnknownTokenShare = ReadOptional(reader),
                Epochs = ReadEpochs(reader),
            };
            return bestEpoch >= 0 && bestEpoch <= report.Epochs.Count ? report : throw Damaged($"it has {report.Epochs.Count} epochs, and kept number {bestEpoch}");
        }
        catch (EndOfStreamException failure)
        {
            throw new FormatException("The training report is damaged: " + failure.Message, failure);
        }
    }

    private static void WriteEpoch(BinaryWriter writer, EpochReport epoch)
    {
        writer.Write(epoch.Loss);
        writer.Write(epoch.Accuracy);
        writer.Write(epoch.ValidationLoss ?? double.NaN);
        writer.Write(epoch.ValidationAccuracy ?? double.NaN);
        writer.Write(epoch.ValidationMacroF1 ?? double.NaN);
        writer.Write(epoch.Course != null);
        if (epoch.Course is not { } course)
            return;
        writer.Write(course.LearningRate);
        writer.Write(course.MeanGradientNorm);
        writer.Write(course.LargestGradientNorm);
        writer.Write(course.Elapsed.Ticks);
        writer.Write(course.Batches.Stored);
        writer.Write(course.Batches.Checkpointed);
        writer.Write(course.Batches.Reversible);
        writer.Write(course.Batches.Hybrid);
    }

    /// <summary>The count is checked against what is left of the stream before there is room for so many.</summary>
    private static EpochReport[] ReadEpochs(BinaryReader reader)
    {
        var count = reader.ReadInt32();
        var stream = reader.BaseStream;
        if (count is < 0 or > MaximumEpochs || count > (stream.Length - stream.Position) / LeastEpochBytes)
            throw Damaged($"it says that it has {count} epochs");
        var epochs = new EpochReport[count];
        for (var i = 0; i < count; i++)
        {
            epochs[i] = new EpochReport(i + 1, ReadNumber(reader), ReadNumber(reader), ReadOptional(reader), ReadOptional(reader))
            {
                ValidationMacroF1 = ReadOptional(reader),
                Course = reader.ReadBoolean() ? ReadCourse(reader) : null,
            };
        }
        return epochs;
    }

    private static EpochCourse ReadCourse(BinaryReader reader) => new()
    {
        LearningRate = ReadNumber(reader),
        MeanGradientNorm = ReadNumber(reader),
        LargestGradientNorm = ReadNumber(reader),
        Elapsed = ReadTime(reader),
        Batches = new StrategyCounts(ReadBatches(reader), ReadBatches(reader), ReadBatches(reader), ReadBatches(reader)),
    };

    private static int ReadBatches(BinaryReader reader) => (int)ReadCount(reader.ReadInt32());

    private static TimeSpan ReadTime(BinaryReader reader) => new(ReadCount(reader.ReadInt64()));

    private static long ReadCount(long count) => count >= 0 ? count : throw Damaged($"a count is {count}");

    private static double ReadNumber(BinaryReader reader)
        => reader.ReadDouble() is var value && double.IsFinite(value) && value >= 0 ? value : throw Damaged($"a number is {value}");

    private static double? ReadOptional(BinaryReader reader)
    {
        var value = reader.ReadDouble();
        if (double.IsNaN(value))
            return null;
        return double.IsFinite(value) && value >= 0 ? value : throw Damaged($"a number is {value}");
    }

    private static TrainingStop OneOf(TrainingStop stop) => Enum.IsDefined(stop) ? stop : throw Damaged($"training ended for reason {stop}");

    private static FormatException Damaged(string what) => new($"The training report is damaged: {what}.");
}
