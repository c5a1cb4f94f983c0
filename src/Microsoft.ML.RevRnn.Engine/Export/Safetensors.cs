using Microsoft.ML.RevRnn.Export;
using Microsoft.ML.RevRnn.Heads;
using Microsoft.ML.RevRnn.Models;
using Microsoft.ML.RevRnn.Networks;

namespace Microsoft.ML.RevRnn;

/// <summary>
/// Weights of trained models as safetensors, which PyTorch and others read and write: float32 tensors under the names of docs/onnx.md, and in the metadata what network they are of.
/// A file that was changed elsewhere is read back like one that was not.
/// </summary>
public static class Safetensors
{
    /// <summary>Writes the weights of a classifier.</summary>
    /// <param name="model">The model.</param>
    /// <param name="stream">Where to.</param>
    public static void SaveAsSafetensors(this SequenceClassifier model, Stream stream)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(stream);
        Write(stream, model);
    }

    /// <summary>Writes the weights of a classifier to a file.</summary>
    /// <param name="model">The model.</param>
    /// <param name="path">The file.</param>
    public static void SaveAsSafetensors(this SequenceClassifier model, string path)
    {
        ArgumentNullException.ThrowIfNull(model);
        AtomicFile.Write(path, stream => Write(stream, model), "weights");
    }

    /// <summary>Makes a classifier of a file.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="FormatException">It is damaged, of another kind of model, or not written by this library; the message says which.</exception>
    public static SequenceClassifier LoadClassifier(string path) => Load(path, LoadClassifier);

    /// <summary>Makes a classifier of a seekable stream, from its position to its end.</summary>
    /// <param name="stream">The stream.</param>
    /// <exception cref="FormatException">It is damaged, of another kind of model, or not written by this library; the message says which.</exception>
    public static SequenceClassifier LoadClassifier(Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        var file = SafetensorsFile.Open(stream);
        var (parameters, nGrams) = ReadClassifier(file, ModelKind.Classifier);
        return new SequenceClassifier(parameters, nGrams);
    }

    /// <summary>Writes the weights of a classifier of labels.</summary>
    /// <param name="model">The model.</param>
    /// <param name="stream">Where to.</param>
    public static void SaveAsSafetensors(this MultiLabelClassifier model, Stream stream)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(stream);
        Write(stream, model);
    }

    /// <summary>Writes the weights of a classifier of labels to a file.</summary>
    /// <param name="model">The model.</param>
    /// <param name="path">The file.</param>
    public static void SaveAsSafetensors(this MultiLabelClassifier model, string path)
    {
        ArgumentNullException.ThrowIfNull(model);
        AtomicFile.Write(path, stream => Write(stream, model), "weights");
    }

    /// <summary>Makes a classifier of labels of a file.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="FormatException">It is damaged, of another kind of model, or not written by this library; the message says which.</exception>
    public static MultiLabelClassifier LoadMultiLabelClassifier(string path) => Load(path, LoadMultiLabelClassifier);

    /// <summary>Makes a classifier of labels of a seekable stream, from its position to its end.</summary>
    /// <param name="stream">The stream.</param>
    /// <exception cref="FormatException">It is damaged, of another kind of model, or not written by this library; the message says which.</exception>
    public static MultiLabelClassifier LoadMultiLabelClassifier(Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        var file = SafetensorsFile.Open(stream);
        var (parameters, nGrams) = ReadClassifier(file, ModelKind.MultiLabelClassifier);
        return new MultiLabelClassifier(parameters, nGrams);
    }

    /// <summary>Writes the weights of a tagger.</summary>
    /// <param name="model">The model.</param>
    /// <param name="stream">Where to.</param>
    public static void SaveAsSafetensors(this SequenceTagger model, Stream stream)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(stream);
        Write(stream, model);
    }

    /// <summary>Writes the weights of a tagger to a file.</summary>
    /// <param name="model">The model.</param>
    /// <param name="path">The file.</param>
    public static void SaveAsSafetensors(this SequenceTagger model, string path)
    {
        ArgumentNullException.ThrowIfNull(model);
        AtomicFile.Write(path, stream => Write(stream, model), "weights");
    }

    /// <summary>Makes a tagger of a file.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="FormatException">It is damaged, of another kind of model, or not written by this library; the message says which.</exception>
    public static SequenceTagger LoadTagger(string path) => Load(path, LoadTagger);

    /// <summary>Makes a tagger of a seekable stream, from its position to its end.</summary>
    /// <param name="stream">The stream.</param>
    /// <exception cref="FormatException">It is damaged, of another kind of model, or not written by this library; the message says which.</exception>
    public static SequenceTagger LoadTagger(Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        var file = SafetensorsFile.Open(stream);
        var header = SafetensorsContent.ReadHeader(file, ModelKind.Tagger, ModelKind.FeedbackTagger);
        if (!FeedbackInput.Fits(header.Shape.Vocabulary, header.Shape.FedBack))
            throw new FormatException("The file is damaged: it has more pairs of tokens and classes than there are numbers.");
        var parameters = NetworkParameters.OfTokens(header.Shape, header.Outcomes);
        SafetensorsContent.ReadParameters(file, parameters.All);
        return new SequenceTagger(parameters);
    }

    /// <summary>Writes the weights of an encoder.</summary>
    /// <param name="model">The model.</param>
    /// <param name="stream">Where to.</param>
    public static void SaveAsSafetensors(this SequenceEncoder model, Stream stream)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(stream);
        Write(stream, model);
    }

    /// <summary>Writes the weights of an encoder to a file.</summary>
    /// <param name="model">The model.</param>
    /// <param name="path">The file.</param>
    public static void SaveAsSafetensors(this SequenceEncoder model, string path)
    {
        ArgumentNullException.ThrowIfNull(model);
        AtomicFile.Write(path, stream => Write(stream, model), "weights");
    }

    /// <summary>Makes an encoder of a file.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="FormatException">It is damaged, of another kind of model, or not written by this library; the message says which.</exception>
    public static SequenceEncoder LoadEncoder(string path) => Load(path, LoadEncoder);

    /// <summary>Makes an encoder of a seekable stream, from its position to its end.</summary>
    /// <param name="stream">The stream.</param>
    /// <exception cref="FormatException">It is damaged, of another kind of model, or not written by this library; the message says which.</exception>
    public static SequenceEncoder LoadEncoder(Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        var file = SafetensorsFile.Open(stream);
        var (kind, shape, _, _) = SafetensorsContent.ReadHeader(file, ModelKind.Encoder, ModelKind.PooledEncoder);
        var parameters = new EncoderParameters(shape);
        var attention = kind == ModelKind.PooledEncoder ? NetworkParameters.CreateAttention(shape) : null;
        SafetensorsContent.ReadParameters(file, attention == null ? parameters.All : [.. parameters.All, attention]);
        return kind == ModelKind.PooledEncoder ? new SequenceEncoder(parameters, attention) : new SequenceEncoder(parameters);
    }

    /// <summary>Writes the weights of a language model.</summary>
    /// <param name="model">The model.</param>
    /// <param name="stream">Where to.</param>
    public static void SaveAsSafetensors(this LanguageModel model, Stream stream)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(stream);
        Write(stream, model);
    }

    /// <summary>Writes the weights of a language model to a file.</summary>
    /// <param name="model">The model.</param>
    /// <param name="path">The file.</param>
    public static void SaveAsSafetensors(this LanguageModel model, string path)
    {
        ArgumentNullException.ThrowIfNull(model);
        AtomicFile.Write(path, stream => Write(stream, model), "weights");
    }

    /// <summary>Makes a language model of a file.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="FormatException">It is damaged, of another kind of model, or not written by this library; the message says which.</exception>
    public static LanguageModel LoadLanguageModel(string path) => Load(path, LoadLanguageModel);

    /// <summary>Makes a language model of a seekable stream, from its position to its end.</summary>
    /// <param name="stream">The stream.</param>
    /// <exception cref="FormatException">It is damaged, of another kind of model, or not written by this library; the message says which.</exception>
    public static LanguageModel LoadLanguageModel(Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        var file = SafetensorsFile.Open(stream);
        var parameters = NetworkParameters.OfNextTokens(SafetensorsContent.ReadHeader(file, ModelKind.LanguageModel).Shape);
        SafetensorsContent.ReadParameters(file, parameters.All);
        return new LanguageModel(parameters);
    }

    private static void Write(Stream stream, SequenceClassifier model)
        => Write(stream, new(ModelKind.Classifier, model.Parameters.Network, model.ClassCount, model.FeatureCount), model.Parameters, model.NGramPart);

    private static void Write(Stream stream, MultiLabelClassifier model)
        => Write(stream, new(ModelKind.MultiLabelClassifier, model.Parameters.Network, model.LabelCount, model.FeatureCount), model.Parameters, model.NGramPart);

    private static void Write(Stream stream, SequenceTagger model)
        => Write(stream, new(model.Network.Feedback == FeedbackKind.None ? ModelKind.Tagger : ModelKind.FeedbackTagger, model.Parameters.Network, model.ClassCount, 0), model.Parameters, null);

    private static void Write(Stream stream, LanguageModel model) => Write(
        stream,
        model.ContextSize == 0 ? new(ModelKind.LanguageModel, model.Parameters.Network, 0, 0) : throw new NotSupportedException("A language model that is given contexts cannot be written as safetensors."),
        model.Parameters,
        null);

    private static void Write(Stream stream, SequenceEncoder model)
    {
        var all = model.Attention == null ? model.Parameters.All : [.. model.Parameters.All, model.Attention];
        SafetensorsContent.Write(stream, new(model.IsOfClassifier ? ModelKind.PooledEncoder : ModelKind.Encoder, model.Parameters.Shape, 0, 0), all);
    }

    private static void Write(Stream stream, ModelHeader header, NetworkParameters parameters, NGramPart? nGrams)
        => SafetensorsContent.Write(stream, header, parameters.All, parameters.Features, nGrams);

    private static (NetworkParameters Parameters, NGramPart? NGrams) ReadClassifier(SafetensorsFile file, ModelKind kind)
    {
        var header = SafetensorsContent.ReadHeader(file, kind);
        var parameters = NetworkParameters.OfSequences(header.Shape, header.Outcomes, SafetensorsContent.ReadFeatures(file, header));
        SafetensorsContent.ReadParameters(file, parameters.All);
        return (parameters, SafetensorsContent.ReadNGrams(file, header));
    }

    private static T Load<T>(string path, Func<Stream, T> load)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        using var file = File.OpenRead(path);
        return load(file);
    }
}
