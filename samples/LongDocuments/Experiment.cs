using System.Diagnostics;
using Microsoft.ML;
using Samples;
using Spectre.Console;

namespace LongDocuments;

/// <summary>Trains on whole documents within a budget of memory, and beside it on cut ones.</summary>
internal static class Experiment
{
    private const int ClassCount = 12;
    private const int CutLength = 512;

    public static void Run(Settings settings)
    {
        if (settings.BudgetBytes <= 0)
            throw new ArgumentException($"--budget is {settings.BudgetBytes / 1_000_000}; it must be at least 1.");
        var clock = Stopwatch.StartNew();
        var ml = new MLContext(seed: 1);
        var split = ml.Data.TrainTestSplit(Load(ml, settings), testFraction: 0.1, seed: 1);
        var training = Rows(ml, split.TrainSet);
        var test = Rows(ml, split.TestSet);
        if (training.Count == 0 || test.Count == 0)
            throw new InvalidOperationException("There are too few texts: none to learn from, or none to be tried on.");
        var lengths = Lengths(training);
        Report.Lengths(lengths, CutLength);

        AnsiConsole.MarkupLine($"Training on whole documents, with at most {settings.BudgetBytes / 1e6:N0} MB of activations.");
        var whole = Trial.Run(ml, settings, training, test);
        ClassTable.Write(whole.Metrics, whole.Scored);

        AnsiConsole.MarkupLine($"The same with all documents cut off after {CutLength} tokens.");
        var cut = Trial.Run(ml, settings, Cut(training), Cut(test));

        MemoryReport.Write(settings, whole, lengths);
        Report.Accuracy(whole, cut, Lengths(test), CutLength);
        AnsiConsole.MarkupLine($"{clock.Elapsed.TotalSeconds:F0} s in all; the process never took more than {Report.PeakProcessBytes / 1e6:N0} MB.");
        if (settings.Json)
            Report.Json(whole, cut, lengths.Max(), clock.Elapsed);
    }

    private static IDataView Load(MLContext ml, Settings settings)
    {
        if (settings.Data is { } file)
            return TextFile.Load(ml, file);
        var rows = DocumentationCorpus.Read(ClassCount);
        AnsiConsole.MarkupLine($"The .NET documentation of {rows.Count:N0} types, from {ClassCount} namespaces. A tenth is held out.");
        return ml.Data.LoadFromEnumerable(rows);
    }

    private static List<LabelledText> Rows(MLContext ml, IDataView data) =>
        ml.Data.CreateEnumerable<LabelledText>(data, reuseRowObject: false).ToList();

    private static List<LabelledText> Cut(List<LabelledText> texts) =>
        texts.ConvertAll(text => new LabelledText { Label = text.Label, Text = TokenLength.Cut(text.Text, CutLength) });

    private static int[] Lengths(List<LabelledText> texts) => texts.Select(text => TokenLength.Of(text.Text)).ToArray();
}
