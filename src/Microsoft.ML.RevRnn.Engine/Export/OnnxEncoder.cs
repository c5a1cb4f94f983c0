using Microsoft.ML.RevRnn.Networks;
using Microsoft.ML.RevRnn.Reversible;

namespace Microsoft.ML.RevRnn.Export;

/// <summary>Token vectors and stacks of layers as ONNX.</summary>
/// <param name="graph">The graph that they become a part of.</param>
/// <param name="parameters">Their weights.</param>
/// <param name="arithmetic">How states of a reversible cell are held.</param>
internal sealed class OnnxEncoder(OnnxGraph graph, EncoderParameters parameters, OnnxArithmetic arithmetic)
{
    /// <summary>The table of token vectors, [V, I].</summary>
    public string Embedding => graph.Constant("embedding", () => OnnxTensor.Of(parameters.Embedding.Value));

    /// <summary>The contexts of the rows, [N, C]; null of a network without.</summary>
    public string? Context { get; init; }

    /// <summary>Whether a row's text begins with its first token, [N, 1], so that its states start from its context; null where none do.</summary>
    public string? Begins { get; init; }

    /// <summary>The outputs of each direction, [T, N, H], in the order in which it reads; of a tree or memory network those that the engine gives.</summary>
    /// <param name="tokens">The tokens.</param>
    /// <param name="boundary">A token before the first one, whichever direction is read in; null for none.</param>
    public string[] Outputs(OnnxTokens tokens, int? boundary = null)
    {
        OnnxModels.RequireStructure(parameters.Shape.Options);
        if (parameters.Stacks[0].Tree is { } tree)
            return [new OnnxTree(graph, tree, tokens).Outputs(Embedding)];
        if (parameters.Stacks[0].Memory is { } memory)
            return [new OnnxMemory(graph, memory, tokens).Outputs(Embedding)];
        var outputs = new string[parameters.Stacks.Length];
        for (var direction = 0; direction < outputs.Length; direction++)
        {
            var read = direction == 0 ? tokens : tokens.Reversed();
            outputs[direction] = Run(boundary is { } token ? read.After(token) : read, direction, (i, layer, batch) => StartFromContext(i) ?? layer.Zeros(batch), null).Outputs;
        }
        return outputs;
    }

    /// <summary>The outputs of a network that reads forwards, with states that are given, unless a text begins with its context's, and given back: of each layer all of <see cref="OnnxLayer"/>'s.</summary>
    public (string Outputs, List<string[]> States) Continue(OnnxTokens tokens, Func<int, string[]> states) => Run(tokens, 0, (i, _, _) => StartFromContext(i) is { } start
        ? [.. start.Zip(states(i), (ofContext, given) => graph.Add("Where", [Begins!, ofContext, given]))]
        : states(i), tokens.Mask);

    /// <summary>A layer of a direction.</summary>
    public OnnxLayer Layer(int direction, int layer) => new(graph, parameters.Stacks[direction].Layers[layer], arithmetic, parameters.Shape.Options.ForgettingLimit);

    /// <summary>The layers of a direction, of which one may read the sum of outputs and inputs of that below.</summary>
    private (string Outputs, List<string[]> States) Run(OnnxTokens tokens, int direction, Func<int, OnnxLayer, string, string[]> start, string? mask)
    {
        var shape = parameters.Shape;
        var outputs = tokens.Vectors(Embedding);
        var inputs = "";
        var ends = new List<string[]>();
        for (var i = 0; i < shape.Layers; i++)
        {
            inputs = shape.SkipsTo(i) ? graph.Add("Add", [outputs, inputs]) : outputs;
            var layer = Layer(direction, i);
            var products = layer.Products(graph, inputs);
            if (i == 0 && parameters.Stacks[direction].Context?.Input is { } map)
                products = graph.Add("Add", [products, layer.ContextProducts(RequireContext(), map)]);
            (outputs, var states) = layer.Add(products, start(i, layer, tokens.Batch), mask);
            ends.Add(states);
        }
        return (outputs, ends);
    }

    /// <summary>tanh(S v + s) of a layer's states, each [N, P], in the arithmetic of the states; null where they do not start from a context.</summary>
    private string[]? StartFromContext(int layer)
    {
        if (parameters.Stacks[0].Context is not { Context.StartsStates: true } context)
            return null;
        var (shape, starts) = (parameters.Shape.Layer(layer), new List<string>());
        foreach (var (map, bias) in context.States[layer].Zip(context.Biases[layer]))
        {
            var sum = graph.Add("MatMul", [RequireContext(), graph.Constant(map.Name, () => OnnxTensor.Of(map, map.Columns, column => column, map.Rows, map.Columns))]);
            var start = graph.Add("Tanh", [graph.Add("Add", [sum, graph.Constant(bias.Name, () => OnnxTensor.Of(bias))])]);
            if (OnnxHalf.IsFixed(shape.Spec, arithmetic))
                start = graph.Cast(graph.Add("Round", [graph.Add("Mul", [start, graph.Number("stateOne", FixedPoint.StateOne)])]), OnnxElement.Double);
            starts.AddRange(graph.Split(start, 1, [.. Enumerable.Repeat((long)shape.Half, shape.Halves)]));
        }
        return [.. starts];
    }

    private string RequireContext() => Context ?? throw new InvalidOperationException("The network is given contexts, and the graph has none.");
}
