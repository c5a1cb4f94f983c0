using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.RevRnn.Input;

/// <summary>Labels that are keys, one a row: key k, 1 to the key type's count, is class k - 1; 0 is a missing one.</summary>
internal sealed class KeyLabels(DataViewSchema.Column column) : RowLabels(column)
{
    private readonly List<int> _values = [];

    /// <summary>The class of each row, from 0.</summary>
    public IReadOnlyList<int> Values => _values;

    public override Func<bool> CreateReader(DataViewRow row, IExceptionContext context)
    {
        var getter = row.GetGetter<uint>(Column);
        var count = ((KeyDataViewType)Column.Type).Count;
        uint key = 0;
        return () =>
        {
            getter(ref key);
            if (key > count)
            {
                throw context.Process(new InvalidOperationException(
                    $"The label column '{Column.Name}' has key {key} in row {row.Position}; by its type keys are from 1 to {count}."));
            }
            if (key == 0)
                return false;
            _values.Add((int)(key - 1));
            return true;
        };
    }
}
