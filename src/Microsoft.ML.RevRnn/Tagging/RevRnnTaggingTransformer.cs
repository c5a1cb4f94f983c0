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
    public override NetworkOptions Network => _tagger.Network;

    internal override KnownLabels Labels => new(_labels, ClassCount);

    internal SequenceTagger Tagger => _tagger;

    private protected override VersionInfo Version => _version;

    private protected override IEnumerable<DataViewSchema.DetachedColumn> AddedColumns(DataViewSchema inputSchema)
        => TaggingSchema.Columns(Columns, inputSchema, ClassCount, _labels);

    private protected override Delegate[] CreateGetters(DataViewRow row, RowInput input)
    {
        var probabilities = TagProbabilities.Create(row, _tagger, input.Tokens);
        return [probabilities.Getter(), TagProbabilities.MostProbable(probabilities, ClassCount)];
    }

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
