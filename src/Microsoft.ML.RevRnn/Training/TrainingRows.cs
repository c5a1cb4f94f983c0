using Microsoft.ML.Data;
using Microsoft.ML.RevRnn.Tokens;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.RevRnn.Training;

/// <summary>The training data, read in one pass over the columns that are needed.</summary>
/// <param name="Sequences">Token numbers of each row.</param>
/// <param name="Labels">Class of each row, from 0; empty where there is no label column.</param>
/// <param name="Tokenization">How the tokens came about.</param>
internal sealed record TrainingRows(IReadOnlyList<int[]> Sequences, IReadOnlyList<int> Labels, Tokenization Tokenization)
{
    /// <summary>Reads all rows; those whose label is missing are left out, with a warning.</summary>
    /// <exception cref="InvalidOperationException">There are no rows, or a label is not of its column's key type.</exception>
    public static TrainingRows Read(
        IDataView data, DataViewSchema.Column input, DataViewSchema.Column? label, VocabularyOptions options, IChannel channel)
    {
        var labels = new List<int>();
        if (input.Type is TextDataViewType)
        {
            var texts = ReadValues(data, input, label, labels, TextReader, "train", channel);
            var tokenizer = TextTokenizer.Learn(texts.ConvertAll(text => text.AsMemory()), options);
            return new TrainingRows(texts.ConvertAll(text => tokenizer.Encode(text)), labels, new TextTokenization(tokenizer));
        }

        var tokenization = new KeyTokenization(InputSchema.KeyCount(channel, input, "input", 1, KeyTokenization.MaximumKeyCount));
        return new TrainingRows(ReadValues(data, input, label, labels, tokenization.CreateReader, "train", channel), labels, tokenization);
    }

    /// <summary>Reads all rows in the tokens of a model that there is already; those whose label is missing are left out, with a warning.</summary>
    /// <exception cref="InvalidOperationException">There are no rows, or a label is not of its column's key type.</exception>
    public static TrainingRows Read(
        IDataView data, DataViewSchema.Column input, DataViewSchema.Column label, Tokenization tokenization, IChannel channel)
    {
        var labels = new List<int>();
        return new TrainingRows(ReadValues(data, input, label, labels, tokenization.CreateReader, "train", channel), labels, tokenization);
    }

    /// <summary>Reads all rows of held-back data, in the tokens that the training data has.</summary>
    /// <exception cref="InvalidOperationException">There are no rows.</exception>
    public static TrainingRows ReadValidation(IDataView data, DataViewSchema.Column input, Tokenization tokenization, IChannel channel)
        => new(ReadValues(data, input, label: null, [], tokenization.CreateReader, "validate", channel), [], tokenization);

    /// <summary>Checks that a row has a token.</summary>
    /// <exception cref="InvalidOperationException">None has.</exception>
    public void RequireTokens(DataViewSchema.Column input, string use, IChannel channel)
    {
        foreach (var sequence in Sequences)
        {
            if (sequence.Length > 0)
                return;
        }
        throw channel.Process(new InvalidOperationException($"No row has a token in column '{input.Name}', so there is nothing in it to {use} on."));
    }

    private static List<T> ReadValues<T>(
        IDataView data,
        DataViewSchema.Column input,
        DataViewSchema.Column? label,
        List<int> labels,
        Func<DataViewRow, DataViewSchema.Column, Func<T>> createReader,
        string use,
        IChannel channel)
    {
        var values = new List<T>();
        long unlabelled = 0;
        using (var cursor = data.GetRowCursor(label is { } needed ? [input, needed] : [input]))
        {
            var readValue = createReader(cursor, input);
            var readLabel = label is { } column ? LabelReader(cursor, column, channel) : null;
            while (cursor.MoveNext())
            {
                if (readLabel?.Invoke() is not { } key)
                {
                    values.Add(readValue());
                }
                else if (key == 0)
                {
                    unlabelled++;
                }
                else
                {
                    labels.Add((int)(key - 1));
                    values.Add(readValue());
                }
            }
        }

        if (unlabelled > 0)
            channel.Warning(MessageSensitivity.Schema, $"Skipped {unlabelled} rows without a value in the label column '{label?.Name}'.");
        if (values.Count == 0)
        {
            throw channel.Process(new InvalidOperationException(unlabelled > 0
                ? $"No row has a value in the label column '{label?.Name}', so there is nothing to train on."
                : $"The data has no rows, so there is nothing in column '{input.Name}' to {use} on."));
        }
        return values;
    }

    /// <summary>Texts are copied: the view may overwrite its own with the next row.</summary>
    private static Func<string> TextReader(DataViewRow row, DataViewSchema.Column column)
    {
        var getter = row.GetGetter<ReadOnlyMemory<char>>(column);
        var text = default(ReadOnlyMemory<char>);
        return () =>
        {
            getter(ref text);
            return text.ToString();
        };
    }

    /// <summary>Gives the key of the current row: 0 where it is missing, else 1 to the type's count.</summary>
    private static Func<uint> LabelReader(DataViewRow row, DataViewSchema.Column column, IChannel channel)
    {
        var getter = row.GetGetter<uint>(column);
        var count = ((KeyDataViewType)column.Type).Count;
        uint key = 0;
        return () =>
        {
            getter(ref key);
            if (key > count)
            {
                throw channel.Process(new InvalidOperationException(
                    $"The label column '{column.Name}' has key {key} in row {row.Position}; by its type keys are from 1 to {count}."));
            }
            return key;
        };
    }
}
