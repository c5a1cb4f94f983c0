using System.Text;
using Microsoft.ML.Data;

namespace Microsoft.ML.Offline;

/// <summary>Writes a confusion matrix as a table of text.</summary>
internal static class ConfusionTableWriter
{
    public static string Write(ConfusionMatrix matrix)
    {
        int count = matrix.NumberOfClasses;
        int width = count == 2 ? 8 : 5;
        int longest = matrix.ClassNames.Max(name => name.Length);

        // Names that are too long for a column's head are numbered, and the head has the numbers.
        bool numbered = longest > width;
        int digits = (count - 1).ToString().Length;
        int labelWidth = Math.Max(9, numbered ? longest + digits + 2 : longest);
        string rule = string.Concat(Enumerable.Repeat(new string('=', count > 2 ? 8 : 11), count));

        string Head(string text) => $"{text.PadRight(labelWidth + 1)}||";
        string Name(int c) => matrix.ClassNames[c];

        var table = new StringBuilder();
        table.AppendLine().AppendLine("Confusion table");
        table.Append(Head("")).AppendLine(rule);
        table.Append(Head("PREDICTED"));
        for (int c = 0; c < count; c++)
            table.Append($" {(numbered ? c.ToString() : Name(c)).PadLeft(width)} |");
        table.AppendLine(" Recall");
        table.Append(Head("TRUTH")).AppendLine(rule);
        for (int c = 0; c < count; c++)
        {
            string label = numbered ? $"{c.ToString().PadLeft(digits)}. {Name(c).PadLeft(labelWidth - digits - 2)}" : Name(c).PadLeft(labelWidth);
            table.Append(label).Append(" ||");
            foreach (double value in matrix.Counts[c])
                table.Append($" {value.ToString("N0").PadLeft(width)} |");
            table.AppendLine($" {matrix.PerClassRecall[c],5:F4}");
        }

        table.Append(Head("")).AppendLine(rule);
        table.Append(Head("Precision"));
        foreach (double precision in matrix.PerClassPrecision)
            table.Append(precision.ToString("N4").PadLeft(width + 1)).Append(" |");
        return table.AppendLine().ToString();
    }
}
