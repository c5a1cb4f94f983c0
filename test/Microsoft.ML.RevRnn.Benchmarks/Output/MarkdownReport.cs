namespace Microsoft.ML.RevRnn.Benchmarks;

/// <summary>
/// A section for each suite: command, machine, commit, how it was measured, the tables. With all suites it is the whole of docs/performance-tables.md.
/// </summary>
internal sealed class MarkdownReport(bool isDocument) : IReport
{
    private const string Command = "    dotnet run -c Release --project test/Microsoft.ML.RevRnn.Benchmarks -- ";

    private readonly List<Measurement> _measurements = [];
    private readonly List<string> _notes = [];
    private bool _isBegun;

    public void Begin(ISuite suite, Settings settings)
    {
        _measurements.Clear();
        _notes.Clear();
        if (isDocument && !_isBegun)
            WriteStart(settings);
        _isBegun = true;
        var arguments = suite.Name
            + (settings.Threads == 1 ? "" : $" --threads {settings.Threads}")
            + (settings.Filter.Length == 0 ? "" : $" --filter {settings.Filter}")
            + " --markdown";
        Console.WriteLine($"## {suite.Name}: {suite.Title}");
        Console.WriteLine();
        Console.WriteLine(Command + arguments);
        Console.WriteLine();
        Console.WriteLine($"{Machine.Describe()}; commit {Machine.Commit}; {settings.Threads} thread(s).");
        Console.WriteLine();
        Console.WriteLine(suite.Method);
    }

    public void Add(Measurement measurement) => _measurements.Add(measurement);

    public void Note(string text) => _notes.Add(text);

    public void Skip(string reason) => _notes.Add("Skipped: " + reason);

    public void End()
    {
        foreach (var aspect in Tables.ByAspect(_measurements))
        {
            Console.WriteLine();
            if (aspect.Key.Length > 0)
            {
                Console.WriteLine($"### {aspect.Key}");
                Console.WriteLine();
            }
            WriteRow(Tables.Columns);
            WriteRow(Array.ConvertAll(Tables.Columns, column => Tables.IsFigure(column) ? "---:" : "---"));
            foreach (var measurement in aspect)
                WriteRow(Tables.Row(measurement));
        }
        foreach (var note in _notes)
        {
            Console.WriteLine();
            Console.WriteLine(note);
        }
        Console.WriteLine();
    }

    private static void WriteStart(Settings settings)
    {
        Console.WriteLine("# Performance");
        Console.WriteLine();
        Console.WriteLine("This file is what the benchmarks print; each section names its own command, and one command makes all of it:");
        Console.WriteLine();
        Console.WriteLine($"{Command}all --markdown{(settings.Plot == null ? "" : $" --svg {settings.Plot}")}");
        Console.WriteLine();
        Console.WriteLine("Times are medians of runs that took turns with what they are compared with, after warming up; the last column says how many.");
        Console.WriteLine("Ratios are ours over theirs: of times and bytes one below 1 is in our favour, of rates one above 1.");
        Console.WriteLine();
        if (settings.Plot is not { } plot)
            return;
        Console.WriteLine($"![Activation memory of one training step against the number of steps, by strategy]({plot.Name})");
        Console.WriteLine();
    }

    private static void WriteRow(string[] cells) => Console.WriteLine($"| {string.Join(" | ", cells)} |");
}
