using System.Globalization;
using Microsoft.ML.Data;
using Microsoft.ML.RevRnn.Input;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.RevRnn.Trainers;

/// <summary>From the labels of a validation set to those of the training data, by what they stand for.</summary>
internal sealed class LabelMapping
{
    private const int MostNamed = 10;

    private readonly DataViewSchema.Column _column;
    private readonly LabelValues? _values;
    private readonly int[]? _places;
    private readonly int _count;
    private readonly SortedSet<int> _unknown = [];

    /// <param name="validation">The label column of the validation set.</param>
    /// <param name="training">That of the training data.</param>
    /// <param name="context">Told of errors.</param>
    /// <exception cref="InvalidOperationException">The labels cannot be compared.</exception>
    public LabelMapping(DataViewSchema.Column validation, DataViewSchema.Column training, IExceptionContext context)
    {
        _column = validation;
        _count = Count(training);
        if (_count == 0)
            return;
        var known = Values(training);
        _values = Values(validation);
        // Flags are compared by their place where they have no names.
        var areComparable = known == null || _values == null ? AreFlags(training) || known == _values : known.ItemType.Equals(_values.ItemType);
        if (!areComparable)
        {
            throw context.Process(new InvalidOperationException(
                $"The label column '{validation.Name}' stands for {Describe(known)} in the training data and for {Describe(_values)} in the validation data; " +
                "they cannot be compared."));
        }
        _places = known == null ? null : _values?.PlacesIn(known);
    }

    /// <summary>The number of a label in the training data.</summary>
    public int Of(int label)
    {
        var place = _places == null ? label : _places[label];
        if (place >= 0 && (place < _count || _count == 0))
            return place;
        _unknown.Add(label);
        return -1;
    }

    /// <summary>Checks that all labels that were asked for are known.</summary>
    /// <exception cref="InvalidOperationException">Some are not; it names them.</exception>
    public void RequireKnown(IExceptionContext context)
    {
        if (_unknown.Count == 0)
            return;
        var names = string.Join(", ", _unknown.Take(MostNamed).Select(label => $"'{Name(label)}'"));
        var more = _unknown.Count > MostNamed ? $" and {_unknown.Count - MostNamed} more" : "";
        throw context.Process(new InvalidOperationException(
            $"The label column '{_column.Name}' of the validation data has labels that the training data does not know: {names}{more}."));
    }

    private string Name(int label) => _values?.Text(label) ?? (label + 1).ToString(CultureInfo.InvariantCulture);

    private static bool AreFlags(DataViewSchema.Column label) => label.Type is VectorDataViewType { ItemType: BooleanDataViewType };

    /// <summary>How many labels there are; 0 for true and false.</summary>
    private static int Count(DataViewSchema.Column label) => label.Type switch
    {
        BooleanDataViewType => 0,
        VectorDataViewType { ItemType: BooleanDataViewType, Size: var size } => size,
        _ => (int)Math.Min(InputSchema.KeyType(label).Count, int.MaxValue),
    };

    private static LabelValues? Values(DataViewSchema.Column label)
        => LabelValues.Of(label, AreFlags(label) ? AnnotationUtils.Kinds.SlotNames : AnnotationUtils.Kinds.KeyValues, Count(label));

    private static string Describe(LabelValues? values) => values == null ? "nothing" : $"values of type {values.ItemType}";
}
