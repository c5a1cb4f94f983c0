using Microsoft.ML.RevRnn.Heads;

namespace Microsoft.ML.RevRnn.Export;

/// <summary>Models as parts of larger graphs, whose outputs are the columns that transformers add.</summary>
internal static class OnnxColumns
{
    /// <summary>Probabilities [N, C], and the key of the most probable class [N, 1].</summary>
    public static OnnxSubgraph Of(SequenceClassifier classifier, OnnxSubgraphInputs inputs, OnnxExportOptions options)
    {
        var (graph, scores) = Scores(classifier.Network, classifier.Parameters, hasNGrams: classifier.NGramPart != null, inputs, options);
        return new(graph, [OnnxModels.Softmax(graph, scores, options.Temperature), OnnxModels.KeyOfMostProbable(graph, scores, axis: 1, keeps: true)]);
    }

    /// <summary>What <see cref="OnnxExportOptions.LabelOutputs"/> says.</summary>
    public static OnnxSubgraph Of(MultiLabelClassifier classifier, OnnxSubgraphInputs inputs, OnnxExportOptions options)
    {
        OnnxModels.RequireLabels(classifier, options);
        var (graph, scores) = Scores(classifier.Network, classifier.Parameters, hasNGrams: classifier.NGramPart != null, inputs, options);
        return new(graph, [.. OnnxModels.LabelValues(graph, scores, options.LabelOutputs).Select(output => output.Name)]);
    }

    /// <summary>Probabilities of each token's classes [N, T C], and the keys of the most probable ones [N, T].</summary>
    public static OnnxSubgraph Of(SequenceTagger tagger, OnnxSubgraphInputs inputs, OnnxExportOptions options)
    {
        var tokens = Begin(tagger.Network, tagger.Parameters, inputs, options);
        var graph = tokens.Graph;
        var probabilities = OnnxModels.TagProbabilities(tokens, tagger.Parameters, options.Arithmetic);
        return new(graph, [graph.Add("Reshape", [probabilities, graph.Integers(0, -1)]), OnnxModels.KeyOfMostProbable(graph, probabilities, axis: 2, keeps: false)]);
    }

    /// <summary>Features [N, F].</summary>
    public static OnnxSubgraph Of(SequenceEncoder encoder, OnnxSubgraphInputs inputs, OnnxExportOptions options)
    {
        OnnxModels.Require(encoder.Network, encoder.Parameters.All, options);
        var tokens = Tokens(encoder.VocabularySize, inputs, options);
        return new(tokens.Graph, [OnnxModels.Features(tokens, encoder, options.Arithmetic)]);
    }

    /// <summary>log p of each text, its perplexity, and the number of its tokens, its end included, Int32, each [N, 1].</summary>
    /// <exception cref="NotSupportedException">The model is given contexts.</exception>
    public static OnnxSubgraph Of(LanguageModel model, OnnxSubgraphInputs inputs, OnnxExportOptions options)
    {
        if (model.ContextSize > 0)
            throw new NotSupportedException($"A model that is given contexts cannot be a part of a graph; {nameof(OnnxExport.SaveAsOnnx)} writes it by itself, with an input for the context.");
        var tokens = Begin(model.Network, model.Parameters, inputs, options);
        var graph = tokens.Graph;
        var (logLikelihood, count) = OnnxModels.TextScores(tokens, model.Parameters, options.Arithmetic);
        var mean = graph.Add("Div", [graph.Add("Neg", [logLikelihood]), graph.Cast(count, OnnxElement.Single)]);
        return new(graph, [logLikelihood, graph.Add("Exp", [mean]), graph.Cast(count, OnnxElement.Int32)]);
    }

    /// <exception cref="NotSupportedException">N-grams are read.</exception>
    private static (OnnxGraph Graph, string Scores) Scores(NetworkOptions network, NetworkParameters parameters, bool hasNGrams, OnnxSubgraphInputs inputs, OnnxExportOptions options)
    {
        if (hasNGrams)
            throw new NotSupportedException($"A model that reads n-grams cannot be a part of a graph, since ONNX cannot hash; {nameof(OnnxExport.SaveAsOnnx)} writes it by itself, with inputs for them.");
        var tokens = Begin(network, parameters, inputs, options);
        var graph = tokens.Graph;
        if (inputs.Features.Count > 0 != parameters.FeatureCount > 0)
            throw new ArgumentException($"The model is given {parameters.FeatureCount} numbers with each sequence, and {inputs.Features.Count} values of the graph have them.", nameof(inputs));
        var features = inputs.Features.Count == 0 ? null : graph.Join(1, [.. inputs.Features]);
        return (graph, OnnxModels.SequenceScores(tokens, parameters, null, features, options.Arithmetic));
    }

    private static OnnxTokens Begin(NetworkOptions network, NetworkParameters parameters, OnnxSubgraphInputs inputs, OnnxExportOptions options)
    {
        OnnxModels.Require(network, parameters.All, options);
        return Tokens(parameters.Network.Vocabulary, inputs, options);
    }

    private static OnnxTokens Tokens(int vocabulary, OnnxSubgraphInputs inputs, OnnxExportOptions options) =>
        OnnxTokens.OfKeys(new OnnxGraph(inputs.Name, options.Opset), inputs.Keys, vocabulary);
}
