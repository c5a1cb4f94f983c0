using Microsoft.ML.Data;
using Microsoft.ML.RevRnn.Input;
using Microsoft.ML.RevRnn.Trainers;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.RevRnn.MultiLabels;

/// <summary>The labels of which any may hold, from one of the two kinds of columns that tell which do.</summary>
/// <param name="Rows">Takes those of each row.</param>
/// <param name="Count">C: how many there are.</param>
/// <param name="Names">What they are called; null where the column does not say.</param>
internal sealed record LabelSets(RowLabels<int[]> Rows, int Count, LabelValues? Names)
{
    private const int MaximumCount = 10_000_000;

    /// <summary>What the labels of a row are called.</summary>
    public string Describe(int[] ofRow)
        => ofRow.Length == 0 ? "none of the labels" : string.Join(", ", ofRow.Select(Describe));

    public static LabelSets Of(DataViewSchema.Column label, IExceptionContext context)
    {
        if (label.Type is VectorDataViewType { ItemType: BooleanDataViewType } flags)
            return new(new FlagLabels(label), flags.Size, LabelValues.Of(label, AnnotationUtils.Kinds.SlotNames, flags.Size));
        var count = InputSchema.KeyCount(context, label, "label", 1, MaximumCount);
        return new(new KeySetLabels(label), count, LabelValues.Of(label, AnnotationUtils.Kinds.KeyValues, count));
    }

    private string Describe(int label) => Names == null && Rows is FlagLabels ? $"slot {label}" : LabelValues.Name(Names, label);
}
