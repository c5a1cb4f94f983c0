using System.Numerics.Tensors;
using Microsoft.ML;
using Microsoft.ML.RevRnn;
using Microsoft.ML.RevRnn.BinaryClassification;
using Microsoft.ML.RevRnn.Binding;
using Microsoft.ML.RevRnn.Input;
using Microsoft.ML.RevRnn.Persistence;
using Microsoft.ML.RevRnn.Trainers;
using Microsoft.ML.Runtime;

[assembly: LoadableClass(typeof(RevRnnBinaryClassificationTransformer), null, typeof(SignatureLoadModel),
    "RevRNN binary classification", RevRnnBinaryClassificationTransformer.LoaderSignature)]

namespace Microsoft.ML.RevRnn;

/// <summary>
/// Adds log p / (1 - p) of a text or token sequence, with p the probability of true, a Single; p itself, a Single; and a Boolean that is true where
/// the score is above 0.
/// Made by <see cref="RevRnnBinaryClassificationTrainer"/>.
/// </summary>
public sealed class RevRnnBinaryClassificationTransformer : RevRnnPredictionTransformer
{
    internal const string LoaderSignature = "RevRnnBinary";

    private static readonly VersionInfo _version = Payload.Version("REVRNNBI", LoaderSignature);

    private readonly BinaryColumns _columns;
    private readonly MultiLabelClassifier _classifier;
    private readonly Lazy<TextExplainer> _explainer;

    internal RevRnnBinaryClassificationTransformer(
        IHost host, BinaryColumns columns, Tokenization tokenization, MultiLabelClassifier classifier, TrainingReport? report)
        : base(host, columns, tokenization, report)
    {
        _columns = columns;
        _classifier = classifier;
        _explainer = new(() => new TextExplainer(new ClassExplainer(classifier), ["True"]));
    }

    /// <summary>The column that is added with the probability of true.</summary>
    public string ProbabilityColumnName => _columns.Probability;

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
    public RevRnnBinaryClassificationTransformer Shrink(IDataView data, ShrinkOptions? shrink = null, RevRnnBinaryClassificationOptions? training = null, IDataView? validation = null)
    {
        ArgumentNullException.ThrowIfNull(data);
        return new RevRnnBinaryClassificationTrainer(Host, Network.Cell, OptionsToShrink(training, shrink)).FitChecked(data, validation, this);
    }

    /// <inheritdoc cref="RevRnnClassificationTransformer.ToFeatures"/>
    public RevRnnFeaturesTransformer ToFeatures(string outputColumnName = "Features") => Features(outputColumnName, new SequenceEncoder(_classifier));

    internal override KnownLabels Labels => KnownLabels.TrueAndFalse;

    internal MultiLabelClassifier Classifier => _classifier;

    /// <summary>
    /// What the score, the log odds of true, of a text is made of: of each token gradient times input, which is what it adds to the network's part, or takes from it, to first order;
    /// and what the n-grams of its word add.
    /// </summary>
    /// <param name="text">The text.</param>
    /// <exception cref="ArgumentException">The model reads several columns, or numbers.</exception>
    /// <exception cref="InvalidOperationException">The model is of key vectors.</exception>
    public TextExplanation Explain(string text) => Explain([text]);

    /// <summary>The same for a model that reads several columns, or numbers beside the texts.</summary>
    /// <param name="texts">The text of each column that is read, in their order.</param>
    /// <param name="features">The numbers of <see cref="RevRnnPredictionTransformer.FeatureColumnNames"/>, one column's after the other's; null for none.</param>
    /// <exception cref="ArgumentException">There are not as many texts or numbers as are read.</exception>
    /// <exception cref="InvalidOperationException">The model is of key vectors.</exception>
    public TextExplanation Explain(IReadOnlyList<string> texts, float[]? features = null) => Explain(_explainer.Value, texts, label: null, features);

    /// <inheritdoc cref="RevRnnClassificationTransformer.ToContributions"/>
    public RevRnnContributionsTransformer ToContributions(string contributionsColumnName = "Contributions", string tokensColumnName = "Tokens")
        => new(Host, Contributions(contributionsColumnName, tokensColumnName), Tokenization, _classifier);

    internal override TestedNetwork CreateTested() => TestedNetwork.Of(_classifier, scores => scores[0] > 0 ? "True" : "False");

    /// <inheritdoc/>
    public override RevRnnBinaryClassificationTransformer WithWeights(WeightPrecision precision)
        => precision == WeightPrecision ? this : new(Host, _columns, Tokenization, _classifier.WithWeights(precision), Report) { Shrinking = Shrinking };

    private protected override VersionInfo Version => _version;

    private protected override IEnumerable<DataViewSchema.DetachedColumn> AddedColumns(DataViewSchema inputSchema)
        => BinarySchema.Columns(_columns, inputSchema);

    private protected override bool ReadsAhead => true;

    private protected override Delegate[] CreateGetters(DataViewRow row, RowInput input)
    {
        var scores = RowVectors.Create(
            row,
            length: 1,
            input.Read,
            input.ReadToKeep,
            (read, values) => _classifier.Score(read.Tokens, read.Features, values, read.NGrams),
            RowValues.OfMany(_classifier.ScoreMany));
        ValueGetter<float> score = (ref float value) => value = scores.Value[0];
        ValueGetter<float> probability = (ref float value) => value = Probability(scores.Value[0]);
        ValueGetter<bool> predictedLabel = (ref bool value) => value = scores.Value[0] > 0;
        return [score, probability, predictedLabel];
    }

    private protected override void WriteOnnx(Stream stream, OnnxExportOptions options) => _classifier.SaveAsOnnx(stream, options with { LabelOutputs = OnnxLabelOutputs.Binary });

    private protected override OnnxSubgraph ToOnnxSubgraph(OnnxSubgraphInputs inputs, OnnxExportOptions options) => _classifier.ToOnnxSubgraph(inputs, options with { LabelOutputs = OnnxLabelOutputs.Binary });

    /// <summary>To the bits that <see cref="MultiLabelClassifier"/> gives: of a single value the library's would be those of the C library.</summary>
    private static float Probability(float score)
    {
        Span<float> scores = [score, 0, 0, 0];
        TensorPrimitives.Sigmoid(scores, scores);
        return scores[0];
    }

    /// <summary>Writes the classifier.</summary>
    private protected override void SaveModel(BinaryWriter writer) => _classifier.Save(writer);

    /// <summary>Called by ML.NET when it loads a model.</summary>
    private static RevRnnBinaryClassificationTransformer Create(IHostEnvironment env, ModelLoadContext ctx)
        => Load(env, ctx, _version, BinaryColumns.Load, (columns, saved) =>
        {
            var classifier = MultiLabelClassifier.Load(saved.Reader);
            saved.Tokenization.RequireVocabulary(classifier.VocabularySize);
            if (classifier.LabelCount != 1)
                throw new FormatException($"The network is made for {classifier.LabelCount} labels; a binary classifier has one.");
            columns.Input.RequireFeatures(classifier.FeatureCount);
            return new RevRnnBinaryClassificationTransformer(saved.Host, columns, saved.Tokenization, classifier, saved.Report);
        });
}
