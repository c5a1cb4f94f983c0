using Microsoft.ML.Runtime;

namespace Microsoft.ML.RevRnn.Input;

/// <summary>Labels that are true or false, one a row; none can be missing.</summary>
internal sealed class BooleanLabels(DataViewSchema.Column column) : RowLabels<bool>(column)
{
    public override Func<bool> CreateReader(DataViewRow row, IExceptionContext context)
    {
        var getter = row.GetGetter<bool>(Column);
        var value = false;
        return () =>
        {
            getter(ref value);
            Add(value);
            return true;
        };
    }
}
