using Microsoft.ML.Runtime;

namespace Microsoft.ML.RevRnn.Input;

/// <summary>Labels of one type.</summary>
/// <param name="column">The label column.</param>
internal abstract class RowLabels<T>(DataViewSchema.Column column) : RowLabels(column)
{
    private readonly List<T> _values = [];

    /// <summary>The label of each row that has one.</summary>
    public IReadOnlyList<T> Values => _values;

    protected void Add(T value) => _values.Add(value);

    /// <summary>The class that a key stands for: key k, 1 to the key type's count, is class k - 1; a missing key, 0, is -1.</summary>
    /// <exception cref="InvalidOperationException">The key is larger than its type allows.</exception>
    protected int ClassOf(uint key, DataViewRow row, IExceptionContext context)
    {
        var count = InputSchema.KeyType(Column).Count;
        return key <= count ? (int)key - 1 : throw context.Process(new InvalidOperationException(
            $"The label column '{Column.Name}' has key {key} in row {row.Position}; by its type keys are from 1 to {count}."));
    }
}
