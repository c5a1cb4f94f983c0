using Microsoft.ML;
using Microsoft.ML.RevRnn;
using Microsoft.ML.RevRnn.Binding;
using Microsoft.ML.RevRnn.Features;
using Microsoft.ML.RevRnn.Input;
using Microsoft.ML.RevRnn.Persistence;
using Microsoft.ML.Runtime;

[assembly: LoadableClass(typeof(RevRnnFeaturesTransformer), null, typeof(SignatureLoadModel),
    "RevRNN features", RevRnnFeaturesTransformer.LoaderSignature)]

namespace Microsoft.ML.RevRnn;

/// <summary>
/// Adds a vector of features of a text's or token sequence's content and order. Made by <see cref="RevRnnFeaturesEstimator"/>, and of classifiers by their <c>ToFeatures</c>.
/// </summary>
public sealed class RevRnnFeaturesTransformer : RevRnnTransformer
{
    internal const string LoaderSignature = "RevRnnFeatures";

    private static readonly VersionInfo _version = Payload.Version("REVRNNFT", LoaderSignature);

    private readonly FeaturesColumns _columns;
    private readonly SequenceEncoder _encoder;

    internal RevRnnFeaturesTransformer(IHost host, FeaturesColumns columns, Tokenization tokenization, SequenceEncoder encoder, TrainingReport? report)
        : base(host, columns.Input, tokenization, report)
    {
        _columns = columns;
        _encoder = encoder;
    }

    /// <summary>The column that is added: a vector of Single, whose slots have the names of <see cref="SequenceEncoder.FeatureNames"/>.</summary>
    public string OutputColumnName => _columns.Output;

    /// <inheritdoc/>
    public override WeightPrecision WeightPrecision => _encoder.WeightPrecision;

    /// <inheritdoc/>
    public override NetworkOptions Network => _encoder.Network;

    internal SequenceEncoder Encoder => _encoder;

    /// <inheritdoc/>
    public override RevRnnFeaturesTransformer WithWeights(WeightPrecision precision)
        => precision == WeightPrecision ? this : new(Host, _columns, Tokenization, _encoder.WithWeights(precision), Report) { Shrinking = Shrinking };

    /// <summary>
    /// Makes a smaller model of the same kind: chooses the neurons that it needs, by learning gates on them (Louizos et al. 2018, Wen et al. 2020) or by the norms of their weights,
    /// cuts the others with all of their weights, and trains what is left further. A language model says which are needed, and is trained over the features first; there are fewer features then. This model stays as it is.
    /// </summary>
    /// <param name="data">Rows that the model was trained on, or some like them.</param>
    /// <param name="shrink">Which neurons are kept; null for the defaults, half the units.</param>
    /// <param name="training">
    /// Columns of text, and how the smaller model is trained further, above all <see cref="RevRnnOptions.Training"/>; what it says of network and vocabulary must be left as it
    /// is, or be the model's. Null for the defaults.
    /// </param>
    /// <param name="validation">Held-back rows; null to hold back a part of <paramref name="data"/>.</param>
    /// <returns>The smaller model; <see cref="RevRnnTransformer.Shrinking"/> has sizes, losses and times.</returns>
    /// <exception cref="ArgumentException">An option is out of its range, the features are a classifier's, which is made smaller itself, or neurons cannot be cut: of a network with <see cref="NetworkOptions.SkipConnections"/>.</exception>
    /// <exception cref="InvalidOperationException">There is no data, or training diverged.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled before there was a smaller model.</exception>
    /// <example><code>var smaller = model.Shrink(data, new ShrinkOptions { KeepFraction = 0.5f });</code></example>
    public RevRnnFeaturesTransformer Shrink(IDataView data, ShrinkOptions? shrink = null, RevRnnFeaturesOptions? training = null, IDataView? validation = null)
    {
        ArgumentNullException.ThrowIfNull(data);
        var options = (RevRnnFeaturesOptions?)training?.Copy() ?? new RevRnnFeaturesOptions { OutputColumnName = OutputColumnName, InputColumnNames = [.. InputColumnNames] };
        (options.NeuronSelection, options.OnlyShrinks) = (shrink ?? new ShrinkOptions(), true);
        return new RevRnnFeaturesEstimator(Host, Network.Cell, options).FitChecked(data, validation, this);
    }

    private protected override VersionInfo Version => _version;

    private protected override IEnumerable<DataViewSchema.DetachedColumn> AddedColumns(DataViewSchema inputSchema)
        => [FeaturesSchema.Column(OutputColumnName, _encoder.FeatureNames)];

    private protected override bool ReadsAhead => true;

    private protected override Delegate[] CreateGetters(DataViewRow row, RowInput input)
        => [RowVectors.Create(row, _encoder.FeatureCount, input.Tokens, input.Tokens, (tokens, features) => _encoder.Encode(tokens, features), _encoder.EncodeMany).Getter()];

    /// <summary>Writes the names of output and input columns.</summary>
    private protected override void SaveColumns(BinaryWriter writer) => _columns.Save(writer);

    private protected override void WriteOnnx(Stream stream, OnnxExportOptions options) => _encoder.SaveAsOnnx(stream, options);

    private protected override OnnxSubgraph ToOnnxSubgraph(OnnxSubgraphInputs inputs, OnnxExportOptions options) => _encoder.ToOnnxSubgraph(inputs, options);

    /// <summary>Writes the encoder.</summary>
    private protected override void SaveModel(BinaryWriter writer) => _encoder.Save(writer);

    /// <summary>Called by ML.NET when it loads a model.</summary>
    private static RevRnnFeaturesTransformer Create(IHostEnvironment env, ModelLoadContext ctx)
        => Load(env, ctx, _version, FeaturesColumns.Load, (columns, saved) =>
        {
            var encoder = SequenceEncoder.Load(saved.Reader);
            saved.Tokenization.RequireVocabulary(encoder.VocabularySize);
            columns.Input.RequireFeatures(0);
            return new RevRnnFeaturesTransformer(saved.Host, columns, saved.Tokenization, encoder, saved.Report);
        });
}
