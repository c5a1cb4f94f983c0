using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.RevRnn.Input;

/// <summary>
/// Labels that are vectors of the keys of what holds: the numbers of those labels, from 0, in ascending order and each once. A missing key says
/// nothing; a row of which nothing holds has a label all the same, the empty one.
/// </summary>
internal sealed class KeySetLabels(DataViewSchema.Column column) : RowLabels<int[]>(column)
{
    public override Func<bool> CreateReader(DataViewRow row, IExceptionContext context)
    {
        var getter = row.GetGetter<VBuffer<uint>>(Column);
        var keys = default(VBuffer<uint>);
        var present = new SortedSet<int>();
        return () =>
        {
            getter(ref keys);
            present.Clear();
            // What a sparse vector leaves out is missing.
            foreach (var key in keys.GetValues())
            {
                if (ClassOf(key, row, context) is >= 0 and var label)
                    present.Add(label);
            }
            Add([.. present]);
            return true;
        };
    }
}
