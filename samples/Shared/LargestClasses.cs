namespace Samples;

/// <summary>Leaves out the classes that have few rows.</summary>
internal static class LargestClasses
{
    /// <summary>Keeps the rows of the <paramref name="count"/> largest classes, in their order; ties go to the name that sorts first.</summary>
    public static List<LabelledText> Keep(List<LabelledText> rows, int count)
    {
        var largest = rows.GroupBy(row => row.Label)
            .OrderByDescending(group => group.Count()).ThenBy(group => group.Key, StringComparer.Ordinal)
            .Take(count).Select(group => group.Key).ToHashSet(StringComparer.Ordinal);
        return rows.FindAll(row => largest.Contains(row.Label));
    }
}
