using Microsoft.ML.Runtime;

namespace Microsoft.ML.RevRnn.Input;

/// <summary>Labels that are keys, one a row: the class of each row, from 0. A row with a missing key has no label.</summary>
internal sealed class KeyLabels(DataViewSchema.Column column) : RowLabels<int>(column)
{
    public override Func<bool> CreateReader(DataViewRow row, IExceptionContext context)
    {
        var getter = row.GetGetter<uint>(Column);
        uint key = 0;
        return () =>
        {
            getter(ref key);
            var label = ClassOf(key, row, context);
            if (label < 0)
                return false;
            Add(label);
            return true;
        };
    }
}
