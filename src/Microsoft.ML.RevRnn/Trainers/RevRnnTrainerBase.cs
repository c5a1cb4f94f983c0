using System.Globalization;
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
        Columns = new PredictionColumns(ReadColumns.Of(Options.SequenceColumnNames), Options.ScoreColumnName, Options.PredictedLabelColumnName);
    }

    private protected PredictionColumns Columns { get; }

    private protected sealed override IReadOnlyList<string> SequenceColumnNames => Columns.Input.Sequence;

    private protected sealed override string SequenceColumnsOption => nameof(Options.TextColumnNames);

    /// <summary>What the label column must be.</summary>
    private protected abstract LabelType LabelType { get; }

    /// <summary>The network that is trained. What a language model has none of, the pooling, is that of the options.</summary>
    private protected NetworkOptions Network
        => Options.LanguageModel is { } model ? model.Network with { Pooling = Options.Network.Pooling } : Options.Network;

    /// <summary>The engine's language model to start from; null for none.</summary>
    private protected LanguageModel? Start => Options.LanguageModel?.Model;

    private protected sealed override SchemaShape.Column[] AddedColumns(SchemaShape inputSchema)
    {
        if (Options.SamplingKeyColumnName is { } key)
            InputSchema.FindSamplingKey(Host, inputSchema, key);
        return AddedColumns(FindLabel(inputSchema));
    }

    /// <summary>The shapes of the columns that are added for a label.</summary>
    private protected abstract SchemaShape.Column[] AddedColumns(SchemaShape.Column label);

    /// <summary>
    /// Reads the data: in the language model's tokens, or in tokens that are learned from it. A validation set is read in the same tokens and labels.
    /// </summary>
    /// <param name="input">What is learned from.</param>
    /// <param name="validation">Held-back data; null for none.</param>
    /// <param name="createLabels">Makes what takes the labels of a column.</param>
    /// <param name="map">From a label of the validation set to that of the training data.</param>
    /// <param name="channel">The log.</param>
    private protected LabelledRows<T> Read<T>(
        IDataView input, IDataView? validation, Func<DataViewSchema.Column, RowLabels<T>> createLabels, Func<T, LabelMapping, T> map, IChannel channel)
    {
        if (validation != null)
            FindLabel(SchemaShape.Create(validation.Schema));
        var label = input.Schema[Options.LabelColumnName];
        var labels = createLabels(label);
        var columns = Columns.Input with { Features = [.. (Options.FeatureColumnNames ?? []).Select(name => FeatureColumn.Of(input.Schema[name]))] };
        var examples = Examples(input, labels, columns.Features, validation == null ? Options.SamplingKeyColumnName : null);
        var rows = Read(input, examples, channel);
        examples.Check(rows.Sequences, SequenceColumns(input), channel);
        examples.WarnOfMissing(channel);
        if (validation == null)
            return new(columns, rows, rows.Sequences, labels.Values, examples.Options);

        var otherLabel = validation.Schema[Options.LabelColumnName];
        var otherLabels = createLabels(otherLabel);
        var others = Examples(validation, otherLabels, columns.Features, samplingKey: null);
        var otherRows = ReadValidation(validation, others, rows.Tokenization, channel);
        others.Check(otherRows.Sequences, SequenceColumns(validation), channel);
        var mapping = new LabelMapping(otherLabel, label, channel);
        T[] mapped = [.. otherLabels.Values.Select(value => map(value, mapping))];
        mapping.RequireKnown(channel);
        return new(columns, rows, [.. rows.Sequences, .. otherRows.Sequences], [.. labels.Values, .. mapped], examples.With(others, otherRows.Sequences.Count));
    }

    /// <summary>What the engine is told of the rows, with what their classes weigh.</summary>
    /// <param name="examples">What it is told without.</param>
    /// <param name="names">What the classes are called.</param>
    private protected ExampleOptions Weighed(ExampleOptions examples, Func<IReadOnlyList<string>> names) => examples with
    {
        LabelSmoothing = Options.LabelSmoothing,
        BalancesClasses = Options.ClassWeights is { AreBalanced: true },
        ClassWeights = Options.ClassWeights?.Of(Options.ClassWeights.AreBalanced ? [] : names(), Options.LabelColumnName),
    };

    /// <summary>What classes are called: by what they stand for, or else by their number from 1.</summary>
    private protected static IReadOnlyList<string> Names(LabelValues? values, int count)
        => [.. Enumerable.Range(0, count).Select(i => values?.Text(i) ?? (i + 1).ToString(CultureInfo.InvariantCulture))];

    /// <summary>The label column, after a check of those of weights and numbers.</summary>
    private SchemaShape.Column FindLabel(SchemaShape schema)
    {
        if (Options.ExampleWeightColumnName is { } weight)
            InputSchema.FindWeight(Host, schema, weight);
        InputSchema.CheckFeatures(Host, schema, Options.FeatureColumnNames ?? []);
        return InputSchema.FindLabel(Host, schema, Options.LabelColumnName, LabelType);
    }

    private ExampleLabels Examples(IDataView data, RowLabels labels, IReadOnlyList<FeatureColumn> features, string? samplingKey) => new(
        labels,
        Options.ExampleWeightColumnName is { } weight ? data.Schema[weight] : null,
        samplingKey == null ? null : data.Schema[samplingKey],
        InputSchema.FindFeatures(Host, data.Schema, features));

    private TrainingRows Read(IDataView input, RowLabels labels, IChannel channel) => Options.LanguageModel is { Tokenization: var tokens }
        ? TrainingRows.Read(input, InputSchema.FindSequence(Host, input.Schema, SequenceColumnNames, tokens), labels, tokens, channel, Options.CancellationToken)
        : TrainingRows.Read(input, SequenceColumns(input), labels, Options.Vocabulary, channel, Options.CancellationToken);

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
