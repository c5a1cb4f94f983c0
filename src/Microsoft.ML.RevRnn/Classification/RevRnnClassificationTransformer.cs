using System.Numerics.Tensors;
using Microsoft.ML;
using Microsoft.ML.RevRnn;
using Microsoft.ML.RevRnn.Binding;
using Microsoft.ML.RevRnn.Classification;
using Microsoft.ML.RevRnn.Persistence;
using Microsoft.ML.RevRnn.Tokens;
using Microsoft.ML.Runtime;

[assembly: LoadableClass(typeof(RevRnnClassificationTransformer), null, typeof(SignatureLoadModel),
    "RevRNN classification", RevRnnClassificationTransformer.LoaderSignature)]

namespace Microsoft.ML.RevRnn;

/// <summary>
/// Adds the probability of each class and the most probable class of a text or token sequence. Made by
/// <see cref="RevRnnClassificationTrainer"/>.
/// </summary>
public sealed class RevRnnClassificationTransformer : RevRnnTransformer
{
    internal const string LoaderSignature = "RevRnnClassification";

    private readonly LabelValues? _labels;
    private readonly SequenceClassifier _classifier;

    internal RevRnnClassificationTransformer(
        IHost host,
        ClassificationColumns columns,
        Tokenization tokenization,
        LabelValues? labels,
        SequenceClassifier classifier,
        TrainingReport? report)
        : base(host, columns.Text, tokenization, report)
    {
        Columns = columns;
        _labels = labels;
        _classifier = classifier;
    }

    /// <summary>The column that is added with the probability of each class: a vector of Single, whose slots have the names of the classes.</summary>
    public string ScoreColumnName => Columns.Score;

    /// <summary>The column that is added with the most probable class: a key with the label's values.</summary>
    public string PredictedLabelColumnName => Columns.PredictedLabel;

    /// <summary>C: the number of classes.</summary>
    public int ClassCount => _classifier.ClassCount;

    /// <inheritdoc/>
    public override NetworkOptions Network => _classifier.Network;

    private protected override VersionInfo Version => SavedVersion;

    private static VersionInfo SavedVersion => new(
        modelSignature: "REVRNNCL",
        verWrittenCur: 0x00010001,
        verReadableCur: 0x00010001,
        verWeCanReadBack: 0x00010001,
        loaderAssemblyName: typeof(RevRnnClassificationTransformer).Assembly.GetName().Name!,
        loaderSignature: LoaderSignature);

    private ClassificationColumns Columns { get; }

    private protected override IEnumerable<DataViewSchema.DetachedColumn> AddedColumns(DataViewSchema inputSchema)
        => ClassificationSchema.Columns(Columns, inputSchema, ClassCount, _labels);

    private protected override Delegate[] CreateGetters(DataViewRow row, Func<int[]> tokens)
    {
        var probabilities = new RowResult(row, ClassCount, values => _classifier.Predict(tokens(), values));
        ValueGetter<uint> predictedLabel = (ref uint key) => key = (uint)TensorPrimitives.IndexOfMax(probabilities.Values) + 1;
        return [probabilities.Getter, predictedLabel];
    }

    /// <summary>
    /// Writes: the names of text, score and predicted label column; the tokenization; int32 C; the label values; the classifier.
    /// </summary>
    private protected override void Save(BinaryWriter writer)
    {
        Columns.Save(writer);
        Tokenization.Save(writer);
        writer.Write(ClassCount);
        LabelValues.Save(writer, _labels);
        _classifier.Save(writer);
    }

    /// <summary>Called by ML.NET when it loads a model.</summary>
    private static RevRnnClassificationTransformer Create(IHostEnvironment env, ModelLoadContext ctx)
    {
        var host = env.Register(LoaderSignature);
        return Payload.Load(host, ctx, SavedVersion, reader =>
        {
            var columns = ClassificationColumns.Load(reader);
            var tokenization = Tokenization.Load(reader);
            var classCount = reader.ReadInt32();
            var labels = LabelValues.Load(reader, classCount);
            var classifier = SequenceClassifier.Load(reader);
            tokenization.RequireVocabulary(classifier.VocabularySize);
            if (classifier.ClassCount != classCount)
                throw new FormatException($"The network is made for {classifier.ClassCount} classes, and the model has {classCount}.");
            return new RevRnnClassificationTransformer(host, columns, tokenization, labels, classifier, report: null);
        });
    }
}
