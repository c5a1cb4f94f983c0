using Microsoft.ML.RevRnn.Heads;
using Microsoft.ML.RevRnn.Models;

namespace Microsoft.ML.RevRnn.Export;

/// <summary>The scores of whole sequences as ONNX: a linear map of pooled outputs, and what is added to it.</summary>
/// <param name="graph">The graph that they become a part of.</param>
/// <param name="parameters">Its weights.</param>
internal sealed class OnnxScores(OnnxGraph graph, NetworkParameters parameters)
{
    public const string FeaturesName = "features";
    public const string PlacesName = "nGramPlaces";
    public const string ValuesName = "nGramValues";

    /// <summary>A standardised number is so many deviations from the mean at the most.</summary>
    private const float Farthest = 1e6f;

    /// <summary>W x + b: [N, C].</summary>
    public string Linear(string values)
    {
        var weight = graph.Constant(parameters.Output.Weight.Name, () => OnnxTensor.Of(parameters.Output.Weight, parameters.Output.Weight.Columns, column => column,
            parameters.Output.Weight.Rows, parameters.Output.Weight.Columns));
        return graph.Add("Add", [graph.Add("MatMul", [values, graph.Transpose(weight, 1, 0)]), graph.Constant(parameters.Output.Bias.Name, () => OnnxTensor.Of(parameters.Output.Bias))]);
    }

    /// <summary>The scores with those of numbers that are given with each sequence, [N, F]; NaN counts as the mean.</summary>
    /// <param name="scores">The scores.</param>
    /// <param name="dense">Weights and moments of the numbers.</param>
    /// <param name="numbers">Of what has them.</param>
    public string WithFeatures(string scores, DenseFeatures dense, string numbers)
    {
        var means = graph.Constant("features.mean", () => OnnxTensor.Of(dense.Means, dense.Count));
        var deviations = graph.Constant("features.deviation", () => OnnxTensor.Of(dense.Deviations, dense.Count));
        var distance = graph.Add("Div", [graph.Add("Sub", [numbers, means]), deviations]);
        var clipped = graph.Add("Clip", [distance, graph.Number("nearest", -Farthest), graph.Number("farthest", Farthest)]);
        var standardized = graph.Add("Where", [graph.Add("IsNaN", [numbers]), graph.Number("zero", 0), clipped]);
        var weight = graph.Constant("features.weight", () => OnnxTensor.Of(dense.Weight, dense.Count, column => column, dense.Weight.Rows, dense.Count));
        return graph.Add("Add", [scores, graph.Add("MatMul", [standardized, graph.Transpose(weight, 1, 0)])]);
    }

    /// <summary>
    /// The scores mixed with those of n-grams, which are given as places of the hash, Int64 [N, K], and how much there is of each, [N, K], negative by the hash's sign; what pads a row has place -1 and
    /// value 0. A place without weights has the last row, of zeros.
    /// </summary>
    public string WithNGrams(string scores, NGramPart part)
    {
        var weights = part.Weights;
        var (none, outcomes) = (weights.Count, weights.Outcomes);
        var places = graph.Add("Max", [graph.Input(PlacesName, OnnxElement.Int64, "N", "K"), graph.Integers(0)]);
        var values = graph.Input(ValuesName, OnnxElement.Single, "N", "K");
        var table = graph.Constant("nGrams.rows", () => OnnxTensor.Of(Array.ConvertAll(weights.Rows.ToArray(), row => row < 0 ? none : row), weights.Rows.Length));
        var rows = graph.Add("Gather", [table, places]);
        var idf = graph.Add("Gather", [graph.Constant("nGrams.idf", () => OnnxTensor.Of([.. weights.Idf, 0f], none + 1)), rows]);
        var x = graph.Add("Mul", [values, idf]);
        var length = graph.Add("Sqrt", [graph.Sum(graph.Add("Mul", [x, x]), 1, keeps: true)]);
        var unit = graph.Add("Div", [x, graph.Add("Max", [length, graph.Number("leastLength", 1e-30f)])]);
        // They are of half precision, but ML.NET's ApplyOnnxModel reads no file with such a tensor.
        var learned = graph.Constant("nGrams.weight", () => OnnxTensor.Of([.. weights.Values, .. new float[outcomes]], none + 1, outcomes));
        var chosen = graph.Add("Gather", [learned, rows]);
        var sums = graph.Squeeze(graph.Add("MatMul", [graph.Unsqueeze(unit, 1), chosen]), 1);
        var own = graph.Add("Add", [sums, graph.Constant("nGrams.bias", () => OnnxTensor.Of(weights.Bias, outcomes))]);
        return graph.Add("Add",
        [
            graph.Add("Mul", [scores, graph.Number("networkShare", part.NetworkShare)]),
            graph.Add("Mul", [own, graph.Number("nGramShare", part.NGramShare)]),
        ]);
    }
}
