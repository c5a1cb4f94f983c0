using Microsoft.ML.RevRnn.Input;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.RevRnn.LanguageModels;

/// <summary>Takes the contexts of the training rows. A row without is left out.</summary>
/// <param name="column">The context column.</param>
/// <param name="known">What is known of it: of a trained model or of the training data its labels too; null where they are still to be learned.</param>
/// <param name="context">Told of errors.</param>
internal sealed class RowContexts(DataViewSchema.Column column, ContextColumn? known, IExceptionContext context) : RowLabels(column)
{
    private readonly ContextColumn _column = known ?? ContextColumn.Of(column, context);
    private readonly List<object> _values = [];

    public override Func<bool> CreateReader(DataViewRow row, IExceptionContext context)
    {
        var read = _column.CreateReader<object>(row, Column, text => text, values => values, context);
        return () =>
        {
            if (read() is not { } value)
                return false;
            _values.Add(value);
            return true;
        };
    }

    /// <summary>The column with its labels, of texts in ordinal order; after the rows have been read.</summary>
    /// <exception cref="InvalidOperationException">There are too many.</exception>
    public ContextColumn Learn()
    {
        if (known != null || _column.Kind != ContextKind.Text)
            return _column;
        string[] labels = [.. _values.Cast<string>().Distinct().Order(StringComparer.Ordinal)];
        return labels.Length <= ContextColumn.MostSize
            ? new ContextColumn(_column.Name, ContextKind.Text, labels, labels.Length)
            : throw context.Process(new InvalidOperationException(
                $"The context column '{_column.Name}' has {labels.Length} different texts; {ContextColumn.MostSize} are the most. A column of labels is wanted, not of free text."));
    }

    /// <summary>The context of each row.</summary>
    /// <exception cref="InvalidOperationException">A text is no label of the column.</exception>
    public IReadOnlyList<float[]> Vectors(ContextColumn learned)
    {
        try
        {
            return [.. _values.Select(value => value as float[] ?? learned.Of((string)value))];
        }
        catch (ArgumentException unknown)
        {
            throw context.Process(new InvalidOperationException($"Column '{_column.Name}' has what training did not see. {unknown.Message}", unknown));
        }
    }
}
