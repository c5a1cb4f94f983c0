using Microsoft.ML.RevRnn.Input;
using Microsoft.ML.RevRnn.LanguageModels;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.RevRnn;

/// <summary>
/// Trains a language model of texts or token sequences of any length: a recurrent network that gives the probability of each next token. What it learned scores
/// texts, and writes them.
/// </summary>
/// <remarks>
/// Input: a column of text, or a vector of Key&lt;UInt32&gt; with one key a token. Output: log p of each row's text (Single), its perplexity
/// (Single) and the number of predictions (Int32). Made by <c>mlContext.Transforms.Text.RevLanguageModel</c>.
/// </remarks>
public sealed class RevLanguageModelEstimator : RevRnnEstimatorBase<RevLanguageModelOptions, RevLanguageModelTransformer>
{
    private readonly LanguageModelColumns _columns;

    internal RevLanguageModelEstimator(IHostEnvironment env, RevLanguageModelOptions options)
        : base(env, options, cell: null)
    {
        _columns = new LanguageModelColumns(
            ReadColumns.Of(Options.SequenceColumnNames), Options.LogLikelihoodColumnName, Options.PerplexityColumnName, Options.TokenCountColumnName);
    }

    private protected override SchemaShape.Column[] AddedColumns(SchemaShape inputSchema)
    {
        if (Options.ContextColumnName is { } context)
            ContextColumn.Check(Host, inputSchema, context);
        return [.. _columns.Added.Select(column => new SchemaShape.Column(column.Name, SchemaShape.Column.VectorKind.Scalar, column.Type, isKey: false))];
    }

    private protected override RevLanguageModelTransformer Train(
        IDataView input, IDataView? validation, RevLanguageModelTransformer? previous, IChannel channel)
    {
        var read = Read(input, validation, previous, channel);
        var (rows, heldBack) = read;
        var options = Options.Model with { Contexts = read.Contexts };
        var listener = EpochListener(rows.Tokenization, read.ContextColumn);
        var network = previous?.Network ?? rows.Fitted(Options.Network);
        var (model, report, shrinking) = RunAndShrink(
            rows,
            network,
            channel,
            previous?.Model,
            (training, progress) => previous == null
                ? LanguageModel.Train(
                    rows.Sequences,
                    rows.Tokenization.VocabularySize,
                    network,
                    options,
                    training,
                    heldBack,
                    rows.Vectors,
                    progress,
                    listener,
                    Options.CancellationToken)
                : previous.Model.ContinueTraining(rows.Sequences, options, training, heldBack, progress, listener, Options.CancellationToken),
            (whole, selection, training, progress) => whole.Shrink(
                rows.Sequences, options, training, selection, heldBack, progress, Options.CancellationToken));
        return new RevLanguageModelTransformer(Host, _columns, rows.Tokenization, model, report, read.ContextColumn) { Shrinking = shrinking };
    }

    /// <summary>What a training would learn from.</summary>
    internal LanguageModelRows Read(IDataView input, IDataView validation) => ReadChecked(input, channel => Read(input, validation, previous: null, channel));

    private LanguageModelRows Read(IDataView input, IDataView? validation, RevLanguageModelTransformer? previous, IChannel channel)
        => Options.Rows is { } cache && previous == null
            ? cache.Get(Options.RowKey, () => ReadRows(input, validation, previous, channel)).Of(cache)
            : ReadRows(input, validation, previous, channel);

    private LanguageModelRows ReadRows(IDataView input, IDataView? validation, RevLanguageModelTransformer? previous, IChannel channel)
    {
        var contexts = RowContexts(input, previous?.ContextColumn);
        var rows = ReadTraining(input, contexts, previous?.Tokenization, channel);
        var column = contexts?.Learn();
        var ofHeldBack = validation == null ? null : RowContexts(validation, column);
        var heldBack = validation == null ? null : ReadValidation(validation, ofHeldBack, rows.Tokenization, channel).Sequences;
        return new(rows, heldBack)
        {
            ContextColumn = column,
            Contexts = column == null
                ? null
                : new TextContexts { Vectors = contexts!.Vectors(column), Validation = ofHeldBack?.Vectors(column), Use = Options.ContextUse },
        };
    }

    /// <summary>Takes the contexts of rows; null where there are none.</summary>
    /// <param name="data">The data.</param>
    /// <param name="known">What is known of their column; null before the training data have been read.</param>
    private RowContexts? RowContexts(IDataView data, ContextColumn? known) => Options.ContextColumnName is not { } name
        ? null
        : new RowContexts(known?.Find(data.Schema, Host) ?? data.Schema[name], known, Host);

    private Action<EpochReport, LanguageModel>? EpochListener(Tokenization tokenization, ContextColumn? context) => Options.EpochEnded is { } ended
        ? (epoch, model) => ended(epoch, new RevLanguageModelTransformer(Host, _columns, tokenization, model, report: null, context))
        : null;
}
