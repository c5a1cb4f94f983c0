using System.Globalization;
using Microsoft.ML.Data;
using Microsoft.ML.RevRnn.Input;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.RevRnn.Tagging;

/// <summary>Rows of tokens with their classes, to be read at once.</summary>
internal static class FeedbackRows
{
    /// <summary>The column of the tokens, which goes behind those of the data.</summary>
    public static IEnumerable<DataViewSchema.DetachedColumn> Columns => [new("Tokens", new VectorDataViewType(NumberDataViewType.Int32))];

    /// <summary>The column's ValueGetter.</summary>
    public static Delegate[] CreateGetters(Func<int[]> tokens)
    {
        ValueGetter<VBuffer<int>> getter = (ref VBuffer<int> value) =>
        {
            var read = tokens();
            value = new VBuffer<int>(read.Length, read);
        };
        return [getter];
    }

    /// <summary>The tokens of each row, and the class of each token.</summary>
    /// <param name="view">The data, whose last column is that of the tokens.</param>
    /// <param name="labelColumnName">The column of the classes.</param>
    /// <param name="classCount">C.</param>
    /// <param name="context">Told of errors.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no column of labels of C classes.</exception>
    /// <exception cref="InvalidOperationException">A row has not one label for each token.</exception>
    public static (List<int[]> Sequences, List<int[]> Labels) Read(IDataView view, string labelColumnName, int classCount, IExceptionContext context)
    {
        InputSchema.FindLabel(context, SchemaShape.Create(view.Schema), labelColumnName, LabelType.Keys);
        var (label, tokens) = (view.Schema[labelColumnName], view.Schema[^1]);
        InputSchema.KeyCount(context, label, "label", classCount, classCount);
        var (sequences, labels) = (new List<int[]>(), new List<int[]>());
        using var cursor = view.GetRowCursor([label, tokens]);
        var getLabel = cursor.GetGetter<VBuffer<uint>>(label);
        var getTokens = cursor.GetGetter<VBuffer<int>>(tokens);
        var (ofRow, sequence) = (default(VBuffer<uint>), default(VBuffer<int>));
        while (cursor.MoveNext())
        {
            getLabel(ref ofRow);
            getTokens(ref sequence);
            uint[] keys = [.. ofRow.DenseValues()];
            if (keys.Length != sequence.Length || keys.Any(key => key == 0 || key > classCount))
            {
                throw context.Process(new InvalidOperationException(string.Create(CultureInfo.InvariantCulture,
                    $"Row {cursor.Position} has {sequence.Length} tokens and {keys.Count(key => key != 0)} labels in column '{label.Name}'; it must have one for each.")));
            }
            sequences.Add([.. sequence.DenseValues()]);
            labels.Add(Array.ConvertAll(keys, key => (int)key - 1));
        }
        return (sequences, labels);
    }
}
