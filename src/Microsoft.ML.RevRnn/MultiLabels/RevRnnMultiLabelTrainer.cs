using Microsoft.ML.RevRnn.Input;
using Microsoft.ML.RevRnn.MultiLabels;
using Microsoft.ML.RevRnn.Trainers;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.RevRnn;

/// <summary>
/// Trains a classifier of texts or token sequences of any length, of which any number of C labels may hold, end to end: a learned vector for each
/// token, reversible recurrent layers, pooling of their state over time, and a sigmoid for each label.
/// </summary>
/// <remarks>
/// Input: a column of text or a vector of Key&lt;UInt32&gt; with one key a token, or several of text (<see
/// cref="RevRnnTrainerOptions.TextColumnNames"/>), with columns of numbers beside (<see cref="RevRnnTrainerOptions.FeatureColumnNames"/>), and a label column: a vector of Boolean of known size, whose slot
/// names are the labels' names, or a vector of any size of Key&lt;UInt32&gt; with the keys that hold, whose values are the labels' names. A missing
/// key says nothing, and of a row none need hold. Output: a vector of Single with the probability of each label, and a vector of Boolean that are
/// true where it is above 1/2, both with the names of the labels, if they are text, as slot names. Rows that all have the same labels are an error.
/// Made by <c>mlContext.MulticlassClassification.Trainers.RevLstmMultiLabel</c> and <c>RevGruMultiLabel</c>.
/// </remarks>
public sealed class RevRnnMultiLabelTrainer : RevRnnTrainerBase<RevRnnMultiLabelOptions, RevRnnMultiLabelTransformer>
{
    internal RevRnnMultiLabelTrainer(IHostEnvironment env, CellKind? cell, RevRnnMultiLabelOptions options)
        : base(env, options, cell)
    {
    }

    private protected override LabelType LabelType => LabelType.Set;

    private protected override SchemaShape.Column[] AddedColumns(SchemaShape.Column label) => MultiLabelSchema.Shapes(Columns, label);

    private protected override RevRnnMultiLabelTransformer Train(
        IDataView input, IDataView? validation, RevRnnMultiLabelTransformer? previous, IChannel channel)
    {
        var label = input.Schema[Options.LabelColumnName];
        var known = previous?.Labels ?? KnownLabels.Of(label, Host);
        var rows = Read(input, validation, previous, LabelSets.Rows, (value, mapping) => Array.ConvertAll(value, mapping.Of), channel);
        if (previous == null)
            RequireDifferent(rows.TrainingLabels.Select(value => LabelSets.Describe(known, value)), text => text, label, "rows", channel);
        var examples = Weighed(rows.Examples, () => known.Count == 1 ? [bool.FalseString, bool.TrueString] : known.Names);
        var network = previous?.Network ?? NetworkOf(rows.Training);
        var (model, report, shrinking) = RunAndShrink(rows.Training, network, channel, previous?.Classifier, (training, progress) => previous == null
            ? MultiLabelClassifier.Train(
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
            (whole, selection, training, progress) => whole.Shrink(rows.Sequences, rows.Labels, training, selection, examples, progress, Options.CancellationToken));
        TellShares(model.NetworkShare, model.NGramShare, channel);
        return new RevRnnMultiLabelTransformer(Host, Columns with { Input = rows.Input }, rows.Training.Tokenization, known.Values, model, report) { Shrinking = shrinking };
    }
}
