using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.RevRnn.Input;

/// <summary>Labels that are vectors of Boolean, one a label that may hold: the numbers of those that do, from 0, in ascending order.</summary>
internal sealed class FlagLabels(DataViewSchema.Column column) : RowLabels<int[]>(column)
{
    public override Func<bool> CreateReader(DataViewRow row, IExceptionContext context)
    {
        var getter = row.GetGetter<VBuffer<bool>>(Column);
        var flags = default(VBuffer<bool>);
        return () =>
        {
            getter(ref flags);
            Add([.. flags.Items().Where(flag => flag.Value).Select(flag => flag.Key)]);
            return true;
        };
    }
}
