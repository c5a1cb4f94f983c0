using Microsoft.ML.RevRnn.Classification;
using Microsoft.ML.RevRnn.Input;
using Microsoft.ML.RevRnn.Trainers;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.RevRnn;

/// <summary>
/// Trains a classifier of texts or token sequences of any length, end to end: a learned vector for each token, reversible recurrent layers, mean
/// and maximum of their state over time, softmax. Activations are not stored but reversed, so a long text costs time, not memory.
/// </summary>
/// <remarks>
/// Input: a label column of Key&lt;UInt32&gt;, and a column of text or a vector of Key&lt;UInt32&gt; with one key a token, or several of text (<see
/// cref="RevRnnTrainerOptions.TextColumnNames"/>), with columns of numbers beside (<see cref="RevRnnTrainerOptions.FeatureColumnNames"/>). Output: a vector of
/// Single with the probability of each class, and a key with the most probable one. Rows of one class only are an error.
/// Made by <c>mlContext.MulticlassClassification.Trainers.RevLstm</c> and <c>RevGru</c>.
/// </remarks>
public sealed class RevRnnClassificationTrainer : RevRnnTrainerBase<RevRnnClassificationOptions, RevRnnClassificationTransformer>
{
    internal RevRnnClassificationTrainer(IHostEnvironment env, CellKind? cell, RevRnnClassificationOptions options)
        : base(env, options, cell)
    {
    }

    private protected override LabelType LabelType => LabelType.Key;

    private protected override SchemaShape.Column[] AddedColumns(SchemaShape.Column label) => ClassificationSchema.Shapes(Columns, label);

    private protected override RevRnnClassificationTransformer Train(
        IDataView input, IDataView? validation, RevRnnClassificationTransformer? previous, IChannel channel)
    {
        var label = input.Schema[Options.LabelColumnName];
        var known = previous?.Labels ?? KnownLabels.Of(label, Host);
        var rows = Read(input, validation, previous, channel);
        if (previous == null)
            RequireDifferent(rows.TrainingLabels, key => LabelValues.Name(known.Values, key), label, "rows", channel);
        var examples = Weighed(rows.Examples, () => known.Names);
        var network = previous?.Network ?? NetworkOf(rows.Training);
        var (model, report, shrinking) = RunAndShrink(
            rows.Training,
            network,
            channel,
            previous?.Classifier,
            (training, progress) => previous == null
                ? SequenceClassifier.Train(
                    rows.Sequences,
                    rows.Labels,
                    known.Count,
                    rows.VocabularySize,
                    network,
                    training,
                    Start,
                    Options.FineTuning,
                    examples,
                    rows.Training.Vectors,
                    progress,
                    Options.CancellationToken)
                : previous.Classifier.ContinueTraining(rows.Sequences, rows.Labels, training, examples, progress, Options.CancellationToken),
            (whole, selection, training, progress) => whole.Shrink(
                rows.Sequences, rows.Labels, training, selection, examples, progress, Options.CancellationToken));
        WarnOfChance(model.HeldBackAccuracy, rows.TrainingLabels, channel);
        TellShares(model.NetworkShare, model.NGramShare, channel);
        return new RevRnnClassificationTransformer(Host, Columns with { Input = rows.Input }, rows.Training.Tokenization, known.Values, model, report) { Shrinking = shrinking };
    }

    /// <summary>What a training would learn from.</summary>
    internal LabelledRows<int> Read(IDataView input, IDataView validation) => ReadChecked(input, channel => Read(input, validation, previous: null, channel));

    private LabelledRows<int> Read(IDataView input, IDataView? validation, RevRnnClassificationTransformer? previous, IChannel channel)
        => Read(input, validation, previous, column => new KeyLabels(column), (value, mapping) => mapping.Of(value), channel);
}
