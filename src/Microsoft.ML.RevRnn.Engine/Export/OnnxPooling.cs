using Microsoft.ML.RevRnn.Networks;

namespace Microsoft.ML.RevRnn.Export;

/// <summary>
/// Poolings over time as ONNX, of outputs [T, N, H] a direction. Sums run over the first axis of three, row by row and step after step, so that padding, which adds zeros
/// at the end, changes no bit.
/// </summary>
/// <param name="graph">The graph that they become a part of.</param>
/// <param name="tokens">The tokens, padding and all, that the outputs are of.</param>
internal sealed class OnnxPooling(OnnxGraph graph, OnnxTokens tokens)
{
    private string Weights => field ??= graph.Cast(tokens.Mask, OnnxElement.Single);

    private string Lengths => field ??= graph.Unsqueeze(graph.Cast(tokens.Lengths, OnnxElement.Single), 1);

    /// <summary>All vectors of a kind of pooling side by side: part after part, and of each the directions.</summary>
    /// <param name="kind">The pooling.</param>
    /// <param name="outputs">Of each direction.</param>
    /// <param name="attention">v of all directions, of attention pooling; null of others.</param>
    /// <param name="units">H of a direction.</param>
    public string Pool(PoolingKind kind, string[] outputs, Parameter? attention, int units)
    {
        if (kind == PoolingKind.Attention)
            return graph.Join(1, [.. outputs.Select((output, direction) => Attend(output, attention!, direction, units))]);
        var joined = graph.Join(2, outputs);
        return kind switch
        {
            PoolingKind.MeanMax => graph.Join(1, Mean(joined), Maximum(joined)),
            PoolingKind.MeanMaxLast => graph.Join(1, Mean(joined), Maximum(joined), Last(joined)),
            PoolingKind.Mean => Mean(joined),
            PoolingKind.Max => Maximum(joined),
            PoolingKind.Last => Last(joined),
            _ => throw new NotSupportedException($"The pooling {kind} cannot be written as ONNX."),
        };
    }

    /// <summary>The mean over the steps that rows have: [N, H].</summary>
    public string Mean(string outputs) => graph.Add("Div", [graph.Sum(graph.Add("Mul", [outputs, Weights]), 0), Lengths]);

    private string Maximum(string outputs) => graph.Maximum(graph.Add("Where", [tokens.Mask, outputs, graph.Number("lowest", float.MinValue)]), 0);

    /// <summary>The output at the step after which there is none: those of others count as zeros in a sum.</summary>
    private string Last(string outputs)
    {
        var following = graph.Slice(Weights, 1, long.MaxValue, 0);
        var end = graph.Add("ConstantOfShape", [graph.Join(0, graph.Integers(1), tokens.Batch, graph.Integers(1))], OnnxAttribute.Of("value", OnnxTensor.Of([0f], 1)));
        var isLast = graph.Add("Sub", [Weights, graph.Join(0, following, end)]);
        return graph.Sum(graph.Add("Mul", [outputs, isLast]), 0);
    }

    /// <summary>Sum of a_t h_t with a = softmax over time of v h_t / sqrt(H); the sum of weights is one more unit of the sum of outputs.</summary>
    private string Attend(string outputs, Parameter attention, int direction, int units)
    {
        var v = graph.Constant($"attention{direction + 1}", () => OnnxTensor.Of(attention, units, unit => direction * units + unit, units));
        var dots = graph.Sum(graph.Add("Mul", [outputs, v]), 2, keeps: true);
        var scores = graph.Add("Where", [tokens.Mask, graph.Add("Mul", [dots, graph.Number("attentionScale", 1 / MathF.Sqrt(units))]), graph.Number("lowest", float.MinValue)]);
        var highest = graph.Maximum(scores, 0);
        var weights = graph.Add("Mul", [graph.Add("Exp", [graph.Add("Sub", [scores, highest])]), Weights]);
        var ones = graph.Add("Add", [graph.Add("Mul", [Weights, graph.Number("zero", 0)]), graph.Number("one", 1)]);
        var sums = graph.Split(graph.Sum(graph.Add("Mul", [graph.Join(2, outputs, ones), weights]), 0), 1, units, 1);
        return graph.Add("Div", [sums[0], sums[1]]);
    }
}
