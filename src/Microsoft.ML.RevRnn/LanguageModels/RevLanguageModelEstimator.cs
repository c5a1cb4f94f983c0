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
            Options.InputColumnName, Options.LogLikelihoodColumnName, Options.PerplexityColumnName, Options.TokenCountColumnName);
    }

    private protected override string SequenceColumnName => _columns.Input;

    /// <summary>Learns from the data, and chooses the best epoch by other data; <see cref="TrainingOptions.ValidationFraction"/> has no meaning then.</summary>
    /// <param name="input">What is learned from.</param>
    /// <param name="validation">Held-back data. Its input column has the same type; keys must be of the same mapping.</param>
    /// <inheritdoc cref="RevRnnEstimatorBase{TOptions, TTransformer}.Fit(IDataView)"/>
    public RevLanguageModelTransformer Fit(IDataView input, IDataView validation)
    {
        ArgumentNullException.ThrowIfNull(validation);
        return Fit(input, channel => Train(input, validation, channel));
    }

    private protected override SchemaShape.Column[] AddedColumns(SchemaShape inputSchema)
        => [.. _columns.Added.Select(column => new SchemaShape.Column(column.Name, SchemaShape.Column.VectorKind.Scalar, column.Type, isKey: false))];

    private protected override RevLanguageModelTransformer Train(IDataView input, IChannel channel) => Train(input, validation: null, channel);

    private RevLanguageModelTransformer Train(IDataView input, IDataView? validation, IChannel channel)
    {
        var column = input.Schema[SequenceColumnName];
        var rows = TrainingRows.Read(input, column, labels: null, Options.Vocabulary, channel, Options.CancellationToken);
        var heldBack = validation == null ? null : ReadValidation(validation, rows.Tokenization, channel);
        var result = Run(rows, Options.Network, channel, (training, progress) => LanguageModel.Train(
            rows.Sequences,
            rows.Tokenization.VocabularySize,
            Options.Network,
            Options.Model,
            training,
            heldBack,
            progress,
            EpochListener(rows.Tokenization),
            Options.CancellationToken));
        return new RevLanguageModelTransformer(Host, _columns, rows.Tokenization, result.Model, result.Report);
    }

    private IReadOnlyList<int[]> ReadValidation(IDataView validation, Tokenization tokenization, IChannel channel)
    {
        var column = InputSchema.FindSequence(Host, validation.Schema, SequenceColumnName, tokenization);
        return TrainingRows.ReadValidation(validation, column, tokenization, channel, Options.CancellationToken).Sequences;
    }

    private Action<EpochReport, LanguageModel>? EpochListener(Tokenization tokenization) => Options.EpochEnded is { } ended
        ? (epoch, model) => ended(epoch, new RevLanguageModelTransformer(Host, _columns, tokenization, model, report: null))
        : null;
}
