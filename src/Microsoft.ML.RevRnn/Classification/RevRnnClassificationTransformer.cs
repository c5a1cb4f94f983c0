using System.Numerics.Tensors;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.RevRnn;
using Microsoft.ML.RevRnn.Binding;
using Microsoft.ML.RevRnn.Classification;
using Microsoft.ML.RevRnn.Input;
using Microsoft.ML.RevRnn.Persistence;
using Microsoft.ML.RevRnn.Trainers;
using Microsoft.ML.Runtime;

[assembly: LoadableClass(typeof(RevRnnClassificationTransformer), null, typeof(SignatureLoadModel),
    "RevRNN classification", RevRnnClassificationTransformer.LoaderSignature)]

namespace Microsoft.ML.RevRnn;

/// <summary>
/// Adds the probability of each class, a vector of Single whose slots have the names of the classes, and the most probable class of a text or token sequence, a
/// key with the label's values. Made by <see cref="RevRnnClassificationTrainer"/>.
/// </summary>
public sealed class RevRnnClassificationTransformer : RevRnnPredictionTransformer
{
    internal const string LoaderSignature = "RevRnnClassification";

    private const float MinimumTemperature = 0.01f;
    private const float MaximumTemperature = 100;

    private static readonly VersionInfo _version = Payload.Version("REVRNNCL", LoaderSignature);

    private readonly LabelValues? _labels;
    private readonly SequenceClassifier _classifier;
    private readonly Lazy<IReadOnlyList<string>> _classNames;
    private readonly Lazy<TextExplainer> _explainer;

    internal RevRnnClassificationTransformer(
        IHost host,
        PredictionColumns columns,
        Tokenization tokenization,
        LabelValues? labels,
        SequenceClassifier classifier,
        TrainingReport? report)
        : base(host, columns, tokenization, report)
    {
        _labels = labels;
        _classifier = classifier;
        _classNames = new(() => Labels.Names);
        _explainer = new(() => new TextExplainer(new ClassExplainer(classifier), ClassNames));
    }

    /// <summary>C: the number of classes.</summary>
    public int ClassCount => _classifier.ClassCount;

    /// <summary>What the classes are called, in the order of the score's slots: by the values of the label, or where those are not known by their numbers from 1.</summary>
    public IReadOnlyList<string> ClassNames => _classNames.Value;

    /// <summary>T: the probabilities are softmax(scores / T). 1 as trained; <see cref="Calibrate"/> changes it.</summary>
    public float Temperature { get; private init; } = 1;

    /// <inheritdoc/>
    public override WeightPrecision WeightPrecision => _classifier.WeightPrecision;

    /// <inheritdoc/>
    public override NetworkOptions Network => _classifier.Network;

    /// <inheritdoc/>
    public override NGramOptions? NGrams => _classifier.NGrams;

    internal override KnownLabels Labels => new(_labels, ClassCount);

    internal SequenceClassifier Classifier => _classifier;

    /// <summary>
    /// The same classifier with the temperature T at which the mean of -ln p of the right classes is least over data (temperature scaling, Guo et al. 2017). The
    /// probabilities change, so that of predictions made with p about as many are right; the predictions do not.
    /// </summary>
    /// <param name="data">Rows that the classifier was not trained on; those without a label are left out, with a warning.</param>
    /// <param name="labelColumnName">Their label: a key of as many values as there are classes.</param>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing or of a wrong type.</exception>
    /// <exception cref="InvalidOperationException">There are no rows with a label.</exception>
    /// <example>
    /// <code>
    /// var calibrated = classifier.Calibrate(heldBack);
    /// var scored = calibrated.Transform(test);
    /// </code>
    /// </example>
    public RevRnnClassificationTransformer Calibrate(IDataView data, string labelColumnName = "Label")
    {
        ArgumentNullException.ThrowIfNull(data);
        using var channel = Host.Start("Calibration");
        InputSchema.FindLabel(Host, SchemaShape.Create(data.Schema), labelColumnName, LabelType.Key);
        var label = data.Schema[labelColumnName];
        InputSchema.KeyCount(Host, label, "label", ClassCount, ClassCount);
        var labels = new KeyLabels(label);
        var sources = InputSchema.Find(Host, data.Schema, Input, Tokenization);
        var examples = new ExampleLabels(labels, weight: null, samplingKey: null, sources.Features);
        var rows = TrainingRows.ReadCalibration(data, sources.Sequence, examples, (Tokenization, NGrams), channel);
        var temperature = _classifier.FitTemperature(rows.Sequences, labels.Values, examples.Features, rows.NGrams);
        return new RevRnnClassificationTransformer(Host, Columns, Tokenization, _labels, _classifier, Report) { Temperature = temperature };
    }

    /// <summary>
    /// Class probabilities of texts, without a pipeline around: the numbers of <see cref="RevRnnTransformer.Transform"/>, texts side by side. For services: one model is for all threads.
    /// </summary>
    /// <param name="texts">The texts.</param>
    /// <exception cref="InvalidOperationException">The model is of key vectors, or reads several columns, or numbers.</exception>
    /// <example><code>foreach (var (label, probability, _) in classifier.Predict(["what a dull film", "a joy"])) ...</code></example>
    public IReadOnlyList<TextPrediction> Predict(IReadOnlyList<string> texts)
    {
        ArgumentNullException.ThrowIfNull(texts);
        var tokenizer = Tokenization.Tokenizer;
        if (tokenizer == null || InputColumnNames.Count > 1 || _classifier.FeatureCount > 0)
        {
            throw Host.Process(new InvalidOperationException(
                "The model reads other columns than one of text, so texts alone have no prediction; make a PredictionEngine of it, or Transform rows."));
        }
        int[][] tokens = [.. texts.Select(text => tokenizer.Encode(text ?? throw new ArgumentNullException(nameof(texts))))];
        var reader = NGrams == null ? null : new NGramReader(NGrams);
        NGramVector[]? nGrams = reader == null ? null : [.. texts.Select(text => reader.Read(text).Copy())];
        var (probabilities, predictions) = _classifier.PredictMany(tokens, temperature: Temperature, nGrams: nGrams);
        return [.. probabilities.Zip(predictions, (ofText, prediction) => new TextPrediction(ClassNames[prediction], ofText[prediction], ofText))];
    }

    /// <summary>
    /// Makes a smaller classifier of the same kind: chooses the neurons that it needs, by learning gates on them (Louizos et al. 2018, Wen et al. 2020) or by the norms of their weights,
    /// cuts the others with all of their weights, and trains what is left further. What it makes of n-grams stays. This model stays as it is; a <see cref="Temperature"/> is not taken over.
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
    /// <example>
    /// <code>
    /// var smaller = classifier.Shrink(data, new ShrinkOptions { KeepFraction = 0.5f });
    /// </code>
    /// </example>
    public RevRnnClassificationTransformer Shrink(
        IDataView data, ShrinkOptions? shrink = null, RevRnnClassificationOptions? training = null, IDataView? validation = null)
    {
        ArgumentNullException.ThrowIfNull(data);
        return new RevRnnClassificationTrainer(Host, Network.Cell, OptionsToShrink(training, shrink)).FitChecked(data, validation, this);
    }

    /// <summary>
    /// What the scores are made of as features of a text, for other trainers, search or clustering: the pooled states of the network, a vector of Single whose slots have names
    /// such as <c>mean.h0</c>. The numbers of <see cref="RevRnnPredictionTransformer.FeatureColumnNames"/> are not among them and not read; Transforms.Concatenate puts them beside. It
    /// shares the weights of this model, and is saved and loaded by itself.
    /// </summary>
    /// <param name="outputColumnName">The column that it adds.</param>
    /// <exception cref="ArgumentException">The name is empty.</exception>
    /// <example>
    /// <code>
    /// var features = classifier.ToFeatures("State");
    /// var neighbours = mlContext.Clustering.Trainers.KMeans("State").Fit(features.Transform(data));
    /// // As a part of a pipeline, in which nothing of it is trained:
    /// var pipeline = mlContext.Transforms.RevLstm(new RevRnnFeaturesOptions { OutputColumnName = "State", Encoder = features })
    ///     .Append(mlContext.Clustering.Trainers.KMeans("State"));
    /// </code>
    /// </example>
    public RevRnnFeaturesTransformer ToFeatures(string outputColumnName = "Features") => Features(outputColumnName, new SequenceEncoder(_classifier));

    /// <summary>
    /// What a class's score of a text is made of: of each token gradient times input, which is what it adds to the network's part of the score, or takes from it, to first order; and
    /// what the n-grams of its word add.
    /// </summary>
    /// <param name="text">The text.</param>
    /// <param name="label">The name of the class, as it is in the slots of the score; null for the predicted one.</param>
    /// <exception cref="ArgumentException">There is no such class, or the model reads several columns, or numbers.</exception>
    /// <exception cref="InvalidOperationException">The model is of key vectors.</exception>
    /// <example>
    /// <code>
    /// var explanation = classifier.Explain("what a dull film");
    /// explanation.SaveHtml("why.html");
    /// </code>
    /// </example>
    public TextExplanation Explain(string text, string? label = null) => Explain([text], label);

    /// <summary>The same for a model that reads several columns, or numbers beside the texts.</summary>
    /// <param name="texts">The text of each column that is read, in their order.</param>
    /// <param name="label">The name of the class; null for the predicted one.</param>
    /// <param name="features">The numbers of <see cref="RevRnnPredictionTransformer.FeatureColumnNames"/>, one column's after the other's; null for none.</param>
    /// <exception cref="ArgumentException">There is no such class, or there are not as many texts or numbers as are read.</exception>
    /// <exception cref="InvalidOperationException">The model is of key vectors.</exception>
    public TextExplanation Explain(IReadOnlyList<string> texts, string? label = null, float[]? features = null)
        => Explain(_explainer.Value, texts, label, features);

    /// <summary>
    /// The contributions of <see cref="Explain(string, string?)"/> as columns: a vector of what each token adds to the predicted class's score, and one of the tokens' texts. It costs
    /// about four times what a prediction does, shares the weights of this model, and is saved and loaded by itself.
    /// </summary>
    /// <param name="contributionsColumnName">The column of contributions.</param>
    /// <param name="tokensColumnName">The column of the tokens' texts.</param>
    /// <exception cref="ArgumentException">A name is empty, or both are the same.</exception>
    /// <example><code>var explained = classifier.Append(classifier.ToContributions()).Transform(data);</code></example>
    public RevRnnContributionsTransformer ToContributions(string contributionsColumnName = "Contributions", string tokensColumnName = "Tokens")
        => new(Host, Contributions(contributionsColumnName, tokensColumnName), Tokenization, _classifier);

    internal override TestedNetwork CreateTested()
    {
        var names = Labels.Names;
        return TestedNetwork.Of(_classifier, scores => names[TensorPrimitives.IndexOfMax<float>([.. scores])]);
    }

    /// <inheritdoc/>
    public override RevRnnClassificationTransformer WithWeights(WeightPrecision precision)
        => precision == WeightPrecision ? this : new(Host, Columns, Tokenization, _labels, _classifier.WithWeights(precision), Report) { Temperature = Temperature, Shrinking = Shrinking };

    private protected override VersionInfo Version => _version;

    private protected override IEnumerable<DataViewSchema.DetachedColumn> AddedColumns(DataViewSchema inputSchema)
        => ClassificationSchema.Columns(Columns, inputSchema, ClassCount, _labels);

    private protected override bool ReadsAhead => true;

    private protected override Delegate[] CreateGetters(DataViewRow row, RowInput input)
    {
        var ofOne = new float[ClassCount];
        var result = WindowResults.Create(
            row,
            input.Read,
            input.ReadToKeep,
            read => (Probabilities: ofOne, Prediction: _classifier.Predict(read.Tokens, read.Features, ofOne, Temperature, read.NGrams)),
            RowValues.OfMany((tokens, features, nGrams) =>
            {
                var (probabilities, predictions) = _classifier.PredictMany(tokens, features, Temperature, nGrams);
                return probabilities.Zip(predictions, (ofRow, prediction) => (Probabilities: ofRow, Prediction: prediction)).ToArray();
            }));
        ValueGetter<VBuffer<float>> score = (ref VBuffer<float> destination) => RowVectors.Copy(result.Value.Probabilities, ref destination);
        ValueGetter<uint> predictedLabel = (ref uint key) => key = (uint)result.Value.Prediction + 1;
        return [score, predictedLabel];
    }

    private protected override void WriteOnnx(Stream stream, OnnxExportOptions options) => _classifier.SaveAsOnnx(stream, options with { Temperature = Temperature });

    private protected override OnnxSubgraph ToOnnxSubgraph(OnnxSubgraphInputs inputs, OnnxExportOptions options) => _classifier.ToOnnxSubgraph(inputs, options with { Temperature = Temperature });

    /// <summary>Writes: int32 C; the label values; float32 temperature; the classifier.</summary>
    private protected override void SaveModel(BinaryWriter writer)
    {
        writer.Write(ClassCount);
        LabelValues.Save(writer, _labels);
        writer.Write(Temperature);
        _classifier.Save(writer);
    }

    /// <summary>Called by ML.NET when it loads a model.</summary>
    private static RevRnnClassificationTransformer Create(IHostEnvironment env, ModelLoadContext ctx)
        => Load(env, ctx, _version, PredictionColumns.Load, (columns, saved) =>
        {
            var classCount = saved.Reader.ReadInt32();
            var labels = LabelValues.Load(saved.Reader, classCount);
            var temperature = saved.IsFirstVersion ? 1 : saved.Reader.ReadSingle();
            if (!(temperature is >= MinimumTemperature and <= MaximumTemperature))
                throw new FormatException($"The model's temperature is {temperature}; it must be from {MinimumTemperature} to {MaximumTemperature}.");
            var classifier = SequenceClassifier.Load(saved.Reader);
            saved.Tokenization.RequireVocabulary(classifier.VocabularySize);
            if (classifier.ClassCount != classCount)
                throw new FormatException($"The network is made for {classifier.ClassCount} classes, and the model has {classCount}.");
            columns.Input.RequireFeatures(classifier.FeatureCount);
            return new RevRnnClassificationTransformer(saved.Host, columns, saved.Tokenization, labels, classifier, saved.Report) { Temperature = temperature };
        });
}
