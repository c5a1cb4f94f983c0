using Microsoft.ML.RevRnn.LanguageModels;
using Microsoft.ML.RevRnn.Tokens;
using Microsoft.ML.RevRnn.Training;
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
public sealed class RevLanguageModelEstimator : IEstimator<RevLanguageModelTransformer>
{
    private readonly IHost _host;
    private readonly RevLanguageModelOptions _options;
    private readonly LanguageModelColumns _columns;

    internal RevLanguageModelEstimator(IHostEnvironment env, RevLanguageModelOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        _host = env.Register(nameof(RevLanguageModelEstimator));
        _options = (RevLanguageModelOptions)options.Checked();
        _columns = new LanguageModelColumns(
            _options.InputColumnName, _options.LogLikelihoodColumnName, _options.PerplexityColumnName, _options.TokenCountColumnName);
    }

    /// <summary>Learns from the data, in one pass over it, and holds back <see cref="TrainingOptions.ValidationFraction"/> of it.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The input column is missing or of a wrong type.</exception>
    /// <exception cref="ArgumentException">The options ask for more than the data allows, such as a memory budget below one window's needs.</exception>
    /// <exception cref="InvalidOperationException">There is no data, training diverged, or a checkpoint cannot be used.</exception>
    /// <exception cref="IOException">A checkpoint cannot be written.</exception>
    public RevLanguageModelTransformer Fit(IDataView input) => Train(input, validation: null);

    /// <summary>Learns from the data, and chooses the best epoch by other data; <see cref="TrainingOptions.ValidationFraction"/> has no meaning then.</summary>
    /// <param name="input">What is learned from.</param>
    /// <param name="validation">Held-back data. Its input column has the same type; keys must be of the same mapping.</param>
    /// <inheritdoc cref="Fit(IDataView)"/>
    public RevLanguageModelTransformer Fit(IDataView input, IDataView validation)
    {
        ArgumentNullException.ThrowIfNull(validation);
        return Train(input, validation);
    }

    /// <summary>The columns of the input, and the three that are added.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The input column is missing or of a wrong type.</exception>
    public SchemaShape GetOutputSchema(SchemaShape inputSchema)
    {
        ArgumentNullException.ThrowIfNull(inputSchema);
        InputSchema.FindSequence(_host, inputSchema, _columns.Input);
        SchemaShape.Column[] added =
            [.. _columns.Added.Select(column => new SchemaShape.Column(column.Name, SchemaShape.Column.VectorKind.Scalar, column.Type, isKey: false))];
        return InputSchema.With(inputSchema, added);
    }

    private RevLanguageModelTransformer Train(IDataView input, IDataView? validation)
    {
        ArgumentNullException.ThrowIfNull(input);
        GetOutputSchema(SchemaShape.Create(input.Schema));
        using var channel = _host.Start("Training");
        var column = input.Schema[_columns.Input];
        var rows = TrainingRows.Read(input, column, label: null, _options.Vocabulary, channel);
        rows.RequireTokens(column, "train", channel);
        var heldBack = validation == null ? null : ReadValidation(validation, rows.Tokenization, channel);

        var network = _options.Network;
        using var monitor = new TrainingMonitor(_host, channel, _options.Progress);
        monitor.Started(rows, network);
        var result = LanguageModel.Train(
            rows.Sequences,
            rows.Tokenization.VocabularySize,
            network,
            _options.Model,
            _options.Training with { Seed = TrainingSeed.Choose(_host, _options.Training.Seed) },
            heldBack,
            monitor,
            EpochListener(rows.Tokenization),
            _options.CancellationToken);
        monitor.Ended(result.Report);
        return new RevLanguageModelTransformer(_host, _columns, rows.Tokenization, result.Model, result.Report);
    }

    private IReadOnlyList<int[]> ReadValidation(IDataView validation, Tokenization tokenization, IChannel channel)
    {
        var column = InputSchema.FindSequence(_host, validation.Schema, _columns.Input, tokenization);
        var rows = TrainingRows.ReadValidation(validation, column, tokenization, channel);
        rows.RequireTokens(column, "validate", channel);
        return rows.Sequences;
    }

    private Action<EpochReport, LanguageModel>? EpochListener(Tokenization tokenization) => _options.EpochEnded is { } ended
        ? (epoch, model) => ended(epoch, new RevLanguageModelTransformer(_host, _columns, tokenization, model, report: null))
        : null;
}
