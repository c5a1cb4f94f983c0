using Microsoft.ML.Runtime;

namespace Microsoft.ML.RevRnn.Input;

/// <summary>Takes the labels of the training rows, in the order in which <see cref="TrainingRows"/> reads them.</summary>
/// <param name="column">The label column.</param>
internal abstract class RowLabels(DataViewSchema.Column column)
{
    public DataViewSchema.Column Column => column;

    /// <summary>All columns that are read.</summary>
    public virtual IEnumerable<DataViewSchema.Column> Columns => [column];

    /// <summary>How many of the rows that were left out have a weight of 0.</summary>
    public virtual long Weightless => 0;

    /// <summary>Checks that the labels of all rows fit their tokens.</summary>
    /// <exception cref="InvalidOperationException">They do not.</exception>
    public virtual void Check(IReadOnlyList<int[]> sequences, IReadOnlyList<DataViewSchema.Column> input, IExceptionContext context)
    {
    }

    /// <summary>
    /// A function that takes the label of the row's current value and says true, or says false where there is none: then the row is left out. A label that its
    /// column's type does not allow is an <see cref="InvalidOperationException"/>.
    /// </summary>
    public abstract Func<bool> CreateReader(DataViewRow row, IExceptionContext context);
}
