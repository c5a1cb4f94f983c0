using Microsoft.ML;
using Microsoft.ML.Data;
using Spectre.Console;

namespace Samples;

/// <summary>How well each class was told.</summary>
internal static class ClassTable
{
    public static void Write(MulticlassClassificationMetrics metrics, DataViewSchema scored)
    {
        var names = ClassNames(scored);
        var matrix = metrics.ConfusionMatrix;
        var table = new Table().Border(TableBorder.Simple)
            .AddColumn("Class")
            .AddColumn(new TableColumn("Texts").RightAligned())
            .AddColumn(new TableColumn("Precision").RightAligned())
            .AddColumn(new TableColumn("Recall").RightAligned())
            .AddColumn("Most often taken for");
        foreach (var i in Enumerable.Range(0, matrix.NumberOfClasses).OrderByDescending(i => matrix.Counts[i].Sum()))
        {
            var counts = matrix.Counts[i];
            var total = counts.Sum();
            var mistaken = Enumerable.Range(0, counts.Count).Where(j => j != i && counts[j] > 0).OrderByDescending(j => counts[j]).FirstOrDefault(-1);
            table.AddRow(
                Markup.Escape(names[i]),
                $"{total:N0}",
                $"{matrix.PerClassPrecision[i]:P1}",
                $"{matrix.PerClassRecall[i]:P1}",
                mistaken < 0 ? "" : Markup.Escape($"{names[mistaken]} {counts[mistaken] / total:P0}"));
        }
        AnsiConsole.Write(table);
    }

    private static string[] ClassNames(DataViewSchema schema)
    {
        var names = default(VBuffer<ReadOnlyMemory<char>>);
        schema["Score"].GetSlotNames(ref names);
        return names.DenseValues().Select(name => name.ToString()).ToArray();
    }
}
