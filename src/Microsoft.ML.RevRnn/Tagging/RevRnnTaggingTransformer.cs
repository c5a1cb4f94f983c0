using Microsoft.ML;
using Microsoft.ML.RevRnn;
using Microsoft.ML.RevRnn.Binding;
using Microsoft.ML.RevRnn.Input;
using Microsoft.ML.RevRnn.Persistence;
using Microsoft.ML.RevRnn.Tagging;
using Microsoft.ML.RevRnn.Trainers;
using Microsoft.ML.Runtime;

[assembly: LoadableClass(typeof(RevRnnTaggingTransformer), null, typeof(SignatureLoadModel),
    "RevRNN tagging", RevRnnTaggingTransformer.LoaderSignature)]

namespace Microsoft.ML.RevRnn;

/// <summary>
/// Adds the probabilities of the C classes of each of the T tokens of a text or token sequence, a vector of T C Single, token after token: that of
/// class c (from 0) of token t is at t C + c; and the most probable class of each token, a vector of T keys with the label's values. Made by <see
/// cref="RevRnnTaggingTrainer"/>.
/// </summary>
public sealed class RevRnnTaggingTransformer : RevRnnPredictionTransformer
{
    internal const string LoaderSignature = "RevRnnTagging";

    private static readonly VersionInfo _version = Payload.Version("REVRNNTG", LoaderSignature);

    private readonly LabelValues? _labels;
    private readonly SequenceTagger _tagger;

    internal RevRnnTaggingTransformer(
        IHost host,
        PredictionColumns columns,
        Tokenization tokenization,
        LabelValues? labels,
        SequenceTagger tagger,
        TrainingReport? report)
        : base(host, columns, tokenization, report)
    {
        _labels = labels;
        _tagger = tagger;
    }

    /// <summary>C: the number of classes.</summary>
    public int ClassCount => _tagger.ClassCount;

    /// <summary>
    /// How the tagger does on labelled data with the true class before each token, as in training, and with its own, as in use: what exposure bias there is where
    /// <see cref="NetworkOptions.Feedback"/> is <see cref="FeedbackKind.Output"/>.
    /// </summary>
    /// <param name="data">The input column, and that of the classes, with the keys of training.</param>
    /// <param name="labelColumnName">The column of the classes, one a token: a vector of Key&lt;UInt32&gt;. Default "Label".</param>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing or of another type than in training.</exception>
    /// <exception cref="InvalidOperationException">Nothing is fed back, or a row has not one label for each token.</exception>
    /// <exception cref="ArgumentException">The data has no tokens.</exception>
    public FeedbackLosses EvaluateFeedback(IDataView data, string labelColumnName = "Label")
    {
        var view = View(data, FeedbackRows.Columns, (row, sources) => FeedbackRows.CreateGetters(Tokenization.CreateReader(row, sources.Sequence)));
        var (sequences, labels) = FeedbackRows.Read(view, labelColumnName, ClassCount, Host);
        return _tagger.EvaluateFeedback(sequences, labels);
    }

    /// <inheritdoc/>
    public override WeightPrecision WeightPrecision => _tagger.WeightPrecision;

    /// <inheritdoc/>
    public override NetworkOptions Network => _tagger.Network;

    /// <summary>
    /// Makes a smaller model of the same kind: chooses the neurons that it needs, by learning gates on them (Louizos et al. 2018, Wen et al. 2020) or by the norms of their weights,
    /// cuts the others with all of their weights, and trains what is left further. This model stays as it is.
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
    public RevRnnTaggingTransformer Shrink(IDataView data, ShrinkOptions? shrink = null, RevRnnTaggingOptions? training = null, IDataView? validation = null)
    {
        ArgumentNullException.ThrowIfNull(data);
        return new RevRnnTaggingTrainer(Host, Network.Cell, OptionsToShrink(training, shrink)).FitChecked(data, validation, this);
    }

    internal override KnownLabels Labels => new(_labels, ClassCount);

    internal SequenceTagger Tagger => _tagger;

    /// <summary>
    /// What the tagger's classes hang on: for each token of a text the gradient of the score of its class, before softmax, by the vector of each token that has been read by then. With
    /// reversal, a text of any length takes about <see cref="ConnectivityOptions.MemoryBudget"/>.
    /// </summary>
    /// <param name="text">The text.</param>
    /// <param name="labels">The class of each token, by name, for <see cref="ConnectivityTarget.Actual"/>; null for the most probable ones.</param>
    /// <param name="options">Which tokens, and how; null for the defaults.</param>
    /// <exception cref="ArgumentException">There are not as many labels as tokens, one is of no class, or an option is out of its range.</exception>
    /// <exception cref="InvalidOperationException">The model is of key vectors.</exception>
    /// <exception cref="ReversalException">Reversal failed its integrity checks.</exception>
    /// <example><code>tagger.Connectivity("the quick brown fox").SaveHtml("connectivity.html");</code></example>
    public ConnectivityReport Connectivity(string text, IReadOnlyList<string>? labels = null, RevConnectivityOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(text);
        return ConnectivityReport.Of(_tagger, RequireTokenizer(), text, Labels.Names, labels, options);
    }

    /// <summary>
    /// How well words are told from their characters: of a tagger of characters that has the word as the class of each of them, and of the separator before, the accuracy by how many
    /// letters of the word it has read.
    /// </summary>
    /// <param name="data">Rows that the tagger was not trained on.</param>
    /// <param name="labelColumnName">Their labels: vectors of keys of as many values as there are classes, one for each character.</param>
    /// <param name="separator">What begins a word.</param>
    /// <param name="top">How many of the most probable classes count, 1 to 1,000.</param>
    /// <param name="ignoredLabel">A class that is not to be told, such as that of all unknown words; null for none.</param>
    /// <returns>A figure for each number of letters, from 0.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing or of a wrong type, or an argument is out of its range.</exception>
    /// <exception cref="InvalidOperationException">The model is of key vectors, there are no rows, or one has another number of labels than of characters.</exception>
    /// <example><code>foreach (var figure in tagger.AccuracyByLetters(test)) Console.WriteLine($"{figure.Letters}: {figure.TopAccuracy[0]:P1}");</code></example>
    public IReadOnlyList<LetterAccuracy> AccuracyByLetters(
        IDataView data, string labelColumnName = "Label", char separator = ' ', int top = 3, string? ignoredLabel = null)
    {
        ArgumentNullException.ThrowIfNull(data);
        using var channel = Host.Start("AccuracyByLetters");
        InputSchema.FindLabel(Host, SchemaShape.Create(data.Schema), labelColumnName, LabelType.Keys);
        var label = data.Schema[labelColumnName];
        InputSchema.KeyCount(Host, label, "label", ClassCount, ClassCount);
        var token = RequireTokenizer().Encode([separator]) is [var only] ? only : throw new ArgumentOutOfRangeException(nameof(separator), separator, "It is not one token.");
        var labels = new TokenLabels(label);
        var sources = InputSchema.Find(Host, data.Schema, Input, Tokenization);
        var rows = TrainingRows.ReadCalibration(data, sources.Sequence, labels, (Tokenization, null), channel);
        labels.Check(rows.Sequences, sources.Sequence, channel);
        var ignored = Labels.Names.Index().Where(name => name.Item == ignoredLabel).Select(name => name.Index).ToHashSet();
        return RevRnn.AccuracyByLetters.Of(_tagger, rows.Sequences, labels.Values, token, top, ignored);
    }

    private TextTokenizer RequireTokenizer() => Tokenization.Tokenizer ?? throw Host.Process(new InvalidOperationException(
        $"The model is of the keys in column '{InputColumnName}', so it has tokens and no text; {nameof(TokenConnectivity)} and {nameof(RevRnn.AccuracyByLetters)} are of tokens."));

    /// <inheritdoc/>
    public override RevRnnTaggingTransformer WithWeights(WeightPrecision precision)
        => precision == WeightPrecision ? this : new(Host, Columns, Tokenization, _labels, _tagger.WithWeights(precision), Report) { Shrinking = Shrinking };

    private protected override VersionInfo Version => _version;

    private protected override IEnumerable<DataViewSchema.DetachedColumn> AddedColumns(DataViewSchema inputSchema)
        => TaggingSchema.Columns(Columns, inputSchema, ClassCount, _labels);

    /// <summary>Where classes are fed back, each row's are told token by token, and nothing is gained by several rows.</summary>
    private protected override bool ReadsAhead => Network.Feedback == FeedbackKind.None;

    private protected override Delegate[] CreateGetters(DataViewRow row, RowInput input)
    {
        var probabilities = TagProbabilities.Create(row, _tagger, input.Tokens);
        return [probabilities.Getter(), TagProbabilities.MostProbable(probabilities, ClassCount)];
    }

    private protected override void WriteOnnx(Stream stream, OnnxExportOptions options) => _tagger.SaveAsOnnx(stream, options);

    private protected override OnnxSubgraph ToOnnxSubgraph(OnnxSubgraphInputs inputs, OnnxExportOptions options) => _tagger.ToOnnxSubgraph(inputs, options);

    /// <summary>Writes: int32 C; the label values; the tagger.</summary>
    private protected override void SaveModel(BinaryWriter writer)
    {
        writer.Write(ClassCount);
        LabelValues.Save(writer, _labels);
        _tagger.Save(writer);
    }

    /// <summary>Called by ML.NET when it loads a model.</summary>
    private static RevRnnTaggingTransformer Create(IHostEnvironment env, ModelLoadContext ctx)
        => Load(env, ctx, _version, PredictionColumns.Load, (columns, saved) =>
        {
            var classCount = saved.Reader.ReadInt32();
            var labels = LabelValues.Load(saved.Reader, classCount);
            var tagger = SequenceTagger.Load(saved.Reader);
            saved.Tokenization.RequireVocabulary(tagger.VocabularySize);
            if (tagger.ClassCount != classCount)
                throw new FormatException($"The network is made for {tagger.ClassCount} classes, and the model has {classCount}.");
            columns.Input.RequireFeatures(0);
            return new RevRnnTaggingTransformer(saved.Host, columns, saved.Tokenization, labels, tagger, saved.Report);
        });
}
