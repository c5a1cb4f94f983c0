using Microsoft.ML.RevRnn.Classification;
using Microsoft.ML.RevRnn.Training;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.RevRnn;

/// <summary>
/// Trains a classifier of texts or token sequences of any length, end to end: a learned vector for each token, reversible recurrent layers, mean
/// and maximum of their state over time, softmax. Activations are not stored but reversed, so a long text costs time, not memory.
/// </summary>
/// <remarks>
/// Input: a label column of Key&lt;UInt32&gt;, and a column of text or a vector of Key&lt;UInt32&gt; with one key a token. Output: a vector of
/// Single with the probability of each class, and a key with the most probable one.
/// Made by <c>mlContext.MulticlassClassification.Trainers.RevLstm</c> and <c>RevGru</c>.
/// </remarks>
public sealed class RevRnnClassificationTrainer : IEstimator<RevRnnClassificationTransformer>
{
    private const int MaximumClassCount = 10_000_000;

    private readonly IHost _host;
    private readonly RevRnnClassificationOptions _options;
    private readonly ClassificationColumns _columns;

    internal RevRnnClassificationTrainer(IHostEnvironment env, CellKind cell, RevRnnClassificationOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        _host = env.Register(nameof(RevRnnClassificationTrainer));
        _options = (RevRnnClassificationOptions)options.Checked(cell);
        Pretrained.RequireCell(_host, _options.LanguageModel, cell);
        _columns = new ClassificationColumns(_options.TextColumnName, _options.ScoreColumnName, _options.PredictedLabelColumnName);
    }

    /// <summary>Learns from the data, in one pass over it. Rows without a label are left out, with a warning.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing or of a wrong type.</exception>
    /// <exception cref="InvalidOperationException">There is no data, or of one class only, training diverged, or a checkpoint cannot be used.</exception>
    /// <exception cref="IOException">A checkpoint cannot be written.</exception>
    public RevRnnClassificationTransformer Fit(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        GetOutputSchema(SchemaShape.Create(input.Schema));
        var label = input.Schema[_options.LabelColumnName];
        var classCount = InputSchema.KeyCount(_host, label, "label", 2, MaximumClassCount);
        var labelValues = LabelValues.Of(label, classCount);

        using var channel = _host.Start("Training");
        var rows = _options.LanguageModel is { } model
            ? TrainingRows.Read(input, InputSchema.FindSequence(_host, input.Schema, _options.TextColumnName, model.Tokens), label, model.Tokens, channel)
            : TrainingRows.Read(input, input.Schema[_options.TextColumnName], label, _options.Vocabulary, channel);
        if (rows.Labels.All(other => other == rows.Labels[0]))
        {
            throw channel.Process(new InvalidOperationException(
                $"All rows have the same value in the label column '{label.Name}'; a classifier needs at least two to tell apart."));
        }

        var network = _options.LanguageModel?.Network ?? _options.Network;
        using var monitor = new TrainingMonitor(_host, channel, _options.Progress);
        monitor.Started(rows, network);
        var result = SequenceClassifier.Train(
            rows.Sequences,
            rows.Labels,
            classCount,
            rows.Tokenization.VocabularySize,
            network,
            _options.Training with { Seed = TrainingSeed.Choose(_host, _options.Training.Seed) },
            _options.LanguageModel?.Model,
            _options.FineTuning,
            monitor,
            _options.CancellationToken);
        monitor.Ended(result.Report);
        return new RevRnnClassificationTransformer(_host, _columns, rows.Tokenization, labelValues, result.Model, result.Report);
    }

    /// <summary>The columns of the input, the score and the predicted label.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing or of a wrong type.</exception>
    public SchemaShape GetOutputSchema(SchemaShape inputSchema)
    {
        ArgumentNullException.ThrowIfNull(inputSchema);
        InputSchema.FindSequence(_host, inputSchema, _options.TextColumnName);
        var label = InputSchema.FindLabel(_host, inputSchema, _options.LabelColumnName);
        return InputSchema.With(inputSchema, ClassificationSchema.Shapes(_columns, label));
    }
}
