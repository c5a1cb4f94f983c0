using Microsoft.ML.RevRnn.Export;

namespace Microsoft.ML.RevRnn;

/// <summary>
/// Writes trained models as ONNX, which other languages and runtimes read: standard operators only, any number of rows and steps. Token numbers are Int64 [N, T], with -1
/// behind the last token of a row that is shorter than others; a padded row has the result that it has alone. docs/onnx.md has inputs, outputs and metadata of each.
/// </summary>
public static class OnnxExport
{
    /// <summary>The name of the input that has the places of n-grams, Int64 [N, K] with -1 behind a row's last one; what there is in each is in <see cref="NGramValuesName"/>.</summary>
    public const string NGramPlacesName = OnnxScores.PlacesName;

    /// <summary>The name of the input that has the values of n-grams, Single [N, K].</summary>
    public const string NGramValuesName = OnnxScores.ValuesName;

    /// <summary>
    /// Writes a classifier. Inputs: the tokens; <c>features</c> [N, F], where there are numbers; <c>nGramPlaces</c> and <c>nGramValues</c> [N, K], where there are n-grams. Outputs:
    /// <c>Score</c>, the probabilities [N, C], and <c>PredictedLabel</c>, the most probable class from 0, [N].
    /// </summary>
    /// <param name="model">The classifier.</param>
    /// <param name="stream">Where to.</param>
    /// <param name="options">How; null for the defaults.</param>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    /// <exception cref="NotSupportedException">The model takes more than 2 GB, or its cell cannot be written.</exception>
    public static void SaveAsOnnx(this SequenceClassifier model, Stream stream, OnnxExportOptions? options = null) => Write(model, OnnxModels.Of, stream, options);

    /// <summary>Writes a classifier to a file, as a whole or not at all.</summary>
    /// <inheritdoc cref="SaveAsOnnx(SequenceClassifier, Stream, OnnxExportOptions?)"/>
    /// <param name="model">The classifier.</param>
    /// <param name="path">The file.</param>
    /// <param name="options">How; null for the defaults.</param>
    public static void SaveAsOnnx(this SequenceClassifier model, string path, OnnxExportOptions? options = null) => Write(model, OnnxModels.Of, path, options);

    /// <summary>
    /// Writes a classifier of labels of which any may hold. Inputs: those of a classifier. Outputs: <c>Score</c>, the log odds, and <c>Probability</c>, each [N, C], or what else
    /// <see cref="OnnxExportOptions.LabelOutputs"/> says.
    /// </summary>
    /// <param name="model">The classifier.</param>
    /// <param name="stream">Where to.</param>
    /// <param name="options">How; null for the defaults.</param>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    /// <exception cref="NotSupportedException">The model takes more than 2 GB, or its cell cannot be written.</exception>
    public static void SaveAsOnnx(this MultiLabelClassifier model, Stream stream, OnnxExportOptions? options = null) => Write(model, OnnxModels.Of, stream, options);

    /// <summary>Writes a classifier of labels to a file, as a whole or not at all.</summary>
    /// <inheritdoc cref="SaveAsOnnx(MultiLabelClassifier, Stream, OnnxExportOptions?)"/>
    /// <param name="model">The classifier.</param>
    /// <param name="path">The file.</param>
    /// <param name="options">How; null for the defaults.</param>
    public static void SaveAsOnnx(this MultiLabelClassifier model, string path, OnnxExportOptions? options = null) => Write(model, OnnxModels.Of, path, options);

    /// <summary>Writes a tagger. Output: <c>Score</c>, the probabilities of each token's classes, [N, T, C]; in padding they mean nothing.</summary>
    /// <param name="model">The tagger.</param>
    /// <param name="stream">Where to.</param>
    /// <param name="options">How; null for the defaults.</param>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    /// <exception cref="NotSupportedException">The model takes more than 2 GB, or its cell cannot be written.</exception>
    public static void SaveAsOnnx(this SequenceTagger model, Stream stream, OnnxExportOptions? options = null) => Write(model, OnnxModels.Of, stream, options);

    /// <summary>Writes a tagger to a file, as a whole or not at all.</summary>
    /// <inheritdoc cref="SaveAsOnnx(SequenceTagger, Stream, OnnxExportOptions?)"/>
    /// <param name="model">The tagger.</param>
    /// <param name="path">The file.</param>
    /// <param name="options">How; null for the defaults.</param>
    public static void SaveAsOnnx(this SequenceTagger model, string path, OnnxExportOptions? options = null) => Write(model, OnnxModels.Of, path, options);

    /// <summary>Writes an encoder. Output: <c>Features</c>, [N, F].</summary>
    /// <param name="model">The encoder.</param>
    /// <param name="stream">Where to.</param>
    /// <param name="options">How; null for the defaults.</param>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    /// <exception cref="NotSupportedException">The model takes more than 2 GB, or its cell cannot be written.</exception>
    public static void SaveAsOnnx(this SequenceEncoder model, Stream stream, OnnxExportOptions? options = null) => Write(model, OnnxModels.Of, stream, options);

    /// <summary>Writes an encoder to a file, as a whole or not at all.</summary>
    /// <inheritdoc cref="SaveAsOnnx(SequenceEncoder, Stream, OnnxExportOptions?)"/>
    /// <param name="model">The encoder.</param>
    /// <param name="path">The file.</param>
    /// <param name="options">How; null for the defaults.</param>
    public static void SaveAsOnnx(this SequenceEncoder model, string path, OnnxExportOptions? options = null) => Write(model, OnnxModels.Of, path, options);

    /// <summary>
    /// Writes a language model. Inputs: the tokens, of which a text begins with <see cref="Vocabulary.EmptyToken"/>, and the states that it goes on from, zeros at the beginning: <c>layer0.h1</c> and so on,
    /// [N, P] for each layer, state and half, Double in fixed point. Outputs: <c>LogProbabilities</c> of each token as the next one, [N, T, V], and each state after the last token
    /// of its row, <c>layer0.h1.after</c> and so on. A model that is given contexts has further inputs: <c>context</c> [N, C], and, where states start from it, <c>begins</c>, Boolean [N, 1]: whether a row's
    /// text begins with its first token, so that the states that are given count for nothing.
    /// </summary>
    /// <param name="model">The language model.</param>
    /// <param name="stream">Where to.</param>
    /// <param name="options">How; null for the defaults.</param>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    /// <exception cref="NotSupportedException">The model takes more than 2 GB, or its cell cannot be written.</exception>
    public static void SaveAsOnnx(this LanguageModel model, Stream stream, OnnxExportOptions? options = null) => Write(model, OnnxModels.Of, stream, options);

    /// <summary>Writes a language model to a file, as a whole or not at all.</summary>
    /// <inheritdoc cref="SaveAsOnnx(LanguageModel, Stream, OnnxExportOptions?)"/>
    /// <param name="model">The language model.</param>
    /// <param name="path">The file.</param>
    /// <param name="options">How; null for the defaults.</param>
    public static void SaveAsOnnx(this LanguageModel model, string path, OnnxExportOptions? options = null) => Write(model, OnnxModels.Of, path, options);

    /// <summary>Makes a classifier a part of a larger graph. Outputs: the probabilities, Single [N, C], and the most probable class as a key, from 1, UInt32 [N, 1].</summary>
    /// <param name="model">The model.</param>
    /// <param name="inputs">The name of the part, and what it reads.</param>
    /// <param name="options">How, of which <see cref="OnnxExportOptions.Opset"/>, <see cref="OnnxExportOptions.Arithmetic"/> and <see cref="OnnxExportOptions.Temperature"/> count; null for the defaults.</param>
    /// <exception cref="ArgumentException">An option is out of its range, or there are numbers of rows where the model is given none, or none where it is.</exception>
    /// <exception cref="NotSupportedException">The model takes more than 2 GB, or its cell cannot be written, or it reads n-grams.</exception>
    public static OnnxSubgraph ToOnnxSubgraph(this SequenceClassifier model, OnnxSubgraphInputs inputs, OnnxExportOptions? options = null) => Create(model, OnnxColumns.Of, inputs, options);

    /// <summary>Makes a classifier of labels a part of a larger graph. Outputs: those that <see cref="OnnxExportOptions.LabelOutputs"/> says.</summary>
    /// <param name="model">The model.</param>
    /// <param name="inputs">The name of the part, and what it reads.</param>
    /// <param name="options">How, of which <see cref="OnnxExportOptions.Opset"/>, <see cref="OnnxExportOptions.Arithmetic"/> and <see cref="OnnxExportOptions.LabelOutputs"/> count; null for the defaults.</param>
    /// <exception cref="ArgumentException">An option is out of its range, or there are numbers of rows where the model is given none, or none where it is.</exception>
    /// <exception cref="NotSupportedException">The model takes more than 2 GB, or its cell cannot be written, or it reads n-grams.</exception>
    public static OnnxSubgraph ToOnnxSubgraph(this MultiLabelClassifier model, OnnxSubgraphInputs inputs, OnnxExportOptions? options = null) => Create(model, OnnxColumns.Of, inputs, options);

    /// <summary>Makes a tagger a part of a larger graph. Outputs: the probabilities of each token's classes, token after token, Single [N, T C], and the most probable ones as keys, from 1, UInt32 [N, T].</summary>
    /// <param name="model">The model.</param>
    /// <param name="inputs">The name of the part, and what it reads.</param>
    /// <param name="options">How, of which <see cref="OnnxExportOptions.Opset"/> and <see cref="OnnxExportOptions.Arithmetic"/> count; null for the defaults.</param>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    /// <exception cref="NotSupportedException">The model takes more than 2 GB, or its cell cannot be written.</exception>
    public static OnnxSubgraph ToOnnxSubgraph(this SequenceTagger model, OnnxSubgraphInputs inputs, OnnxExportOptions? options = null) => Create(model, OnnxColumns.Of, inputs, options);

    /// <summary>Makes an encoder a part of a larger graph. Outputs: the features, Single [N, F].</summary>
    /// <param name="model">The model.</param>
    /// <param name="inputs">The name of the part, and what it reads.</param>
    /// <param name="options">How, of which <see cref="OnnxExportOptions.Opset"/> and <see cref="OnnxExportOptions.Arithmetic"/> count; null for the defaults.</param>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    /// <exception cref="NotSupportedException">The model takes more than 2 GB, or its cell cannot be written.</exception>
    public static OnnxSubgraph ToOnnxSubgraph(this SequenceEncoder model, OnnxSubgraphInputs inputs, OnnxExportOptions? options = null) => Create(model, OnnxColumns.Of, inputs, options);

    /// <summary>Makes a language model a part of a larger graph. Outputs: log p of each text with its end, Single, its perplexity, Single, and its tokens with the end, Int32, each [N, 1].</summary>
    /// <param name="model">The model.</param>
    /// <param name="inputs">The name of the part, and what it reads.</param>
    /// <param name="options">How, of which <see cref="OnnxExportOptions.Opset"/> and <see cref="OnnxExportOptions.Arithmetic"/> count; null for the defaults.</param>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    /// <exception cref="NotSupportedException">The model takes more than 2 GB, or its cell cannot be written, or it is given contexts.</exception>
    public static OnnxSubgraph ToOnnxSubgraph(this LanguageModel model, OnnxSubgraphInputs inputs, OnnxExportOptions? options = null) => Create(model, OnnxColumns.Of, inputs, options);

    private static OnnxSubgraph Create<T>(T model, Func<T, OnnxSubgraphInputs, OnnxExportOptions, OnnxSubgraph> create, OnnxSubgraphInputs inputs, OnnxExportOptions? options)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(inputs);
        return create(model, inputs, options ?? new OnnxExportOptions());
    }

    private static void Write<T>(T model, Func<T, OnnxExportOptions, OnnxModel> create, Stream stream, OnnxExportOptions? options)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(stream);
        create(model, options ?? new OnnxExportOptions()).Write(stream);
    }

    private static void Write<T>(T model, Func<T, OnnxExportOptions, OnnxModel> create, string path, OnnxExportOptions? options)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentException.ThrowIfNullOrEmpty(path);
        create(model, options ?? new OnnxExportOptions()).Write(path);
    }
}
