using Microsoft.ML.RevRnn.Input;
using Microsoft.ML.RevRnn.Tagging;
using Microsoft.ML.RevRnn.Trainers;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.RevRnn;

/// <summary>
/// Trains a tagger, which tells one of C classes of each token of a text or token sequence of any length, from what stands before it and from
/// itself: a learned vector for each token, reversible recurrent layers, and softmax over their state after each token.
/// </summary>
/// <remarks>
/// Input: a column of text or a vector of Key&lt;UInt32&gt; with one key a token, and a label column, a vector of Key&lt;UInt32&gt; with one key a
/// token too. Texts are cut by <see cref="RevRnnOptions.Vocabulary"/>, and there must be as many labels as that gives tokens; where the tokens are
/// known beforehand, a vector of keys is the safer input. A row with another number of labels than of tokens is an error, a missing key among the
/// labels too, and tokens of one class only. Rows without tokens are left out. Output: a vector of Single with T C probabilities, token after
/// token, that of class c (from 0) of token t at t C + c; and a vector of T keys, the most probable class of each token, with the values of the
/// label's keys.
/// Made by <c>mlContext.MulticlassClassification.Trainers.RevLstmTagger</c> and <c>RevGruTagger</c>.
/// </remarks>
public sealed class RevRnnTaggingTrainer : RevRnnTrainerBase<RevRnnTaggingOptions, RevRnnTaggingTransformer>
{
    internal RevRnnTaggingTrainer(IHostEnvironment env, CellKind? cell, RevRnnTaggingOptions options)
        : base(env, options, cell)
    {
    }

    private protected override LabelType LabelType => LabelType.Keys;

    private protected override SchemaShape.Column[] AddedColumns(SchemaShape.Column label) => TaggingSchema.Shapes(Columns, label);

    private protected override RevRnnTaggingTransformer Train(
        IDataView input, IDataView? validation, RevRnnTaggingTransformer? previous, IChannel channel)
    {
        var label = input.Schema[Options.LabelColumnName];
        var known = previous?.Labels ?? KnownLabels.Of(label, Host);
        var rows = Read(input, validation, previous, column => new TokenLabels(column), (value, mapping) => Array.ConvertAll(value, mapping.Of), channel);
        if (previous == null)
            RequireDifferent(rows.TrainingLabels.SelectMany(ofRow => ofRow), key => LabelValues.Name(known.Values, key), label, "tokens", channel);
        var examples = Weighed(rows.Examples, () => known.Names);
        var network = previous?.Network ?? NetworkOf(rows.Training);
        var (model, report, shrinking) = RunAndShrink(rows.Training, network, channel, previous?.Tagger, (training, progress) => previous == null
            ? SequenceTagger.Train(
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
            : previous.Tagger.ContinueTraining(rows.Sequences, rows.Labels, training, examples, progress, Options.CancellationToken),
            (whole, selection, training, progress) => whole.Shrink(rows.Sequences, rows.Labels, training, selection, examples, progress, Options.CancellationToken));
        return new RevRnnTaggingTransformer(Host, Columns, rows.Training.Tokenization, known.Values, model, report) { Shrinking = shrinking };
    }
}
