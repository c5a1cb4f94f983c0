using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.RevRnn.Input;

/// <summary>The training data, read in one pass over the columns that are needed.</summary>
/// <param name="Sequences">Token numbers of each row.</param>
/// <param name="Tokenization">How the tokens came about.</param>
/// <param name="NGrams">The n-grams of each row; null where none are read.</param>
internal sealed record TrainingRows(IReadOnlyList<int[]> Sequences, Tokenization Tokenization, IReadOnlyList<NGramVector>? NGrams)
{
    /// <summary>What may be wrong where a column has nothing in it.</summary>
    public const string SeparatorHint = "If the data come from a file, see whether they are read with its separator, and the columns in its order.";

    private const string Training = "train";
    private const string Validation = "validate";
    private const string Calibration = "calibrate";
    private const string OfKeys = "They are missing keys: values that were not there when the keys were made.";
    private const string OfModel = "The tokens were learned from other texts. Of all text there are tokens where they are TokenKind.BytePairs or TokenKind.Bytes.";

    /// <summary>Vectors of the tokens to start from; null for random ones.</summary>
    public WordVectors? Vectors { get; init; }

    /// <summary>How much of the sequences has such a vector.</summary>
    public VectorCoverage? Coverage { get; init; }

    /// <summary>Reads all rows, and learns their tokens; those whose label is missing are left out, with a warning.</summary>
    /// <param name="data">Has the rows.</param>
    /// <param name="input">The columns of texts, or the one of keys.</param>
    /// <param name="labels">Takes the labels; null for none.</param>
    /// <param name="options">What is a token.</param>
    /// <param name="vectors">Reads the vectors of the tokens; null for none.</param>
    /// <param name="channel">The log.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="InvalidOperationException">There are no rows, none has a token, or a label is not of its column's type.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static TrainingRows Read(
        IDataView data,
        IReadOnlyList<DataViewSchema.Column> input,
        RowLabels? labels,
        (VocabularyOptions Vocabulary, NGramOptions? NGrams) options,
        VectorReading? vectors,
        IChannel channel,
        CancellationToken cancellationToken)
    {
        if (input[0].Type is not TextDataViewType)
        {
            var keyCount = InputSchema.KeyCount(channel, input[0], "input", 1, KeyTokenization.MaximumKeyCount);
            var ofKeys = Read(data, input, labels, (new KeyTokenization(keyCount), options.NGrams), channel, cancellationToken);
            return vectors?.Add(ofKeys, input[0], keyCount) ?? ofKeys;
        }
        vectors?.Check(options.Vocabulary.Kind);
        var rows = ReadValues(data, input, labels, RowNGrams.TextReader, Training, channel, cancellationToken);
        var learned = new CancellableTexts([.. rows.SelectMany(texts => texts)], cancellationToken);
        var tokenizer = vectors?.Learn(learned, options.Vocabulary) ?? TextTokenizer.Learn(learned, options.Vocabulary);
        var sequences = rows.ConvertAll(texts =>
        {
            cancellationToken.ThrowIfCancellationRequested();
            return Tokenization.Join(Array.ConvertAll(texts, text => tokenizer.Encode(text)));
        });
        var reader = options.NGrams == null ? null : new NGramReader(options.NGrams);
        var nGrams = reader == null ? null : rows.ConvertAll(texts =>
        {
            cancellationToken.ThrowIfCancellationRequested();
            return reader.Read(Array.ConvertAll(texts, text => text.AsMemory())).Copy();
        });
        var read = new TrainingRows(sequences, new TextTokenization(tokenizer), nGrams).Checked(input, Training, UnknownTokens.Remedy(options.Vocabulary), channel);
        return vectors?.Add(read, tokenizer) ?? read;
    }

    /// <summary>Reads all rows in the tokens of a model that there is already; those whose label is missing are left out, with a warning.</summary>
    /// <exception cref="InvalidOperationException">There are no rows, none has a token, or a label is not of its column's type.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static TrainingRows Read(
        IDataView data,
        IReadOnlyList<DataViewSchema.Column> input,
        RowLabels? labels,
        (Tokenization Tokenization, NGramOptions? NGrams) known,
        IChannel channel,
        CancellationToken cancellationToken)
        => Read(data, input, labels, known, Training, channel, cancellationToken);

    /// <summary>Reads all rows of held-back data, in the tokens that the training data has.</summary>
    /// <exception cref="InvalidOperationException">There are no rows, or none has a token.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static TrainingRows ReadValidation(
        IDataView data,
        IReadOnlyList<DataViewSchema.Column> input,
        RowLabels? labels,
        (Tokenization Tokenization, NGramOptions? NGrams) known,
        IChannel channel,
        CancellationToken cancellationToken)
        => Read(data, input, labels, known, Validation, channel, cancellationToken);

    /// <summary>Reads all rows that a classifier is calibrated on, in its tokens; those whose label is missing are left out, with a warning.</summary>
    /// <exception cref="InvalidOperationException">There are no rows, none has a token, or a label is not of its column's type.</exception>
    public static TrainingRows ReadCalibration(
        IDataView data, IReadOnlyList<DataViewSchema.Column> input, RowLabels labels, (Tokenization Tokenization, NGramOptions? NGrams) known, IChannel channel)
        => Read(data, input, labels, known, Calibration, channel, CancellationToken.None);

    /// <summary>Part of the tokens that are unknown; null of keys.</summary>
    public double? UnknownShare => Tokenization.Tokenizer == null ? null : TextTokenizer.UnknownShare(Sequences);

    /// <summary>The network as it was asked for, with vectors as long as there are any.</summary>
    public NetworkOptions Fitted(NetworkOptions network) => Vectors is { } vectors ? network with { EmbeddingSize = vectors.Dimension } : network;

    private static TrainingRows Read(
        IDataView data,
        IReadOnlyList<DataViewSchema.Column> input,
        RowLabels? labels,
        (Tokenization Tokenization, NGramOptions? NGrams) known,
        string use,
        IChannel channel,
        CancellationToken cancellationToken)
    {
        var (tokenization, options) = known;
        var rows = ReadValues(data, input, labels, CreateReader, use, channel, cancellationToken);
        var nGrams = options == null ? null : rows.ConvertAll(row => row.NGrams!);
        return new TrainingRows(rows.ConvertAll(row => row.Tokens), tokenization, nGrams)
            .Checked(input, use, tokenization.Tokenizer == null ? OfKeys : OfModel, channel);

        Func<(int[] Tokens, NGramVector? NGrams)> CreateReader(DataViewRow row, IReadOnlyList<DataViewSchema.Column> columns)
        {
            var (readTokens, readNGrams, _) = RowNGrams.CreateReaders(row, columns, tokenization, options);
            return () => (readTokens(), readNGrams()?.Copy());
        }
    }

    /// <summary>The same rows, if there is something to learn from; what is not known of it is warned of.</summary>
    private TrainingRows Checked(IReadOnlyList<DataViewSchema.Column> input, string use, string remedy, IChannel channel)
    {
        if (Sequences.All(sequence => !sequence.AsSpan().ContainsAnyExcept(TextTokenizer.BoundaryToken)))
        {
            var empty = Tokenization.Tokenizer == null ? "Every vector of keys is empty." : $"Every text is empty or white space. {SeparatorHint}";
            throw channel.Process(new InvalidOperationException(
                $"No row has a token in {InputSchema.Describe(input)}, so there is nothing in it to {use} on. {empty}"));
        }
        UnknownTokens.Warn(TextTokenizer.UnknownShare(Sequences), input, use, remedy, channel);
        return this;
    }

    private static List<T> ReadValues<T>(
        IDataView data,
        IReadOnlyList<DataViewSchema.Column> input,
        RowLabels? labels,
        Func<DataViewRow, IReadOnlyList<DataViewSchema.Column>, Func<T>> createReader,
        string use,
        IChannel channel,
        CancellationToken cancellationToken)
    {
        var values = new List<T>();
        long unlabelled = 0;
        using (var cursor = data.GetRowCursor(labels == null ? input : [.. input, .. labels.Columns]))
        {
            var readValue = createReader(cursor, input);
            var takeLabel = labels?.CreateReader(cursor, channel);
            while (cursor.MoveNext())
            {
                cancellationToken.ThrowIfCancellationRequested();
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
                ? $"No row has a value in the label column '{labels!.Column.Name}', so there is nothing to {use} on. {SeparatorHint}"
                : $"The data has no rows, so there is nothing in {InputSchema.Describe(input)} to {use} on."));
        }
        return values;
    }
}
