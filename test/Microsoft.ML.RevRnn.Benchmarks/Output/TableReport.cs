using Spectre.Console;

namespace Microsoft.ML.RevRnn.Benchmarks;

/// <summary>Tables for a person, and a line of progress for each figure while they are made.</summary>
internal sealed class TableReport : IReport
{
    private const int RedirectedWidth = 160;

    private readonly List<Measurement> _measurements = [];
    private readonly List<string> _notes = [];

    public TableReport()
    {
        if (!Console.IsOutputRedirected)
            return;
        AnsiConsole.Profile.Width = RedirectedWidth;
        AnsiConsole.Profile.Capabilities.Ansi = false;
        AnsiConsole.Profile.Capabilities.ColorSystem = ColorSystem.NoColors;
    }

    public void Begin(ISuite suite, Settings settings)
    {
        _measurements.Clear();
        _notes.Clear();
        AnsiConsole.MarkupLineInterpolated($"[bold]{suite.Name}[/]: {suite.Title}, {settings.Threads} thread(s). {Machine.Describe()}.");
        AnsiConsole.MarkupLineInterpolated($"{suite.Method}");
    }

    public void Add(Measurement measurement)
    {
        _measurements.Add(measurement);
        if (!Console.IsErrorRedirected)
            Console.Error.WriteLine($"  {measurement.Name}: {Figure.Format(measurement.Value, measurement.Unit)} {Figure.Ratio(measurement.Ratio)}");
    }

    public void Note(string text) => _notes.Add(text);

    public void Skip(string reason) => _notes.Add("Skipped: " + reason);

    public void End()
    {
        foreach (var aspect in Tables.ByAspect(_measurements))
        {
            var table = new Table().Border(TableBorder.Simple);
            if (aspect.Key.Length > 0)
                table.Title(Markup.Escape(aspect.Key));
            foreach (var column in Tables.Columns)
                table.AddColumn(new TableColumn(column) { Alignment = Tables.IsFigure(column) ? Justify.Right : Justify.Left });
            foreach (var measurement in aspect)
                table.AddRow(Array.ConvertAll(Tables.Row(measurement), Markup.Escape));
            AnsiConsole.Write(table);
        }
        foreach (var note in _notes)
            AnsiConsole.MarkupLineInterpolated($"{note}");
    }
}
