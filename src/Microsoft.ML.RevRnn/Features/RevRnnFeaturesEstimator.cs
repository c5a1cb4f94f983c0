using Microsoft.ML.Data;
using Microsoft.ML.RevRnn.Training;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.RevRnn;

/// <summary>
/// Learns to turn a text or token sequence of any length into a vector of features, without labels: a reversible recurrent network is trained
/// to predict each next token, and the mean of its hidden state over a text is the text's features.
/// </summary>
/// <remarks>
/// Input: a column of text, or a vector of Key&lt;UInt32&gt; with one key a token. Output: a vector of Single, one for each hidden unit.
/// Made by <c>mlContext.Transforms.RevLstm</c> and <c>RevGru</c>.
/// </remarks>
public sealed class RevRnnFeaturesEstimator : IEstimator<RevRnnFeaturesTransformer>
{
    private readonly IHost _host;
    private readonly RevRnnFeaturesOptions _options;

    internal RevRnnFeaturesEstimator(IHostEnvironment env, CellKind cell, RevRnnFeaturesOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        _host = env.Register(nameof(RevRnnFeaturesEstimator));
        _options = (RevRnnFeaturesOptions)options.Checked(cell);
        Pretrained.RequireCell(_host, _options.LanguageModel, cell);
    }

    /// <summary>Learns from the data, in one pass over it.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The input column is missing or of a wrong type.</exception>
    /// <exception cref="InvalidOperationException">There is no data, training diverged, or a checkpoint cannot be used.</exception>
    /// <exception cref="IOException">A checkpoint cannot be written.</exception>
    public RevRnnFeaturesTransformer Fit(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        GetOutputSchema(SchemaShape.Create(input.Schema));
        if (_options.LanguageModel is { } model)
        {
            InputSchema.FindSequence(_host, input.Schema, _options.InputColumnName!, model.Tokens);
            return new RevRnnFeaturesTransformer(
                _host, _options.OutputColumnName, _options.InputColumnName!, model.Tokens, new SequenceEncoder(model.Model), report: null);
        }
        using var channel = _host.Start("Training");
        var rows = TrainingRows.Read(input, input.Schema[_options.InputColumnName!], label: null, _options.Vocabulary, channel);
        var network = _options.Network;
        using var monitor = new TrainingMonitor(_host, channel, _options.Progress);
        monitor.Started(rows, network);
        var result = SequenceEncoder.Train(
            rows.Sequences,
            rows.Tokenization.VocabularySize,
            network,
            _options.Training with { Seed = TrainingSeed.Choose(_host, _options.Training.Seed) },
            monitor,
            _options.CancellationToken);
        monitor.Ended(result.Report);
        return new RevRnnFeaturesTransformer(
            _host, _options.OutputColumnName, _options.InputColumnName!, rows.Tokenization, result.Model, result.Report);
    }

    /// <summary>The columns of the input, and the features.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The input column is missing or of a wrong type.</exception>
    public SchemaShape GetOutputSchema(SchemaShape inputSchema)
    {
        ArgumentNullException.ThrowIfNull(inputSchema);
        InputSchema.FindSequence(_host, inputSchema, _options.InputColumnName!);
        return InputSchema.With(inputSchema, new SchemaShape.Column(
            _options.OutputColumnName, SchemaShape.Column.VectorKind.Vector, NumberDataViewType.Single, isKey: false));
    }
}
