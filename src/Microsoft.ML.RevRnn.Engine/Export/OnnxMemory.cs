using Microsoft.ML.RevRnn.Networks;

namespace Microsoft.ML.RevRnn.Export;

/// <summary>
/// A memory network as ONNX, as <see cref="MemoryEncoder"/> has it: all memories of all tokens are one matrix product, and each hop is a softmax over time, from which padding is left out. As in
/// <see cref="OnnxPooling"/>, sums run over the first axis of three, so that padding changes no bit.
/// </summary>
/// <param name="graph">The graph that it becomes a part of.</param>
/// <param name="parameters">Its weights.</param>
/// <param name="tokens">What is read.</param>
internal sealed class OnnxMemory(OnnxGraph graph, MemoryParameters parameters, OnnxTokens tokens)
{
    private readonly int _units = parameters.Layer.Units;

    /// <summary>T of each row: [1, N, 1].</summary>
    private string Lengths => field ??= graph.Unsqueeze(graph.Unsqueeze(graph.Cast(tokens.Lengths, OnnxElement.Single), 0), 2);

    /// <summary>t, from 1: [T, 1, 1].</summary>
    private string Steps => field ??= graph.Unsqueeze(graph.Unsqueeze(graph.Cast(
        graph.Add("Range", [Scalar(1), graph.Squeeze(graph.Add("Add", [graph.Dimension(tokens.Ids, 1), graph.Integers(1)]), 0), Scalar(1)]), OnnxElement.Single), 1), 2);

    /// <summary>What the last hop reads, [T, N, H], and at the last step of a row what it makes of it.</summary>
    /// <param name="embedding">The table of token vectors.</param>
    public string Outputs(string embedding)
    {
        var memories = Memories(embedding);
        var answer = graph.Constant(parameters.Question.Name, () => OnnxTensor.Of(parameters.Question));
        for (var hop = 0; hop < parameters.Hops; hop++)
            answer = graph.Add("Add", [answer, Read(memories[hop], memories[hop + 1], answer)]);
        return graph.Add("Where", [graph.Add("Equal", [Steps, Lengths]), answer, memories[^1]]);
    }

    /// <summary>m^1 to m^(K+1), each [T, N, H].</summary>
    private string[] Memories(string embedding)
    {
        var columns = parameters.Maps.Columns;
        var maps = graph.Constant(parameters.Maps.Name, () => OnnxTensor.Of(parameters.Maps, columns, column => column, parameters.Maps.Rows, columns));
        var bias = graph.Constant(parameters.Bias.Name, () => OnnxTensor.Of(parameters.Bias));
        var all = graph.Add("Add", [graph.Add("MatMul", [tokens.Vectors(embedding), maps]), bias]);
        var place = Place();
        return Array.ConvertAll(graph.Split(all, 2, [.. Enumerable.Repeat((long)_units, parameters.Hops + 1)]), memory => graph.Add("Mul", [memory, place]));
    }

    /// <summary>l, which tells where in its text a token stands: [T, N, H].</summary>
    private string Place()
    {
        var one = graph.Number("one", 1);
        var part = graph.Add("Div", [Steps, Lengths]);
        var turned = graph.Add("Sub", [one, graph.Add("Mul", [graph.Number("two", 2), part])]);
        var units = graph.Constant("memory.units", () => OnnxTensor.Of([.. Enumerable.Range(1, _units).Select(unit => unit / (float)_units)], _units));
        return graph.Add("Sub", [graph.Add("Sub", [one, part]), graph.Add("Mul", [units, turned])]);
    }

    /// <summary>The mean of contents, weighted by the softmax over time of keys times u: [1, N, H].</summary>
    private string Read(string keys, string contents, string u)
    {
        var dots = graph.Sum(graph.Add("Mul", [keys, u]), 2, keeps: true);
        var scores = graph.Add("Where", [tokens.Mask, dots, graph.Number("lowest", float.MinValue)]);
        var exponentials = graph.Add("Exp", [graph.Add("Sub", [scores, graph.Maximum(scores, 0)])]);
        var weights = graph.Add("Mul", [exponentials, graph.Cast(tokens.Mask, OnnxElement.Single)]);
        // The sum of weights is one more unit of the sum of contents.
        var ones = graph.Add("Add", [graph.Add("Mul", [weights, graph.Number("zero", 0)]), graph.Number("one", 1)]);
        var sums = graph.Split(graph.Sum(graph.Add("Mul", [graph.Join(2, contents, ones), weights]), 0, keeps: true), 2, _units, 1);
        return graph.Add("Div", [sums[0], sums[1]]);
    }

    private string Scalar(long value) => graph.Constant($"scalar{value}", () => OnnxTensor.Of([value]));
}
