using Microsoft.ML.RevRnn.Heads;
using Microsoft.ML.RevRnn.Networks;

namespace Microsoft.ML.RevRnn.Export;

/// <summary>
/// A tagger that reads the class of the token before, as ONNX: one Scan over the steps, whose body has all layers and the linear map, for a step's input hangs on the scores of the one before.
/// </summary>
/// <param name="graph">The graph that it becomes a part of.</param>
/// <param name="parameters">Its weights.</param>
/// <param name="arithmetic">How states of a reversible cell are held.</param>
internal sealed class OnnxTagger(OnnxGraph graph, NetworkParameters parameters, OnnxArithmetic arithmetic)
{
    private const string Name = "tagger";

    private readonly NetworkShape _shape = parameters.Encoder.Shape;
    private readonly OnnxEncoder _encoder = new(graph, parameters.Encoder, arithmetic);

    /// <summary>The scores of each token's classes before softmax, [T, N, C].</summary>
    public string Scores(OnnxTokens tokens)
    {
        OnnxLayer[] layers = [.. Enumerable.Range(0, _shape.Layers).Select(layer => _encoder.Layer(0, layer))];
        var none = graph.Add("ConstantOfShape", [tokens.Batch], OnnxAttribute.Of("value", OnnxTensor.Of([-1L], 1)));
        string[] states = [none, .. layers.SelectMany(layer => layer.Zeros(tokens.Batch))];
        var body = Body(layers);
        return graph.AddMany("Scan", [.. states, tokens.Vectors(_encoder.Embedding)], states.Length + 1, OnnxAttribute.Of("body", body), OnnxAttribute.Of("num_scan_inputs", 1))[^1];
    }

    private OnnxGraph Body(OnnxLayer[] layers)
    {
        var body = new OnnxGraph(Name, graph.Opset);
        var before = body.Input($"{Name}.before", OnnxElement.Int64, "N");
        string[][] states = Array.ConvertAll(layers, layer => layer.AddStates(body));
        var vectors = body.Input($"{Name}.vectors", OnnxElement.Single, "N", _shape.Options.EmbeddingSize);
        var (inputs, outputs) = ("", body.Add("Add", [vectors, ClassVectors(body, before)]));
        var after = new string[layers.Length][];
        for (var i = 0; i < layers.Length; i++)
        {
            inputs = _shape.SkipsTo(i) ? body.Add("Add", [outputs, inputs]) : outputs;
            outputs = layers[i].Step(body, layers[i].Products(body, inputs), states[i], out after[i]);
        }
        var scores = new OnnxScores(body, parameters).Linear(outputs);
        body.Output(OnnxModels.MostProbable(body, scores), $"{Name}.before.after", OnnxElement.Int64, "N");
        for (var i = 0; i < layers.Length; i++)
            layers[i].AddStatesAfter(body, states[i], after[i]);
        body.Output(scores, $"{Name}.scores", OnnxElement.Single, "N", _shape.FedBack);
        return body;
    }

    /// <summary>The vectors of the classes before, which lie behind those of tokens, [N, I]; zeros where there is none.</summary>
    private string ClassVectors(OnnxGraph body, string before)
    {
        var isNone = body.Unsqueeze(body.Add("Less", [before, body.Integers(0)]), 1);
        var rows = body.Add("Add", [body.Add("Max", [before, body.Integers(0)]), body.Integers(_shape.Vocabulary)]);
        return body.Add("Where", [isNone, body.Number("zero", 0), body.Add("Gather", [_encoder.Embedding, rows], OnnxAttribute.Of("axis", 0))]);
    }
}
