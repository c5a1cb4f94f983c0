using Microsoft.ML.Data;
using Microsoft.ML.RevRnn.Input;

namespace Microsoft.ML.RevRnn.Translations;

/// <summary>A source or a target as a row has it.</summary>
/// <param name="Text">The text; null where the column holds keys.</param>
/// <param name="Keys">The tokens of keys; null where the column holds text.</param>
internal readonly record struct SideValue(string? Text, int[]? Keys)
{
    /// <summary>Whether there is nothing in it: white space is nothing, whatever the tokens.</summary>
    public bool IsEmpty => Keys == null ? string.IsNullOrWhiteSpace(Text) : Keys.Length == 0;

    /// <summary>Its tokens; none of what is empty.</summary>
    public int[] Tokens(Tokenization tokenization) => IsEmpty ? [] : Keys ?? tokenization.Tokenizer!.Encode(Text);

    /// <summary>Source and target of all rows.</summary>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static List<(SideValue Source, SideValue Target)> ReadPairs(
        IDataView data, DataViewSchema.Column source, DataViewSchema.Column target, CancellationToken cancellationToken)
    {
        var pairs = new List<(SideValue Source, SideValue Target)>();
        using var cursor = data.GetRowCursor([source, target]);
        var readSource = CreateReader(cursor, source);
        var readTarget = CreateReader(cursor, target);
        while (cursor.MoveNext())
        {
            cancellationToken.ThrowIfCancellationRequested();
            pairs.Add((readSource(), readTarget()));
        }
        return pairs;
    }

    /// <summary>A function that gives the row's current value.</summary>
    /// <param name="row">The row, or the cursor at a row.</param>
    /// <param name="column">A column of text or of a vector of keys, whose type was found right.</param>
    public static Func<SideValue> CreateReader(DataViewRow row, DataViewSchema.Column column)
    {
        if (column.Type is not TextDataViewType)
        {
            var readKeys = new KeyTokenization((int)InputSchema.KeyType(column).Count).CreateReader(row, column);
            return () => new(null, readKeys());
        }
        var getter = row.GetGetter<ReadOnlyMemory<char>>(column);
        var text = default(ReadOnlyMemory<char>);
        return () =>
        {
            getter(ref text);
            return new(text.ToString(), null);
        };
    }
}
