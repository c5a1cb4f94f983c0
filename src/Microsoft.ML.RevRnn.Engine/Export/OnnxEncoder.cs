using Microsoft.ML.RevRnn.Networks;

namespace Microsoft.ML.RevRnn.Export;

/// <summary>Token vectors and stacks of layers as ONNX.</summary>
/// <param name="graph">The graph that they become a part of.</param>
/// <param name="parameters">Their weights.</param>
/// <param name="arithmetic">How states of a reversible cell are held.</param>
internal sealed class OnnxEncoder(OnnxGraph graph, EncoderParameters parameters, OnnxArithmetic arithmetic)
{
    /// <summary>The table of token vectors, [V, I].</summary>
    public string Embedding => graph.Constant("embedding", () => OnnxTensor.Of(parameters.Embedding.Value));

    /// <summary>The outputs of each direction, [T, N, H], in the order in which it reads.</summary>
    /// <param name="tokens">The tokens.</param>
    /// <param name="boundary">A token before the first one, whichever direction is read in; null for none.</param>
    public string[] Outputs(OnnxTokens tokens, int? boundary = null)
    {
        var outputs = new string[parameters.Stacks.Length];
        for (var direction = 0; direction < outputs.Length; direction++)
        {
            var read = direction == 0 ? tokens : tokens.Reversed();
            outputs[direction] = Run(boundary is { } token ? read.After(token) : read, direction, (layer, batch) => layer.Zeros(batch), null).Outputs;
        }
        return outputs;
    }

    /// <summary>The outputs of a network that reads forwards, with states that are given and given back: of each layer all of <see cref="OnnxLayer"/>'s.</summary>
    public (string Outputs, List<string[]> States) Continue(OnnxTokens tokens, Func<int, string[]> states)
    {
        var index = 0;
        return Run(tokens, 0, (_, _) => states(index++), tokens.Mask);
    }

    /// <summary>The layers of a direction, of which one may read the sum of outputs and inputs of that below.</summary>
    private (string Outputs, List<string[]> States) Run(OnnxTokens tokens, int direction, Func<OnnxLayer, string, string[]> start, string? mask)
    {
        var shape = parameters.Shape;
        if (shape.Context != null)
            throw new NotSupportedException("A language model that is given contexts cannot be written as ONNX.");
        var outputs = tokens.Vectors(Embedding);
        var inputs = "";
        var ends = new List<string[]>();
        for (var i = 0; i < shape.Layers; i++)
        {
            inputs = shape.SkipsTo(i) ? graph.Add("Add", [outputs, inputs]) : outputs;
            var layer = new OnnxLayer(graph, parameters.Stacks[direction].Layers[i], arithmetic, shape.Options.ForgettingLimit);
            (outputs, var states) = layer.Add(inputs, start(layer, tokens.Batch), mask);
            ends.Add(states);
        }
        return (outputs, ends);
    }
}
