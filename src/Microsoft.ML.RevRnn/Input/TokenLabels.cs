using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.RevRnn.Input;

/// <summary>
/// Labels that are vectors of keys with one key a token: the class of each token, from 0. Whether there is one for each token is known when all
/// rows are read, since what a token is may be learned from them. A missing key is an error: a token cannot be left out without changing what its
/// neighbours stand in.
/// </summary>
internal sealed class TokenLabels(DataViewSchema.Column column) : RowLabels<int[]>(column)
{
    public override Func<bool> CreateReader(DataViewRow row, IExceptionContext context)
    {
        var getter = row.GetGetter<VBuffer<uint>>(Column);
        var keys = default(VBuffer<uint>);
        return () =>
        {
            getter(ref keys);
            var classes = new int[keys.Length];
            var place = 0;
            foreach (var key in keys.DenseValues())
            {
                var label = ClassOf(key, row, context);
                if (label < 0)
                    throw Missing(row, place, context);
                classes[place++] = label;
            }
            Add(classes);
            return true;
        };
    }

    /// <summary>Checks that each row has a label for each of its tokens.</summary>
    /// <exception cref="InvalidOperationException">A row has not.</exception>
    public override void Check(IReadOnlyList<int[]> sequences, IReadOnlyList<DataViewSchema.Column> input, IExceptionContext context)
    {
        for (var i = 0; i < sequences.Count; i++)
        {
            if (sequences[i].Length != Values[i].Length)
            {
                throw context.Process(new InvalidOperationException(
                    $"Row {i} has {sequences[i].Length} tokens in {InputSchema.Describe(input)} and {Values[i].Length} labels in column " +
                    $"'{Column.Name}'; it must have one for each."));
            }
        }
    }

    private InvalidOperationException Missing(DataViewRow row, int place, IExceptionContext context)
        => context.Process(new InvalidOperationException(
            $"The label column '{Column.Name}' has a missing key in row {row.Position} at place {place}; each token must have a label."));
}
