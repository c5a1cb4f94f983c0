using Microsoft.ML.RevRnn.Features;
using Microsoft.ML.RevRnn.Input;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.RevRnn;

/// <summary>
/// Learns to turn a text or token sequence of any length into a vector of features, without labels: a reversible recurrent network is trained
/// to predict each next token, and backwards the one before if it is bidirectional; the mean of its hidden state over a text is the text's features.
/// </summary>
/// <remarks>
/// Input: a column of text, or a vector of Key&lt;UInt32&gt; with one key a token. Output: a vector of Single, one for each hidden unit of each direction.
/// Made by <c>mlContext.Transforms.RevLstm</c> and <c>RevGru</c>.
/// </remarks>
public sealed class RevRnnFeaturesEstimator : RevRnnEstimatorBase<RevRnnFeaturesOptions, RevRnnFeaturesTransformer>
{
    internal RevRnnFeaturesEstimator(IHostEnvironment env, CellKind? cell, RevRnnFeaturesOptions options)
        : base(env, options, cell)
    {
    }

    private protected override SchemaShape.Column[] AddedColumns(SchemaShape inputSchema)
        => [FeaturesSchema.Shape(Options.OutputColumnName)];

    private protected override RevRnnFeaturesTransformer Train(
        IDataView input, IDataView? validation, RevRnnFeaturesTransformer? previous, IChannel channel)
    {
        if (Options.LanguageModel is { } model)
            return Trained(input, model.Tokenization, new SequenceEncoder(model.Model));
        if (Options.Encoder is { } features)
            return Trained(input, features.Tokenization, features.Encoder);
        var rows = ReadTraining(input, labels: null, previous?.Tokenization, channel);
        var heldBack = validation == null ? null : ReadValidation(validation, labels: null, rows.Tokenization, channel).Sequences;
        var network = previous?.Network ?? rows.Fitted(Options.Network);
        var (encoder, report, shrinking) = RunAndShrink(rows, network, channel, previous?.Encoder, (training, progress) => previous == null
            ? SequenceEncoder.Train(
                rows.Sequences, rows.Tokenization.VocabularySize, network, training, heldBack, rows.Vectors, progress, Options.CancellationToken)
            : previous.Encoder.ContinueTraining(rows.Sequences, training, heldBack, progress, Options.CancellationToken),
            (whole, selection, training, progress) => whole.Shrink(rows.Sequences, training, selection, heldBack, progress, Options.CancellationToken));
        return Transformer(rows.Tokenization, encoder, report, shrinking);
    }

    private RevRnnFeaturesTransformer Trained(IDataView input, Tokenization tokenization, SequenceEncoder encoder)
    {
        InputSchema.FindSequence(Host, input.Schema, Options.SequenceColumnNames, tokenization);
        return Transformer(tokenization, encoder, report: null);
    }

    private RevRnnFeaturesTransformer Transformer(Tokenization tokenization, SequenceEncoder encoder, TrainingReport? report, ShrinkReport? shrinking = null)
        => new(Host, new FeaturesColumns(Options.OutputColumnName, ReadColumns.Of(Options.SequenceColumnNames)), tokenization, encoder, report) { Shrinking = shrinking };
}
