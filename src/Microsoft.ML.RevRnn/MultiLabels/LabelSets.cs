using Microsoft.ML.Data;
using Microsoft.ML.RevRnn.Input;
using Microsoft.ML.RevRnn.Trainers;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.RevRnn.MultiLabels;

/// <summary>The labels of which any may hold, from one of the two kinds of columns that tell which do.</summary>
/// <param name="Count">C: how many there are.</param>
/// <param name="Names">What they are called; null where the column does not say.</param>
/// <param name="AreFlags">Whether the column has a flag for each, not keys.</param>
internal sealed record LabelSets(int Count, LabelValues? Names, bool AreFlags)
{
    private const int MaximumCount = 10_000_000;

    /// <summary>What the labels of a row are called.</summary>
    public string Describe(int[] ofRow)
        => ofRow.Length == 0 ? "none of the labels" : string.Join(", ", ofRow.Select(Describe));

    public static LabelSets Of(DataViewSchema.Column label, IExceptionContext context)
    {
        if (label.Type is VectorDataViewType { ItemType: BooleanDataViewType } flags)
            return new(flags.Size, LabelValues.Of(label, AnnotationUtils.Kinds.SlotNames, flags.Size), AreFlags: true);
        var count = InputSchema.KeyCount(context, label, "label", 1, MaximumCount);
        return new(count, LabelValues.Of(label, AnnotationUtils.Kinds.KeyValues, count), AreFlags: false);
    }

    /// <summary>Takes those of each row.</summary>
    public static RowLabels<int[]> Rows(DataViewSchema.Column label)
        => label.Type is VectorDataViewType { ItemType: BooleanDataViewType } ? new FlagLabels(label) : new KeySetLabels(label);

    private string Describe(int label) => Names == null && AreFlags ? $"slot {label}" : LabelValues.Name(Names, label);
}
