using Microsoft.ML.Runtime;

namespace Microsoft.ML.RevRnn.Trainers;

/// <summary>From the labels of data to those that are known already, by what they stand for.</summary>
internal sealed class LabelMapping
{
    private const int MostNamed = 10;

    private readonly string _column;
    private readonly string _use;
    private readonly string _owner;
    private readonly KnownLabels _known;
    private readonly KnownLabels _labels;
    private readonly int[]? _places;
    private readonly SortedSet<int> _unknown = [];

    /// <param name="column">The label column of the data.</param>
    /// <param name="use">What the data are: "validation data".</param>
    /// <param name="known">The labels that are known.</param>
    /// <param name="owner">Who knows them: "training data", or "model to go on with".</param>
    /// <param name="context">Told of errors.</param>
    /// <exception cref="InvalidOperationException">The labels cannot be compared.</exception>
    public LabelMapping(DataViewSchema.Column column, string use, KnownLabels known, string owner, IExceptionContext context)
    {
        (_column, _use, _known, _owner) = (column.Name, use, known, owner);
        _labels = KnownLabels.Of(column, context);
        if (known.Values != null && _labels.Values != null)
            _places = _labels.Values.PlacesIn(known.Values);
        var areComparable = known.Values == null || _labels.Values == null
            ? known.AreFlags || _labels.AreFlags || known.Values == _labels.Values
            : known.Values.ItemType.Equals(_labels.Values.ItemType);
        if (!areComparable)
        {
            throw context.Process(new InvalidOperationException(
                $"The label column '{_column}' stands for {Describe(known.Values)} in the {owner} and for {Describe(_labels.Values)} in the {use}; " +
                "they cannot be compared."));
        }
    }

    /// <summary>The number of a label among those that are known.</summary>
    public int Of(int label)
    {
        var place = _places == null ? label : _places[label];
        if (place >= 0 && (place < _known.Count || _known.Count == 0))
            return place;
        _unknown.Add(label);
        return -1;
    }

    /// <summary>Checks that all labels that were asked for are known.</summary>
    /// <param name="remedy">What helps.</param>
    /// <param name="context">Told of errors.</param>
    /// <exception cref="InvalidOperationException">Some are not; it names them.</exception>
    public void RequireKnown(string remedy, IExceptionContext context)
    {
        if (_unknown.Count > 0)
        {
            throw context.Process(new InvalidOperationException(
                $"The label column '{_column}' of the {_use} has labels that the {_owner} does not know: {List([.. _unknown.Select(_labels.Name)])}. " +
                $"It knows {List(_known.Names)}.{remedy}"));
        }
    }

    private static string List(IReadOnlyList<string> names)
        => string.Join(", ", names.Take(MostNamed).Select(name => $"'{name}'")) + (names.Count > MostNamed ? $" and {names.Count - MostNamed} more" : "");

    private static string Describe(LabelValues? values) => values == null ? "nothing" : $"values of type {values.ItemType}";
}
