using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.RevRnn.Input;

/// <summary>The training data, read in one pass over the columns that are needed.</summary>
/// <param name="Sequences">Token numbers of each row.</param>
/// <param name="Tokenization">How the tokens came about.</param>
internal sealed record TrainingRows(IReadOnlyList<int[]> Sequences, Tokenization Tokenization)
{
    /// <summary>Reads all rows, and learns their tokens; those whose label is missing are left out, with a warning.</summary>
    /// <exception cref="InvalidOperationException">There are no rows, or a label is not of its column's type.</exception>
    public static TrainingRows Read(IDataView data, DataViewSchema.Column input, RowLabels? labels, VocabularyOptions options, IChannel channel)
    {
        if (input.Type is not TextDataViewType)
        {
            var keyCount = InputSchema.KeyCount(channel, input, "input", 1, KeyTokenization.MaximumKeyCount);
            return Read(data, input, labels, new KeyTokenization(keyCount), channel);
        }
        var texts = ReadValues(data, input, labels, TextReader, "train", channel);
        var tokenizer = TextTokenizer.Learn(texts.ConvertAll(text => text.AsMemory()), options);
        return new TrainingRows(texts.ConvertAll(text => tokenizer.Encode(text)), new TextTokenization(tokenizer));
    }

    /// <summary>Reads all rows in the tokens of a model that there is already; those whose label is missing are left out, with a warning.</summary>
    /// <exception cref="InvalidOperationException">There are no rows, or a label is not of its column's type.</exception>
    public static TrainingRows Read(IDataView data, DataViewSchema.Column input, RowLabels? labels, Tokenization tokenization, IChannel channel)
        => new(ReadValues(data, input, labels, tokenization.CreateReader, "train", channel), tokenization);

    /// <summary>Reads all rows of held-back data, in the tokens that the training data has.</summary>
    /// <exception cref="InvalidOperationException">There are no rows.</exception>
    public static TrainingRows ReadValidation(
        IDataView data, DataViewSchema.Column input, RowLabels? labels, Tokenization tokenization, IChannel channel)
        => new(ReadValues(data, input, labels, tokenization.CreateReader, "validate", channel), tokenization);

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
        RowLabels? labels,
        Func<DataViewRow, DataViewSchema.Column, Func<T>> createReader,
        string use,
        IChannel channel)
    {
        var values = new List<T>();
        long unlabelled = 0;
        using (var cursor = data.GetRowCursor(labels == null ? [input] : [input, .. labels.Columns]))
        {
            var readValue = createReader(cursor, input);
            var takeLabel = labels?.CreateReader(cursor, channel);
            while (cursor.MoveNext())
            {
                if (takeLabel == null || takeLabel())
                    values.Add(readValue());
                else
                    unlabelled++;
            }
        }

        var weightless = labels?.Weightless ?? 0;
        unlabelled -= weightless;
        if (unlabelled > 0)
            channel.Warning(MessageSensitivity.Schema, $"Skipped {unlabelled} rows without a value in the label column '{labels!.Column.Name}'.");
        if (values.Count == 0)
        {
            throw channel.Process(new InvalidOperationException(weightless > 0
                ? $"No row with a value in the label column '{labels!.Column.Name}' weighs more than 0, so there is nothing to {use} on."
                : unlabelled > 0
                ? $"No row has a value in the label column '{labels!.Column.Name}', so there is nothing to {use} on."
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
}
