using System.Text.Json;
using Spectre.Console;

namespace LongDocuments;

/// <summary>What the sample shows.</summary>
internal static class Report
{
    /// <summary>The most memory that the process has had so far.</summary>
    public static long PeakProcessBytes
    {
        get
        {
            using var process = System.Diagnostics.Process.GetCurrentProcess();
            return process.PeakWorkingSet64;
        }
    }

    /// <summary>How long the documents are, and what a limit would leave out.</summary>
    public static void Lengths(int[] lengths, int limit)
    {
        var sorted = lengths.Order().ToArray();
        var total = sorted.Sum(length => (long)length);
        var lost = sorted.Sum(length => (long)Math.Max(0, length - limit));
        AnsiConsole.MarkupLine(
            $"To learn from: {sorted.Length:N0} documents of {total:N0} tokens; half have at most {sorted[sorted.Length / 2]:N0}, " +
            $"the longest has {sorted[^1]:N0}. Cut at {limit} tokens, {sorted.Count(length => length > limit):N0} " +
            $"of them would lose {(double)lost / total:P0} of all tokens.");
    }

    /// <summary>What cutting the documents costs.</summary>
    public static void Accuracy(TrialResult whole, TrialResult cut, int[] testLengths, int limit)
    {
        var longer = testLengths.Count(length => length > limit);
        var table = new Table().Border(TableBorder.Simple)
            .AddColumn("Accuracy")
            .AddColumn(new TableColumn("Documents").RightAligned())
            .AddColumn(new TableColumn("Whole").RightAligned())
            .AddColumn(new TableColumn($"Cut at {limit}").RightAligned())
            .AddRow("All", $"{testLengths.Length:N0}", $"{whole.Metrics.MicroAccuracy:P1}", $"{cut.Metrics.MicroAccuracy:P1}")
            .AddRow("Averaged over classes", "", $"{whole.Metrics.MacroAccuracy:P1}", $"{cut.Metrics.MacroAccuracy:P1}");
        if (longer > 0)
            table.AddRow($"Longer than {limit} tokens", $"{longer:N0}", $"{AccuracyOfLong(whole):P1}", $"{AccuracyOfLong(cut):P1}");
        table.AddRow("Training, seconds", "", $"{whole.Training.Elapsed.TotalSeconds:F0}", $"{cut.Training.Elapsed.TotalSeconds:F0}");
        AnsiConsole.Write(table);

        double AccuracyOfLong(TrialResult trial) =>
            (double)trial.Correct.Where((correct, i) => correct && testLengths[i] > limit).Count() / longer;
    }

    public static void Json(TrialResult whole, TrialResult cut, int longestTokens, TimeSpan elapsed) =>
        Console.WriteLine(JsonSerializer.Serialize(new
        {
            microAccuracy = whole.Metrics.MicroAccuracy,
            macroAccuracy = whole.Metrics.MacroAccuracy,
            seconds = elapsed.TotalSeconds,
            tokensPerSecond = whole.Training.TokensPerSecond,
            peakActivationBytes = whole.Training.PeakActivationBytes,
            storedActivationBytes = whole.Training.StoredActivationBytes,
            lostBits = whole.Training.LostBits,
            optimalBits = whole.Training.OptimalBits,
            longestTokens,
            accuracyCutAt512 = cut.Metrics.MicroAccuracy,
            peakProcessBytes = PeakProcessBytes,
        }));
}
