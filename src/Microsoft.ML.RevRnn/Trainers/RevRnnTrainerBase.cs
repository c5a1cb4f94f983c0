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
    private const string NewClasses = " Going on adds no classes: leave these rows out, or train anew on data of all classes.";

    private protected RevRnnTrainerBase(IHostEnvironment env, TOptions options, CellKind? cell)
        : base(env, options, cell)
    {
        Columns = new PredictionColumns(ReadColumns.Of(Options.SequenceColumnNames), Options.ScoreColumnName, Options.PredictedLabelColumnName);
    }

    private protected PredictionColumns Columns { get; }

    /// <summary>What the label column must be.</summary>
    private protected abstract LabelType LabelType { get; }

    /// <summary>The network that is trained anew. What a language model has none of, the pooling, is that of the options.</summary>
    private protected NetworkOptions NetworkOf(TrainingRows rows)
        => Options.LanguageModel is { } model ? model.Network with { Pooling = Options.Network.Pooling } : rows.Fitted(Options.Network);

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
    /// Reads the data: in the tokens and labels of a model to go on with, in the language model's tokens, or in tokens that are learned from it. A validation set is
    /// read in the same tokens and labels.
    /// </summary>
    /// <param name="input">What is learned from.</param>
    /// <param name="validation">Held-back data; null for none.</param>
    /// <param name="previous">The model to go on with; null for none.</param>
    /// <param name="createLabels">Makes what takes the labels of a column.</param>
    /// <param name="map">From a label of the data to one that is known already.</param>
    /// <param name="channel">The log.</param>
    private protected LabelledRows<T> Read<T>(
        IDataView input,
        IDataView? validation,
        TTransformer? previous,
        Func<DataViewSchema.Column, RowLabels<T>> createLabels,
        Func<T, LabelMapping, T> map,
        IChannel channel)
    {
        if (Options.Rows is not { } cache || previous != null)
            return ReadRows(input, validation, previous, createLabels, map, channel);
        var rows = cache.Get(Options.RowKey, () => ReadRows(input, validation, previous, createLabels, map, channel)).LearnedBy(Options.NGramsOfRows);
        return cache.SharesOfAll is { } shares ? rows.TrainedOnAll(shares) : rows;
    }

    private LabelledRows<T> ReadRows<T>(
        IDataView input,
        IDataView? validation,
        TTransformer? previous,
        Func<DataViewSchema.Column, RowLabels<T>> createLabels,
        Func<T, LabelMapping, T> map,
        IChannel channel)
    {
        if (validation != null)
            FindLabel(SchemaShape.Create(validation.Schema));
        var label = input.Schema[Options.LabelColumnName];
        var known = previous?.Labels ?? KnownLabels.Of(label, channel);
        var owner = previous == null ? "training data" : "model to go on with";
        var labels = createLabels(label);
        var columns = Columns.Input with
        {
            Features = previous?.Input.Features ?? [.. (Options.FeatureColumnNames ?? []).Select(name => FeatureColumn.Of(input.Schema[name]))],
        };
        var examples = Examples(input, labels, columns.Features, validation == null ? Options.SamplingKeyColumnName : null);
        var nGrams = previous == null ? Options.NGramsOfRows : previous.NGrams;
        var rows = ReadTraining(input, examples, previous?.Tokenization ?? Options.LanguageModel?.Tokenization, channel, nGrams);
        examples.Check(rows.Sequences, SequenceColumns(input), channel);
        examples.WarnOfMissing(previous == null ? "the mean of the others" : "the mean that the model to go on with has", channel);
        var values = previous == null ? labels.Values : Map(labels, "data", NewClasses);
        if (validation == null)
            return new(columns, rows, rows.Sequences, values, With(examples.Options, rows.NGrams));

        var otherLabels = createLabels(validation.Schema[Options.LabelColumnName]);
        var others = Examples(validation, otherLabels, columns.Features, samplingKey: null);
        var otherRows = ReadValidation(validation, others, rows.Tokenization, channel, nGrams);
        others.Check(otherRows.Sequences, SequenceColumns(validation), channel);
        return new(
            columns,
            rows,
            [.. rows.Sequences, .. otherRows.Sequences],
            [.. values, .. Map(otherLabels, "validation data", "")],
            With(examples.With(others, otherRows.Sequences.Count), nGrams == null ? null : [.. rows.NGrams!, .. otherRows.NGrams!]));

        ExampleOptions With(ExampleOptions options, IReadOnlyList<NGramVector>? vectors) => vectors == null ? options : options with { NGrams = new(nGrams!, vectors) };

        IReadOnlyList<T> Map(RowLabels<T> ofRows, string use, string remedy)
        {
            var mapping = new LabelMapping(ofRows.Column, use, known, owner, channel);
            T[] mapped = [.. ofRows.Values.Select(value => map(value, mapping))];
            mapping.RequireKnown(remedy, channel);
            return mapped;
        }
    }

    /// <summary>Warns of a model that tells no more than the largest class does.</summary>
    /// <param name="heldBackAccuracy">The model's, on what was held back; null where nothing was.</param>
    /// <param name="labels">The labels that were trained on.</param>
    /// <param name="channel">The log.</param>
    private protected static void WarnOfChance<T>(double? heldBackAccuracy, IEnumerable<T> labels, IChannel channel)
        where T : notnull
    {
        T[] all = [.. labels];
        var share = (double)all.CountBy(label => label).Max(label => label.Value) / all.Length;
        if (heldBackAccuracy is { } accuracy && accuracy <= share)
        {
            channel.Warning(MessageSensitivity.Schema, FormattableString.Invariant(
                $"The model is no better than its largest class: it is right about {accuracy:P1} of what was held back, and {share:P1} of the rows have that label. ") +
                $"More rows help, or texts that tell more, or a {nameof(Options.LanguageModel)} or {nameof(Options.WordVectors)} to start from.");
        }
    }

    /// <summary>Says how much network and n-grams count in the scores.</summary>
    private protected static void TellShares(float networkShare, float nGramShare, IChannel channel)
    {
        if (nGramShare != 0 || networkShare != 1)
        {
            channel.Info(MessageSensitivity.None, FormattableString.Invariant(
                $"Scores are {networkShare:F2} times those of the network and {nGramShare:F2} times those of the n-grams, as is best for what was held back."));
        }
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
