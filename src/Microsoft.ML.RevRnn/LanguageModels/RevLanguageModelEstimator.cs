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
        => [.. _columns.Added.Select(column => new SchemaShape.Column(column.Name, SchemaShape.Column.VectorKind.Scalar, column.Type, isKey: false))];

    private protected override RevLanguageModelTransformer Train(
        IDataView input, IDataView? validation, RevLanguageModelTransformer? previous, IChannel channel)
    {
        var (rows, heldBack) = Read(input, validation, previous, channel);
        var listener = EpochListener(rows.Tokenization);
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
                    Options.Model,
                    training,
                    heldBack,
                    rows.Vectors,
                    progress,
                    listener,
                    Options.CancellationToken)
                : previous.Model.ContinueTraining(rows.Sequences, Options.Model, training, heldBack, progress, listener, Options.CancellationToken),
            (whole, selection, training, progress) => whole.Shrink(
                rows.Sequences, Options.Model, training, selection, heldBack, progress, Options.CancellationToken));
        return new RevLanguageModelTransformer(Host, _columns, rows.Tokenization, model, report) { Shrinking = shrinking };
    }

    /// <summary>What a training would learn from.</summary>
    internal LanguageModelRows Read(IDataView input, IDataView validation) => ReadChecked(input, channel => Read(input, validation, previous: null, channel));

    private LanguageModelRows Read(IDataView input, IDataView? validation, RevLanguageModelTransformer? previous, IChannel channel)
        => Options.Rows is { } cache && previous == null
            ? cache.Get(Options.RowKey, () => ReadRows(input, validation, previous, channel)).Of(cache)
            : ReadRows(input, validation, previous, channel);

    private LanguageModelRows ReadRows(IDataView input, IDataView? validation, RevLanguageModelTransformer? previous, IChannel channel)
    {
        var rows = ReadTraining(input, labels: null, previous?.Tokenization, channel);
        return new(rows, validation == null ? null : ReadValidation(validation, labels: null, rows.Tokenization, channel).Sequences);
    }

    private Action<EpochReport, LanguageModel>? EpochListener(Tokenization tokenization) => Options.EpochEnded is { } ended
        ? (epoch, model) => ended(epoch, new RevLanguageModelTransformer(Host, _columns, tokenization, model, report: null))
        : null;
}
