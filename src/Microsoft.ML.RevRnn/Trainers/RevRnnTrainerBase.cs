using Microsoft.ML.RevRnn.Input;
using Microsoft.ML.RevRnn.Trainers;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.RevRnn;

/// <summary>What all RevRnn trainers, which learn from labels, have in common: the label column, and a language model to start from.</summary>
/// <typeparam name="TOptions">Its options.</typeparam>
/// <typeparam name="TTransformer">What it makes.</typeparam>
public abstract class RevRnnTrainerBase<TOptions, TTransformer> : RevRnnEstimatorBase<TOptions, TTransformer>
    where TOptions : RevRnnTrainerOptions
    where TTransformer : RevRnnPredictionTransformer
{
    private protected RevRnnTrainerBase(IHostEnvironment env, TOptions options, CellKind? cell)
        : base(env, options, cell)
    {
        Columns = new PredictionColumns(Options.TextColumnName, Options.ScoreColumnName, Options.PredictedLabelColumnName);
    }

    private protected PredictionColumns Columns { get; }

    private protected sealed override string SequenceColumnName => Columns.Text;

    /// <summary>What the label column must be.</summary>
    private protected abstract LabelType LabelType { get; }

    /// <summary>The network that is trained. What a language model has none of, the pooling, is that of the options.</summary>
    private protected NetworkOptions Network
        => Options.LanguageModel is { } model ? model.Network with { Pooling = Options.Network.Pooling } : Options.Network;

    /// <summary>The engine's language model to start from; null for none.</summary>
    private protected LanguageModel? Start => Options.LanguageModel?.Model;

    private protected sealed override SchemaShape.Column[] AddedColumns(SchemaShape inputSchema)
        => AddedColumns(InputSchema.FindLabel(Host, inputSchema, Options.LabelColumnName, LabelType));

    /// <summary>The shapes of the columns that are added for a label.</summary>
    private protected abstract SchemaShape.Column[] AddedColumns(SchemaShape.Column label);

    private protected sealed override TTransformer Train(IDataView input, IChannel channel)
        => Train(input, input.Schema[Options.LabelColumnName], channel);

    /// <summary>Trains on data whose schema was found right.</summary>
    private protected abstract TTransformer Train(IDataView input, DataViewSchema.Column label, IChannel channel);

    /// <summary>Reads the data: in the language model's tokens, or in tokens that are learned from it.</summary>
    /// <param name="input">The data.</param>
    /// <param name="labels">Takes the labels.</param>
    /// <param name="channel">The log.</param>
    private protected TrainingRows Read(IDataView input, RowLabels labels, IChannel channel) => Options.LanguageModel is { Tokenization: var tokens }
        ? TrainingRows.Read(input, InputSchema.FindSequence(Host, input.Schema, SequenceColumnName, tokens), labels, tokens, channel, Options.CancellationToken)
        : TrainingRows.Read(input, input.Schema[SequenceColumnName], labels, Options.Vocabulary, channel, Options.CancellationToken);

    /// <summary>Checks that there is something to tell apart.</summary>
    /// <param name="values">The labels.</param>
    /// <param name="describe">What a label is called.</param>
    /// <param name="label">Their column.</param>
    /// <param name="bearers">What has them.</param>
    /// <param name="channel">The log.</param>
    /// <exception cref="InvalidOperationException">All labels are the same.</exception>
    private protected static void RequireDifferent<T>(
        IEnumerable<T> values, Func<T, string> describe, DataViewSchema.Column label, string bearers, IChannel channel)
    {
        if (values.Distinct().Take(2).ToArray() is [var only])
        {
            throw channel.Process(new InvalidOperationException(
                $"All {bearers} have the same value in the label column '{label.Name}', {describe(only)}; a classifier needs at least two to tell apart. " +
                TrainingRows.SeparatorHint));
        }
    }
}
