using Microsoft.ML.Data;
using Microsoft.ML.RevRnn.Input;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.RevRnn.Trainers;

/// <summary>The labels that there are, of a label column or of a trained model.</summary>
/// <param name="Values">What they stand for; null where that is not known.</param>
/// <param name="Count">How many there are; 0 for true and false.</param>
/// <param name="AreFlags">Whether a row has a flag for each: those are known by their place where they have no names.</param>
internal sealed record KnownLabels(LabelValues? Values, int Count, bool AreFlags = false)
{
    private const int MaximumCount = 10_000_000;

    /// <summary>Those of a column of Booleans.</summary>
    public static KnownLabels TrueAndFalse { get; } = new(null, 0);

    /// <summary>What they are called: by what they stand for, or else by their number from 1.</summary>
    public IReadOnlyList<string> Names => [.. Enumerable.Range(0, Count).Select(Name)];

    /// <summary>Those of a column whose type was found right.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There are too many.</exception>
    public static KnownLabels Of(DataViewSchema.Column label, IExceptionContext context)
    {
        switch (label.Type)
        {
            case BooleanDataViewType:
                return TrueAndFalse;
            case VectorDataViewType { ItemType: BooleanDataViewType, Size: var size }:
                return new(LabelValues.Of(label, AnnotationUtils.Kinds.SlotNames, size), size, AreFlags: true);
            default:
                var count = InputSchema.KeyCount(context, label, "label", 1, MaximumCount);
                return new(LabelValues.Of(label, AnnotationUtils.Kinds.KeyValues, count), count);
        }
    }

    /// <summary>What one is called.</summary>
    public string Name(int label) => Values?.Text(label) ?? (label + 1).ToString(System.Globalization.CultureInfo.InvariantCulture);
}
