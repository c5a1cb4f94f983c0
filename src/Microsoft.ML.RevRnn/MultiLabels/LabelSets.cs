using Microsoft.ML.Data;
using Microsoft.ML.RevRnn.Input;
using Microsoft.ML.RevRnn.Trainers;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.RevRnn.MultiLabels;

/// <summary>The labels of which any may hold, from one of the two kinds of columns that tell which do.</summary>
/// <param name="Count">C: how many there are.</param>
/// <param name="Names">What they are called; null where the column does not say.</param>
internal sealed record LabelSets(int Count, LabelValues? Names)
{
    private const int MaximumCount = 10_000_000;

    public static LabelSets Of(DataViewSchema.Column label, IExceptionContext context)
    {
        if (label.Type is VectorDataViewType { ItemType: BooleanDataViewType } flags)
            return new(flags.Size, LabelValues.Of(label, AnnotationUtils.Kinds.SlotNames, flags.Size));
        var count = InputSchema.KeyCount(context, label, "label", 1, MaximumCount);
        return new(count, LabelValues.Of(label, AnnotationUtils.Kinds.KeyValues, count));
    }

    /// <summary>Takes those of each row.</summary>
    public static RowLabels<int[]> Rows(DataViewSchema.Column label)
        => label.Type is VectorDataViewType { ItemType: BooleanDataViewType } ? new FlagLabels(label) : new KeySetLabels(label);
}
