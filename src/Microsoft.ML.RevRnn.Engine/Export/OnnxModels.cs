using Microsoft.ML.RevRnn.Cells;
using Microsoft.ML.RevRnn.Heads;
using Microsoft.ML.RevRnn.Models;
using Microsoft.ML.RevRnn.Networks;

namespace Microsoft.ML.RevRnn.Export;

/// <summary>The engine's models as ONNX.</summary>
internal static class OnnxModels
{
    private const string ContextName = "context", BeginsName = "begins";
    private const string Score = "Score", Probability = "Probability", PredictedLabel = "PredictedLabel";

    /// <summary>Scores of whole sequences, before softmax or sigmoid: [N, C].</summary>
    /// <param name="tokens">The tokens.</param>
    /// <param name="parameters">The network.</param>
    /// <param name="nGrams">What it makes of n-grams; null for nothing.</param>
    /// <param name="features">Of what has the numbers of each sequence; null to make it an input, if there are any.</param>
    /// <param name="arithmetic">How states of a reversible cell are held.</param>
    public static string SequenceScores(OnnxTokens tokens, NetworkParameters parameters, NGramPart? nGrams, string? features, OnnxArithmetic arithmetic)
    {
        var graph = tokens.Graph;
        var pooled = Pooled(tokens, parameters.Encoder, parameters.Attention, arithmetic);
        var head = new OnnxScores(graph, parameters);
        var scores = head.Linear(pooled);
        if (parameters.Features is { } dense)
            scores = head.WithFeatures(scores, dense, features ?? graph.Input(OnnxScores.FeaturesName, OnnxElement.Single, "N", dense.Count));
        return nGrams == null ? scores : head.WithNGrams(scores, nGrams);
    }

    /// <summary>The vectors that a classifier's scores are made of.</summary>
    public static string Pooled(OnnxTokens tokens, EncoderParameters parameters, Parameter? attention, OnnxArithmetic arithmetic)
    {
        var read = tokens.WithEmptyToken();
        var outputs = new OnnxEncoder(tokens.Graph, parameters, arithmetic).Outputs(read);
        var shape = parameters.Shape;
        return new OnnxPooling(tokens.Graph, read).Pool(shape.Options.Pooling, outputs, attention, shape.OutputSize / shape.Directions);
    }

    /// <summary>The mean of outputs that a language model's features are, a boundary before the tokens.</summary>
    public static string Mean(OnnxTokens tokens, EncoderParameters parameters, OnnxArithmetic arithmetic)
    {
        var outputs = new OnnxEncoder(tokens.Graph, parameters, arithmetic).Outputs(tokens, Vocabulary.EmptyToken);
        return new OnnxPooling(tokens.Graph, tokens.After(Vocabulary.EmptyToken)).Pool(PoolingKind.Mean, outputs, null, 0);
    }

    /// <summary>Outputs: Score, the probabilities [N, C], and PredictedLabel, the most probable class from 0, [N].</summary>
    public static OnnxModel Of(SequenceClassifier classifier, OnnxExportOptions options)
    {
        var tokens = Begin(classifier.Network, classifier.Parameters.All, options);
        var graph = tokens.Graph;
        var scores = SequenceScores(tokens, classifier.Parameters, classifier.NGramPart, null, options.Arithmetic);
        graph.Output(Softmax(graph, scores, options.Temperature), Score, OnnxElement.Single, "N", classifier.ClassCount);
        graph.Output(MostProbable(graph, scores), PredictedLabel, OnnxElement.Int64, "N");
        return new(graph, OnnxMetadata.Create("Classifier", classifier.Network, options, Read(classifier.NGramPart)));
    }

    /// <summary>Outputs are those that <see cref="OnnxExportOptions.LabelOutputs"/> says.</summary>
    public static OnnxModel Of(MultiLabelClassifier classifier, OnnxExportOptions options)
    {
        RequireLabels(classifier, options);
        var tokens = Begin(classifier.Network, classifier.Parameters.All, options);
        var graph = tokens.Graph;
        var scores = SequenceScores(tokens, classifier.Parameters, classifier.NGramPart, null, options.Arithmetic);
        foreach (var (column, value) in LabelValues(graph, scores, options.LabelOutputs))
            graph.Output(value, column, column == PredictedLabel ? OnnxElement.Boolean : OnnxElement.Single, "N", classifier.LabelCount);
        var kind = options.LabelOutputs == OnnxLabelOutputs.Binary ? "Binary" : "MultiLabel";
        return new(graph, OnnxMetadata.Create(kind, classifier.Network, options, Read(classifier.NGramPart)));
    }

    /// <summary>What is made of the log odds of labels, by the names of the outputs.</summary>
    public static IEnumerable<(string Column, string Name)> LabelValues(OnnxGraph graph, string scores, OnnxLabelOutputs outputs)
    {
        var probabilities = graph.Add("Sigmoid", [scores]);
        return outputs switch
        {
            OnnxLabelOutputs.Labels => [(Score, probabilities), (PredictedLabel, IsAbove(graph, probabilities, 0.5f))],
            OnnxLabelOutputs.Binary => [(Score, scores), (Probability, probabilities), (PredictedLabel, IsAbove(graph, scores, 0))],
            _ => [(Score, scores), (Probability, probabilities)],
        };
    }

    /// <exception cref="ArgumentException">There is not one label, and outputs are those of one.</exception>
    public static void RequireLabels(MultiLabelClassifier classifier, OnnxExportOptions options)
    {
        if (options.LabelOutputs == OnnxLabelOutputs.Binary && classifier.LabelCount != 1)
        {
            throw new ArgumentException(
                $"{nameof(OnnxExportOptions.LabelOutputs)} is {options.LabelOutputs}, of one label, and the classifier has {classifier.LabelCount}; take {OnnxLabelOutputs.Labels}.", nameof(options));
        }
    }

    /// <summary>Output: Score, the probabilities of each token's classes, [N, T, C].</summary>
    public static OnnxModel Of(SequenceTagger tagger, OnnxExportOptions options)
    {
        var tokens = Begin(tagger.Network, tagger.Parameters.All, options);
        var graph = tokens.Graph;
        graph.Output(TagProbabilities(tokens, tagger.Parameters, options.Arithmetic), Score, OnnxElement.Single, "N", "T", tagger.ClassCount);
        return new(graph, OnnxMetadata.Create("Tagger", tagger.Network, options));
    }

    /// <summary>[N, T, C].</summary>
    public static string TagProbabilities(OnnxTokens tokens, NetworkParameters parameters, OnnxArithmetic arithmetic)
    {
        var graph = tokens.Graph;
        var scores = parameters.Network.FedBack > 0
            ? graph.Transpose(new OnnxTagger(graph, parameters, arithmetic).Scores(tokens), 1, 0, 2)
            : new OnnxScores(graph, parameters).Linear(graph.Transpose(TokenOutputs(tokens, parameters, arithmetic), 1, 0, 2));
        return Softmax(graph, scores, 1);
    }

    /// <summary>What all directions make of each token, in the order of the text: [T, N, D H].</summary>
    private static string TokenOutputs(OnnxTokens tokens, NetworkParameters parameters, OnnxArithmetic arithmetic)
    {
        var outputs = new OnnxEncoder(tokens.Graph, parameters.Encoder, arithmetic).Outputs(tokens);
        return outputs.Length == 1 ? outputs[0] : tokens.Graph.Join(2, outputs[0], tokens.InOrder(outputs[1]));
    }

    /// <summary>Output: Features, [N, F].</summary>
    public static OnnxModel Of(SequenceEncoder encoder, OnnxExportOptions options)
    {
        var tokens = Begin(encoder.Network, encoder.Parameters.All, options);
        tokens.Graph.Output(Features(tokens, encoder, options.Arithmetic), "Features", OnnxElement.Single, "N", encoder.FeatureCount);
        return new(tokens.Graph, OnnxMetadata.Create("Features", encoder.Network, options));
    }

    /// <summary>[N, F].</summary>
    public static string Features(OnnxTokens tokens, SequenceEncoder encoder, OnnxArithmetic arithmetic) => encoder.IsOfClassifier
        ? Pooled(tokens, encoder.Parameters, encoder.Attention, arithmetic)
        : Mean(tokens, encoder.Parameters, arithmetic);

    /// <summary>
    /// Inputs, where the model is given contexts: context [N, C], and, where states start from it, begins [N, 1]. Output: LogProbabilities of each token as the next one, [N, T, V]. States are inputs and outputs: of layer 0 <c>layer0.h1</c> and so on, [N, P] of each half, and
    /// <c>layer0.h1.after</c>.
    /// </summary>
    public static OnnxModel Of(LanguageModel model, OnnxExportOptions options)
    {
        var parameters = model.Parameters;
        var tokens = Begin(model.Network, parameters.All, options);
        var graph = tokens.Graph;
        var type = TypeOf(model.Network, options);
        var states = new List<(string Name, int Half)>();
        var encoder = new OnnxEncoder(graph, parameters.Encoder, options.Arithmetic)
        {
            Context = model.ContextSize == 0 ? null : graph.Input(ContextName, OnnxElement.Single, "N", model.ContextSize),
            Begins = model.ContextUse is { } use && use.HasFlag(ContextUse.InitialState) ? graph.Input(BeginsName, OnnxElement.Boolean, "N", 1) : null,
        };
        var (outputs, after) = encoder.Continue(tokens, AddStates);
        var scores = new OnnxScores(graph, parameters).Linear(graph.Transpose(outputs, 1, 0, 2));
        graph.Output(graph.Add("LogSoftmax", [scores], OnnxAttribute.Of("axis", 2)), "LogProbabilities", OnnxElement.Single, "N", "T", model.VocabularySize);
        foreach (var ((name, half), value) in states.Zip(after.SelectMany(layer => layer)))
            graph.Output(value, name + ".after", type, "N", half);
        return new(graph, OnnxMetadata.Create("LanguageModel", model.Network, options));

        string[] AddStates(int layer)
        {
            var (spec, half) = (parameters.Network.Layer(layer).Spec, parameters.Network.Layer(layer).Half);
            string[] names = [.. spec.States.SelectMany(state => Enumerable.Range(1, spec.Halves).Select(number => $"layer{layer}.{state}{number}"))];
            states.AddRange(names.Select(name => (name, half)));
            return Array.ConvertAll(names, name => graph.Input(name, type, "N", half));
        }
    }

    /// <summary>log p of each text from its beginning to its end, [N, 1], and the tokens that this is of, its end included, Int64 [1, 1]. Rows are as long as each other.</summary>
    public static (string LogLikelihood, string Count) TextScores(OnnxTokens tokens, NetworkParameters parameters, OnnxArithmetic arithmetic)
    {
        var graph = tokens.Graph;
        var outputs = new OnnxEncoder(graph, parameters.Encoder, arithmetic).Outputs(tokens, Vocabulary.EmptyToken)[0];
        var scores = new OnnxScores(graph, parameters).Linear(graph.Transpose(outputs, 1, 0, 2));
        var probabilities = graph.Add("LogSoftmax", [scores], OnnxAttribute.Of("axis", 2));
        var end = graph.Add("ConstantOfShape", [graph.Join(0, tokens.Batch, graph.Integers(1))], OnnxAttribute.Of("value", OnnxTensor.Of([(long)Vocabulary.EmptyToken], 1)));
        var next = graph.Unsqueeze(graph.Join(1, tokens.Ids, end), 2);
        var ofNext = graph.Squeeze(graph.Add("GatherElements", [probabilities, next], OnnxAttribute.Of("axis", 2)), 2);
        var count = graph.Unsqueeze(graph.Add("Add", [graph.Dimension(tokens.Ids, 1), graph.Integers(1)]), 0);
        return (graph.Sum(ofNext, 1, keeps: true), count);
    }

    /// <summary>softmax(scores / T) over the last axis.</summary>
    public static string Softmax(OnnxGraph graph, string scores, float temperature)
    {
        if (temperature != 1)
            scores = graph.Add("Div", [scores, graph.Number("temperature", temperature)]);
        // Before version 13 the axis splits a tensor in two, so that all behind it would be one softmax: the exponentials are summed by hand.
        var highest = graph.Add("ReduceMax", [scores], OnnxAttribute.Of("axes", [-1]), OnnxAttribute.Of("keepdims", 1));
        var exponentials = graph.Add("Exp", [graph.Add("Sub", [scores, highest])]);
        return graph.Add("Div", [exponentials, graph.Sum(exponentials, -1, keeps: true)]);
    }

    /// <summary>The first of the highest scores, from 0: [N].</summary>
    public static string MostProbable(OnnxGraph graph, string scores)
        => graph.Add("ArgMax", [scores], OnnxAttribute.Of("axis", 1), OnnxAttribute.Of("keepdims", 0));

    /// <summary>The same as a key, which counts from 1: UInt32.</summary>
    public static string KeyOfMostProbable(OnnxGraph graph, string scores, long axis, bool keeps)
    {
        var index = graph.Add("ArgMax", [scores], OnnxAttribute.Of("axis", axis), OnnxAttribute.Of("keepdims", keeps ? 1 : 0));
        return graph.Cast(graph.Add("Add", [index, graph.Integers(1)]), OnnxElement.UInt32);
    }

    /// <summary>Whether values are above a bound.</summary>
    public static string IsAbove(OnnxGraph graph, string values, float bound) => graph.Add("Greater", [values, graph.Number($"above{bound}", bound)]);

    /// <summary>The n-grams that are read, with the bits that were chosen for them.</summary>
    private static NGramOptions? Read(NGramPart? part) => part == null ? null : part.Options with { HashBits = part.Weights.Bits };

    private static OnnxElement TypeOf(NetworkOptions network, OnnxExportOptions options) => OnnxHalf.StateType(CellSpec.Of(network.Cell), options.Arithmetic);

    /// <exception cref="NotSupportedException">The network reads trees that are given.</exception>
    public static void RequireStructure(NetworkOptions network)
    {
        if (network.Structure == NetworkStructure.GivenTree)
        {
            throw new NotSupportedException(
                $"A network whose {nameof(NetworkOptions.Structure)} is {network.Structure} cannot be written as ONNX: which nodes there are, its tokens tell one after the other. " +
                $"A {NetworkStructure.BalancedTree} can, and so can a {NetworkStructure.MemoryNetwork} and a network that reads token after token.");
        }
    }

    /// <summary>Checks the options, and that such a network can be written.</summary>
    public static void Require(NetworkOptions network, IEnumerable<Parameter> parameters, OnnxExportOptions options)
    {
        options.Validate();
        RequireStructure(network);
        OnnxEquations.Require(network.Cell);
        OnnxModel.RequireSize(parameters);
    }

    private static OnnxTokens Begin(NetworkOptions network, IEnumerable<Parameter> parameters, OnnxExportOptions options)
    {
        Require(network, parameters, options);
        return OnnxTokens.OfNumbers(new OnnxGraph("RevRnn", options.Opset), options.InputName);
    }
}
