namespace Microsoft.ML.RevRnn.Training;

/// <summary>
/// The binary form of epochs, in a report and in a checkpoint, little-endian: int32 epochs, and for each float64 loss, accuracy, validation loss, accuracy and macro F1 (NaN
/// for none), where there may be such the caller's score (NaN for none), bool whether there is a course, and then float64 learning rate, mean and largest norm, int64 ticks of 100 ns, int32 stored, checkpointed, reversed and hybrid batches,
/// and where there may be such int32 skipped ones and float64 how far gradients reach (NaN for none).
/// </summary>
internal static class EpochReportContent
{
    private const int MaximumEpochs = 10_000;
    private const int LeastEpochBytes = 5 * sizeof(double) + sizeof(bool);

    public static void Write(BinaryWriter writer, IReadOnlyList<EpochReport> epochs, EpochParts parts)
    {
        writer.Write(epochs.Count);
        foreach (var epoch in epochs)
            Write(writer, epoch, parts);
    }

    public static void Write(BinaryWriter writer, StrategyCounts batches)
    {
        writer.Write(batches.Stored);
        writer.Write(batches.Checkpointed);
        writer.Write(batches.Reversible);
        writer.Write(batches.Hybrid);
    }

    /// <summary>The count is checked against what is left of the stream before there is room for so many.</summary>
    /// <exception cref="FormatException">The content is damaged.</exception>
    /// <exception cref="EndOfStreamException">It is cut off.</exception>
    public static EpochReport[] Read(BinaryReader reader, EpochParts parts)
    {
        var count = reader.ReadInt32();
        var stream = reader.BaseStream;
        if (count is < 0 or > MaximumEpochs || count > (stream.Length - stream.Position) / (LeastEpochBytes + (parts.HasFlag(EpochParts.Scores) ? sizeof(double) : 0)))
            throw new FormatException($"it says that it has {count} epochs");
        var epochs = new EpochReport[count];
        for (var i = 0; i < count; i++)
        {
            epochs[i] = new EpochReport(i + 1, ReadNumber(reader), ReadNumber(reader), ReadOptional(reader), ReadOptional(reader))
            {
                ValidationMacroF1 = ReadOptional(reader),
                ValidationScore = parts.HasFlag(EpochParts.Scores) ? ReadScore(reader) : null,
                Course = reader.ReadBoolean() ? ReadCourse(reader, parts) : null,
            };
        }
        return epochs;
    }

    public static StrategyCounts ReadBatches(BinaryReader reader) => new(ReadCount(reader), ReadCount(reader), ReadCount(reader), ReadCount(reader));

    public static TimeSpan ReadTime(BinaryReader reader) => new(Count(reader.ReadInt64()));

    public static int ReadCount(BinaryReader reader) => (int)Count(reader.ReadInt32());

    public static long Count(long count) => count >= 0 ? count : throw new FormatException($"a count is {count}");

    public static double ReadNumber(BinaryReader reader)
        => reader.ReadDouble() is var value && double.IsFinite(value) && value >= 0 ? value : throw new FormatException($"a number is {value}");

    public static double? ReadOptional(BinaryReader reader)
    {
        var value = reader.ReadDouble();
        if (double.IsNaN(value))
            return null;
        return double.IsFinite(value) && value >= 0 ? value : throw new FormatException($"a number is {value}");
    }

    private static void Write(BinaryWriter writer, EpochReport epoch, EpochParts parts)
    {
        writer.Write(epoch.Loss);
        writer.Write(epoch.Accuracy);
        writer.Write(epoch.ValidationLoss ?? double.NaN);
        writer.Write(epoch.ValidationAccuracy ?? double.NaN);
        writer.Write(epoch.ValidationMacroF1 ?? double.NaN);
        if (parts.HasFlag(EpochParts.Scores))
            writer.Write(epoch.ValidationScore ?? double.NaN);
        writer.Write(epoch.Course != null);
        if (epoch.Course is not { } course)
            return;
        writer.Write(course.LearningRate);
        writer.Write(course.MeanGradientNorm);
        writer.Write(course.LargestGradientNorm);
        writer.Write(course.Elapsed.Ticks);
        Write(writer, course.Batches);
        if (!parts.HasFlag(EpochParts.Skipped))
            return;
        writer.Write(course.SkippedBatches);
        writer.Write(course.GradientReach ?? double.NaN);
    }

    /// <summary>A number of any sign.</summary>
    private static double? ReadScore(BinaryReader reader)
    {
        var value = reader.ReadDouble();
        if (double.IsNaN(value))
            return null;
        return double.IsFinite(value) ? value : throw new FormatException($"a score is {value}");
    }

    private static EpochCourse ReadCourse(BinaryReader reader, EpochParts parts) => new()
    {
        LearningRate = ReadNumber(reader),
        MeanGradientNorm = ReadNumber(reader),
        LargestGradientNorm = ReadNumber(reader),
        Elapsed = ReadTime(reader),
        Batches = ReadBatches(reader),
        SkippedBatches = parts.HasFlag(EpochParts.Skipped) ? ReadCount(reader) : 0,
        GradientReach = parts.HasFlag(EpochParts.Skipped) ? ReadScore(reader) : null,
    };
}
