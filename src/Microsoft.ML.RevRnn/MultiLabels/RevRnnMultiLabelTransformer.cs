using Microsoft.ML;
using Microsoft.ML.RevRnn;
using Microsoft.ML.RevRnn.Binding;
using Microsoft.ML.RevRnn.Input;
using Microsoft.ML.RevRnn.MultiLabels;
using Microsoft.ML.RevRnn.Persistence;
using Microsoft.ML.RevRnn.Trainers;
using Microsoft.ML.Runtime;

[assembly: LoadableClass(typeof(RevRnnMultiLabelTransformer), null, typeof(SignatureLoadModel),
    "RevRNN multi-label classification", RevRnnMultiLabelTransformer.LoaderSignature)]

namespace Microsoft.ML.RevRnn;

/// <summary>
/// Adds the probability of each label for a text or token sequence, a vector of Single, and whether it is above 1/2, a vector of Boolean; the slots
/// of both have the names of the labels, if those are text. Made by <see cref="RevRnnMultiLabelTrainer"/>.
/// </summary>
public sealed class RevRnnMultiLabelTransformer : RevRnnPredictionTransformer
{
    internal const string LoaderSignature = "RevRnnMultiLabel";

    private static readonly VersionInfo _version = Payload.Version("REVRNNML", LoaderSignature);

    private readonly LabelValues? _names;
    private readonly MultiLabelClassifier _classifier;
    private readonly Lazy<TextExplainer> _explainer;

    internal RevRnnMultiLabelTransformer(
        IHost host,
        PredictionColumns columns,
        Tokenization tokenization,
        LabelValues? names,
        MultiLabelClassifier classifier,
        TrainingReport? report)
        : base(host, columns, tokenization, report)
    {
        _names = names;
        _classifier = classifier;
        _explainer = new(() => new TextExplainer(new ClassExplainer(classifier), Labels.Names));
    }

    /// <summary>C: the number of labels.</summary>
    public int LabelCount => _classifier.LabelCount;

    /// <inheritdoc/>
    public override WeightPrecision WeightPrecision => _classifier.WeightPrecision;

    /// <inheritdoc/>
    public override NetworkOptions Network => _classifier.Network;

    /// <inheritdoc/>
    public override NGramOptions? NGrams => _classifier.NGrams;

    /// <summary>
    /// Makes a smaller model of the same kind: chooses the neurons that it needs, by learning gates on them (Louizos et al. 2018, Wen et al. 2020) or by the norms of their weights,
    /// cuts the others with all of their weights, and trains what is left further. What it makes of n-grams stays. This model stays as it is.
    /// </summary>
    /// <param name="data">Rows that the model was trained on, or some like them.</param>
    /// <param name="shrink">Which neurons are kept; null for the defaults, half the units.</param>
    /// <param name="training">
    /// Columns of labels and text, and how the smaller model is trained further, above all <see cref="RevRnnOptions.Training"/>; what it says of network and vocabulary must be left as it
    /// is, or be the model's. Null for the defaults: the label is in column Label.
    /// </param>
    /// <param name="validation">Held-back rows; null to hold back a part of <paramref name="data"/>.</param>
    /// <returns>The smaller model; <see cref="RevRnnTransformer.Shrinking"/> has sizes, losses and times.</returns>
    /// <exception cref="ArgumentException">An option is out of its range, or neurons cannot be cut: of a network with <see cref="NetworkOptions.SkipConnections"/>.</exception>
    /// <exception cref="InvalidOperationException">There is no data, or training diverged.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled before there was a smaller model.</exception>
    /// <example><code>var smaller = model.Shrink(data, new ShrinkOptions { KeepFraction = 0.5f });</code></example>
    public RevRnnMultiLabelTransformer Shrink(IDataView data, ShrinkOptions? shrink = null, RevRnnMultiLabelOptions? training = null, IDataView? validation = null)
    {
        ArgumentNullException.ThrowIfNull(data);
        return new RevRnnMultiLabelTrainer(Host, Network.Cell, OptionsToShrink(training, shrink)).FitChecked(data, validation, this);
    }

    /// <inheritdoc cref="RevRnnClassificationTransformer.ToFeatures"/>
    public RevRnnFeaturesTransformer ToFeatures(string outputColumnName = "Features") => Features(outputColumnName, new SequenceEncoder(_classifier));

    internal override KnownLabels Labels => new(_names, LabelCount);

    internal MultiLabelClassifier Classifier => _classifier;

    /// <summary>
    /// What the log odds of a label of a text are made of: of each token gradient times input, which is what it adds to the network's part, or takes from it, to first order; and what the
    /// n-grams of its word add.
    /// </summary>
    /// <param name="text">The text.</param>
    /// <param name="label">The name of the label, as it is in the slots of the score; null for the most probable one.</param>
    /// <exception cref="ArgumentException">There is no such label, or the model reads several columns, or numbers.</exception>
    /// <exception cref="InvalidOperationException">The model is of key vectors.</exception>
    public TextExplanation Explain(string text, string? label = null) => Explain([text], label);

    /// <inheritdoc cref="RevRnnClassificationTransformer.Explain(IReadOnlyList{string}, string?, float[])"/>
    public TextExplanation Explain(IReadOnlyList<string> texts, string? label = null, float[]? features = null)
        => Explain(_explainer.Value, texts, label, features);

    /// <inheritdoc cref="RevRnnClassificationTransformer.ToContributions"/>
    public RevRnnContributionsTransformer ToContributions(string contributionsColumnName = "Contributions", string tokensColumnName = "Tokens")
        => new(Host, Contributions(contributionsColumnName, tokensColumnName), Tokenization, _classifier);

    internal override TestedNetwork CreateTested()
    {
        var names = Labels.Names;
        return TestedNetwork.Of(_classifier, scores => string.Join(", ", names.Where((_, label) => scores[label] > 0)));
    }

    /// <inheritdoc/>
    public override RevRnnMultiLabelTransformer WithWeights(WeightPrecision precision)
        => precision == WeightPrecision ? this : new(Host, Columns, Tokenization, _names, _classifier.WithWeights(precision), Report) { Shrinking = Shrinking };

    private protected override VersionInfo Version => _version;

    private protected override IEnumerable<DataViewSchema.DetachedColumn> AddedColumns(DataViewSchema inputSchema)
        => MultiLabelSchema.Columns(Columns, inputSchema, LabelCount, _names);

    private protected override bool ReadsAhead => true;

    private protected override Delegate[] CreateGetters(DataViewRow row, RowInput input)
    {
        var probabilities = RowVectors.Create(
            row,
            LabelCount,
            input.Read,
            input.ReadToKeep,
            (read, values) => _classifier.Predict(read.Tokens, read.Features, values, read.NGrams),
            RowValues.OfMany(_classifier.PredictMany));
        return [probabilities.Getter(), probabilities.Getter(probability => probability > 0.5f)];
    }

    private protected override void WriteOnnx(Stream stream, OnnxExportOptions options) => _classifier.SaveAsOnnx(stream, options with { LabelOutputs = OnnxLabelOutputs.Labels });

    private protected override OnnxSubgraph ToOnnxSubgraph(OnnxSubgraphInputs inputs, OnnxExportOptions options) => _classifier.ToOnnxSubgraph(inputs, options with { LabelOutputs = OnnxLabelOutputs.Labels });

    /// <summary>Writes: int32 C; the names of the labels; the classifier.</summary>
    private protected override void SaveModel(BinaryWriter writer)
    {
        writer.Write(LabelCount);
        LabelValues.Save(writer, _names);
        _classifier.Save(writer);
    }

    /// <summary>Called by ML.NET when it loads a model.</summary>
    private static RevRnnMultiLabelTransformer Create(IHostEnvironment env, ModelLoadContext ctx)
        => Load(env, ctx, _version, PredictionColumns.Load, (columns, saved) =>
        {
            var labelCount = saved.Reader.ReadInt32();
            var names = LabelValues.Load(saved.Reader, labelCount);
            var classifier = MultiLabelClassifier.Load(saved.Reader);
            saved.Tokenization.RequireVocabulary(classifier.VocabularySize);
            if (classifier.LabelCount != labelCount)
                throw new FormatException($"The network is made for {classifier.LabelCount} labels, and the model has {labelCount}.");
            columns.Input.RequireFeatures(classifier.FeatureCount);
            return new RevRnnMultiLabelTransformer(saved.Host, columns, saved.Tokenization, names, classifier, saved.Report);
        });
}
