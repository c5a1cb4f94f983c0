using Microsoft.ML.Data;
using Microsoft.ML.RevRnn.Input;
using Microsoft.ML.RevRnn.Trainers;

namespace Microsoft.ML.RevRnn.MultiLabels;

/// <summary>Labels of which any may hold, from one of the two kinds of columns that tell which do.</summary>
internal static class LabelSets
{
    /// <summary>What the labels of a row are called.</summary>
    public static string Describe(KnownLabels labels, int[] ofRow) => ofRow.Length == 0
        ? "none of the labels"
        : string.Join(", ", ofRow.Select(label => labels is { Values: null, AreFlags: true } ? $"slot {label}" : LabelValues.Name(labels.Values, label)));

    /// <summary>Takes those of each row.</summary>
    public static RowLabels<int[]> Rows(DataViewSchema.Column label)
        => label.Type is VectorDataViewType { ItemType: BooleanDataViewType } ? new FlagLabels(label) : new KeySetLabels(label);
}
