using Spectre.Console;

namespace Translation;

/// <summary>Pairs to learn from, and pairs to test with.</summary>
/// <param name="Training">To learn from.</param>
/// <param name="Test">To test with.</param>
/// <param name="AreDates">Whether they are dates.</param>
internal sealed record Corpus(Pair[] Training, Pair[] Test, bool AreDates)
{
    private const int TrainingDates = 8000;
    private const int TestDates = 1000;
    private const int MostTested = 1000;

    /// <exception cref="ArgumentException">One file was given without the other.</exception>
    public static Corpus Read(Settings settings)
    {
        if (settings.Source is { } source && settings.Target is { } target)
            return ReadFiles(source, target);
        return settings.Source == null && settings.Target == null
            ? CreateDates(settings.IsShort)
            : throw new ArgumentException("--source and --target belong together: each line of the one file is the translation of the same line of the other.");
    }

    /// <summary>Every twentieth pair is tested with, 1,000 at the most.</summary>
    private static Corpus ReadFiles(FileInfo source, FileInfo target)
    {
        var pairs = ParallelText.Read(source, target);
        var tested = Math.Clamp(pairs.Length / 20, Math.Min(1, pairs.Length), MostTested);
        new Random(1).Shuffle(pairs);
        AnsiConsole.MarkupLineInterpolated($"{pairs.Length:N0} lines of {source.Name} and {target.Name}; {tested:N0} of them are tested with.");
        return new Corpus(pairs[tested..], pairs[..tested], AreDates: false);
    }

    private static Corpus CreateDates(bool isShort)
    {
        var (training, tested) = isShort ? (TrainingDates / 10, TestDates / 10) : (TrainingDates, TestDates);
        var pairs = new DateWords(new Random(1)).Create(training + tested);
        AnsiConsole.MarkupLineInterpolated($"{training:N0} dates in words with their ISO forms, such as '{pairs[0].Source}' and '{pairs[0].Target}'; {tested:N0} others to test with.");
        return new Corpus(pairs[..training], pairs[training..], AreDates: true);
    }
}
