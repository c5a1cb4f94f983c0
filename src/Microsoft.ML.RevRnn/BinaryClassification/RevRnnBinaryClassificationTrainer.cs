using Microsoft.ML.RevRnn.BinaryClassification;
using Microsoft.ML.RevRnn.Input;
using Microsoft.ML.RevRnn.Trainers;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.RevRnn;

/// <summary>
/// Trains a classifier that tells yes from no of texts or token sequences of any length, end to end: a learned vector for each token, reversible
/// recurrent layers, pooling of their state over time, sigmoid. Its probabilities are those that it was trained on, so it needs no calibrator.
/// </summary>
/// <remarks>
/// Input: a label column of Boolean, and a column of text or a vector of Key&lt;UInt32&gt; with one key a token, or several of text (<see
/// cref="RevRnnTrainerOptions.TextColumnNames"/>), with columns of numbers beside (<see cref="RevRnnTrainerOptions.FeatureColumnNames"/>). Output: the score log p / (1 - p)
/// (Single), the probability p of true (Single), and a Boolean that is true where the score is above 0. Rows of one label only are an error.
/// Made by <c>mlContext.BinaryClassification.Trainers.RevLstm</c> and <c>RevGru</c>.
/// </remarks>
public sealed class RevRnnBinaryClassificationTrainer : RevRnnTrainerBase<RevRnnBinaryClassificationOptions, RevRnnBinaryClassificationTransformer>
{
    private readonly BinaryColumns _columns;

    internal RevRnnBinaryClassificationTrainer(IHostEnvironment env, CellKind? cell, RevRnnBinaryClassificationOptions options)
        : base(env, options, cell)
    {
        _columns = new BinaryColumns(Columns.Input, Columns.Score, Options.ProbabilityColumnName, Columns.PredictedLabel);
    }

    private protected override LabelType LabelType => LabelType.Boolean;

    private protected override SchemaShape.Column[] AddedColumns(SchemaShape.Column label) => BinarySchema.Shapes(_columns);

    private protected override RevRnnBinaryClassificationTransformer Train(
        IDataView input, IDataView? validation, RevRnnBinaryClassificationTransformer? previous, IChannel channel)
    {
        var label = input.Schema[Options.LabelColumnName];
        var rows = Read(input, validation, previous, channel);
        if (previous == null)
            RequireDifferent(rows.TrainingLabels, value => $"'{value}'", label, "rows", channel);
        int[][] labels = [.. rows.Labels.Select(value => (int[])(value ? [0] : []))];
        var examples = Weighed(rows.Examples, () => [bool.FalseString, bool.TrueString]);
        var network = previous?.Network ?? NetworkOf(rows.Training);
        var (model, report, shrinking) = RunAndShrink(rows.Training, network, channel, previous?.Classifier, (training, progress) => previous == null
            ? MultiLabelClassifier.Train(
                rows.Sequences,
                labels,
                labelCount: 1,
                rows.VocabularySize,
                network,
                training,
                Start,
                Options.FineTuning,
                examples,
                rows.Training.Vectors,
                progress,
                Options.CancellationToken)
            : previous.Classifier.ContinueTraining(rows.Sequences, labels, training, examples, progress, Options.CancellationToken),
            (whole, selection, training, progress) => whole.Shrink(rows.Sequences, labels, training, selection, examples, progress, Options.CancellationToken));
        WarnOfChance(model.HeldBackAccuracy, rows.TrainingLabels, channel);
        TellShares(model.NetworkShare, model.NGramShare, channel);
        return new RevRnnBinaryClassificationTransformer(Host, _columns with { Input = rows.Input }, rows.Training.Tokenization, model, report) { Shrinking = shrinking };
    }

    /// <summary>What a training would learn from.</summary>
    internal LabelledRows<bool> Read(IDataView input, IDataView validation) => ReadChecked(input, channel => Read(input, validation, previous: null, channel));

    private LabelledRows<bool> Read(IDataView input, IDataView? validation, RevRnnBinaryClassificationTransformer? previous, IChannel channel)
        => Read(input, validation, previous, column => new BooleanLabels(column), (value, _) => value, channel);
}
