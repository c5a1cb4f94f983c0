using System.Numerics.Tensors;
using Microsoft.ML;
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

    private static readonly VersionInfo _version = Payload.Version("REVRNNCL", LoaderSignature);

    private readonly LabelValues? _labels;
    private readonly SequenceClassifier _classifier;

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
    }

    /// <summary>C: the number of classes.</summary>
    public int ClassCount => _classifier.ClassCount;

    /// <inheritdoc/>
    public override NetworkOptions Network => _classifier.Network;

    private protected override VersionInfo Version => _version;

    private protected override IEnumerable<DataViewSchema.DetachedColumn> AddedColumns(DataViewSchema inputSchema)
        => ClassificationSchema.Columns(Columns, inputSchema, ClassCount, _labels);

    private protected override Delegate[] CreateGetters(DataViewRow row, Func<int[]> tokens)
    {
        var probabilities = RowVectors.Create(row, ClassCount, values => _classifier.Predict(tokens(), values));
        ValueGetter<uint> predictedLabel = (ref uint key) => key = (uint)TensorPrimitives.IndexOfMax(probabilities.Value) + 1;
        return [probabilities.Getter(), predictedLabel];
    }

    /// <summary>Writes: int32 C; the label values; the classifier.</summary>
    private protected override void SaveModel(BinaryWriter writer)
    {
        writer.Write(ClassCount);
        LabelValues.Save(writer, _labels);
        _classifier.Save(writer);
    }

    /// <summary>Called by ML.NET when it loads a model.</summary>
    private static RevRnnClassificationTransformer Create(IHostEnvironment env, ModelLoadContext ctx)
        => Load(env, ctx, _version, PredictionColumns.Load, (host, columns, tokenization, reader) =>
        {
            var classCount = reader.ReadInt32();
            var labels = LabelValues.Load(reader, classCount);
            var classifier = SequenceClassifier.Load(reader);
            tokenization.RequireVocabulary(classifier.VocabularySize);
            if (classifier.ClassCount != classCount)
                throw new FormatException($"The network is made for {classifier.ClassCount} classes, and the model has {classCount}.");
            return new RevRnnClassificationTransformer(host, columns, tokenization, labels, classifier, report: null);
        });
}
