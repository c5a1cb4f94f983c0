using Microsoft.ML.RevRnn.Cells;
using Microsoft.ML.RevRnn.Compute;
using Microsoft.ML.RevRnn.Networks;

namespace Microsoft.ML.RevRnn.Export;

/// <summary>
/// Tree-LSTMs over the balanced trees of rows, as ONNX. All trees are as deep as the longest row's: 2^depth places at the bottom, of which a row has some, each of one token; the node over a token
/// and an empty place is the token. Two loops go through the levels: down, which tells each token its place, and up, which joins neighbours, so that the number of nodes halves from level to level.
/// </summary>
/// <param name="graph">The graph that they become a part of.</param>
/// <param name="parameters">Their weights.</param>
/// <param name="tokens">What is read.</param>
internal sealed class OnnxTree(OnnxGraph graph, TreeParameters parameters, OnnxTokens tokens)
{
    private readonly int _units = parameters.Layer.Units;

    /// <summary>The number of each step: [T].</summary>
    private string Steps => field ??= graph.Add("Range", [Scalar(0), graph.Squeeze(graph.Dimension(tokens.Ids, 1), 0), Scalar(1)]);

    /// <summary>n of each row: [N, 1].</summary>
    private string Lengths => field ??= graph.Unsqueeze(tokens.Lengths, 1);

    /// <summary>ceil(log2 T), or one more where the logarithm is rounded up, which changes nothing: [1].</summary>
    private string Depth => field ??= graph.Cast(graph.Add("Ceil",
        [graph.Add("Mul", [graph.Add("Log", [graph.Cast(graph.Dimension(tokens.Ids, 1), OnnxElement.Double)]), graph.Constant("perBit", () => OnnxTensor.Of([1 / HostMath.Log(2)]))])]), OnnxElement.Int64);

    /// <summary>The node at each step, [T, N, H], as <see cref="TreePlan.Outputs"/> has it: the smallest that has the step's token and the next; of the last step the root.</summary>
    /// <param name="embedding">The table of token vectors.</param>
    public string Outputs(string embedding)
    {
        var (places, width) = Places();
        var isToken = graph.Add("GreaterOrEqual", [tokens.Ids, graph.Integers(0)]);
        // Padding, whose places mean nothing, goes to one of its own, which is cut off.
        var empty = graph.Add("ConstantOfShape",
            [graph.Join(0, tokens.Batch, graph.Add("Add", [width, graph.Integers(1)]))], OnnxAttribute.Of("value", OnnxTensor.Of([-1L], 1)));
        var spread = graph.Add("ScatterElements", [empty, graph.Add("Where", [isToken, places, width]), tokens.Ids], OnnxAttribute.Of("axis", 1));
        var leaves = graph.Add("Slice", [spread, graph.Integers(0), width, graph.Integers(1)]);
        var (h, c) = Leaves(embedding, leaves);
        var has = graph.Cast(graph.Add("GreaterOrEqual", [leaves, graph.Integers(0)]), OnnxElement.Int64);
        var none = graph.Add("ConstantOfShape",
            [graph.Join(0, tokens.Batch, graph.Dimension(tokens.Ids, 1), graph.Integers(_units))], OnnxAttribute.Of("value", OnnxTensor.Of([0f], 1)));
        var joined = graph.AddMany("Loop", [Depth, "", h, c, has, places, none], 5, OnnxAttribute.Of("body", Up()));
        var isLast = graph.Add("Equal", [Steps, graph.Add("Sub", [Lengths, graph.Integers(1)])]);
        return graph.Transpose(graph.Add("Where", [graph.Unsqueeze(isLast, 2), joined[0], joined[4]]), 1, 0, 2);
    }

    /// <summary>Where at the bottom each token is, [N, T], and how many places there are, [1].</summary>
    private (string Places, string Width) Places()
    {
        var zeros = graph.Add("Mul", [tokens.Ids, graph.Integers(0)]);
        var body = new OnnxGraph("tree.down", graph.Opset);
        var isGoing = Begin(body);
        string[] carried = ["offset", "count", "place"];
        carried = Array.ConvertAll(carried, name => body.Input($"tree.down.{name}", OnnxElement.Int64, "N", "T"));
        var width = body.Input("tree.down.width", OnnxElement.Int64, 1);
        // A tree of n is one of the first ceil(n / 2) and one of the rest.
        var half = body.Add("Div", [body.Add("Add", [carried[1], body.Integers(1)]), body.Integers(2)]);
        var isRight = body.Add("GreaterOrEqual", [carried[0], half]);
        var right = body.Cast(isRight, OnnxElement.Int64);
        string[] after =
        [
            body.Add("Sub", [carried[0], body.Add("Mul", [right, half])]),
            body.Add("Where", [isRight, body.Add("Sub", [carried[1], half]), half]),
            body.Add("Add", [body.Add("Mul", [carried[2], body.Integers(2)]), right]),
        ];
        End(body, isGoing);
        foreach (var (name, value) in carried.Zip(after))
            body.Output(value, $"{name}.after", OnnxElement.Int64, "N", "T");
        body.Output(body.Add("Mul", [width, body.Integers(2)]), $"{width}.after", OnnxElement.Int64, 1);
        var made = graph.AddMany(
            "Loop", [Depth, "", graph.Add("Add", [zeros, Steps]), graph.Add("Add", [zeros, Lengths]), zeros, graph.Integers(1)], 4, OnnxAttribute.Of("body", body));
        return (made[2], made[3]);
    }

    /// <summary>h and c of all places at the bottom, [N, 2^depth, H]; of an empty one they are of some token, and nothing reads them.</summary>
    private (string H, string C) Leaves(string embedding, string leaves)
    {
        var vectors = graph.Add("Gather", [embedding, graph.Add("Max", [leaves, graph.Integers(0)])], OnnxAttribute.Of("axis", 0));
        var gates = graph.Split(Linear(graph, vectors, parameters.Leaf, parameters.LeafBias), 2, [.. Enumerable.Repeat((long)_units, TreeLstm.LeafGates)]);
        return (Output(graph, gates[TreeLstm.LeafO], gates[TreeLstm.LeafC]), gates[TreeLstm.LeafC]);
    }

    /// <summary>From a level to the one above it: h and c of its nodes, whether there is one, the node of each token, and the outputs so far.</summary>
    private OnnxGraph Up()
    {
        var body = new OnnxGraph("tree.up", graph.Opset);
        var isGoing = Begin(body);
        var h = body.Input("tree.up.h", OnnxElement.Single, "N", "nodes", _units);
        var c = body.Input("tree.up.c", OnnxElement.Single, "N", "nodes", _units);
        var has = body.Input("tree.up.has", OnnxElement.Int64, "N", "nodes");
        var places = body.Input("tree.up.places", OnnxElement.Int64, "N", "T");
        var outputs = body.Input("tree.up.outputs", OnnxElement.Single, "N", "T", _units);
        var joins = body.Split(body.Add("Reshape", [has, body.Integers(0, -1, 2)]), 2, 1, 1);
        var (ofNode, cOfNode) = Join(body, h, c, body.Cast(joins[1], OnnxElement.Boolean));
        var above = body.Add("Div", [places, body.Integers(2)]);
        var chosen = body.Add("GatherND", [ofNode, body.Unsqueeze(above, 2)], OnnxAttribute.Of("batch_dims", 1));
        var isJoined = body.Add("And", [body.Add("Not", [IsThatOfTheNext(body, places)]), IsThatOfTheNext(body, above)]);
        End(body, isGoing);
        body.Output(ofNode, "tree.up.h.after", OnnxElement.Single, "N", "above", _units);
        body.Output(cOfNode, "tree.up.c.after", OnnxElement.Single, "N", "above", _units);
        body.Output(body.Squeeze(joins[0], 2), "tree.up.has.after", OnnxElement.Int64, "N", "above");
        body.Output(above, "tree.up.places.after", OnnxElement.Int64, "N", "T");
        body.Output(body.Add("Where", [body.Unsqueeze(isJoined, 2), chosen, outputs]), "tree.up.outputs.after", OnnxElement.Single, "N", "T", _units);
        return body;
    }

    /// <summary>h and c of the nodes over pairs of neighbours; the left one's where there is no right one.</summary>
    private (string H, string C) Join(OnnxGraph body, string h, string c, string hasRight)
    {
        var pairs = body.Integers(0, -1, 2 * _units);
        var read = body.Add("Reshape", [h, pairs]);
        var sums = body.Split(Linear(body, read, parameters.Node, parameters.NodeBias), 2, [.. Enumerable.Repeat((long)_units, TreeLstm.NodeGates)]);
        var cells = body.Split(body.Add("Reshape", [c, pairs]), 2, _units, _units);
        var added = body.Add("Mul", [Sigmoid(TreeLstm.I), body.Add("Tanh", [sums[TreeLstm.U]])]);
        var kept = body.Add("Add", [added, body.Add("Mul", [Sigmoid(TreeLstm.ForgetLeft), cells[0]])]);
        var joined = body.Add("Add", [kept, body.Add("Mul", [Sigmoid(TreeLstm.ForgetRight), cells[1]])]);
        var left = body.Split(read, 2, _units, _units)[0];
        return (body.Add("Where", [hasRight, Output(body, sums[TreeLstm.O], joined), left]), body.Add("Where", [hasRight, joined, cells[0]]));

        string Sigmoid(int gate) => body.Add("Sigmoid", [sums[gate]]);
    }

    /// <summary>Whether each token's node is that of the token behind it, too; of the last one it means nothing.</summary>
    private static string IsThatOfTheNext(OnnxGraph body, string places)
        => body.Add("Equal", [places, body.Join(1, body.Slice(places, 1, long.MaxValue, 1), body.Slice(places, -1, long.MaxValue, 1))]);

    private static string Linear(OnnxGraph part, string values, Parameter weight, Parameter bias) => part.Add("Add",
        [part.Add("MatMul", [values, part.Constant(weight.Name, () => OnnxTensor.Of(weight))]), part.Constant(bias.Name, () => OnnxTensor.Of(bias))]);

    /// <summary>h = sigmoid(o) tanh(c).</summary>
    private static string Output(OnnxGraph part, string o, string c) => part.Add("Mul", [part.Add("Sigmoid", [o]), part.Add("Tanh", [c])]);

    /// <summary>Declares what each body of a loop is given first: the number of the round, and that it goes on.</summary>
    private static string Begin(OnnxGraph body)
    {
        body.Input(body.Name + ".round", OnnxElement.Int64);
        return body.Input(body.Name + ".goesOn", OnnxElement.Boolean);
    }

    private static void End(OnnxGraph body, string isGoing) => body.Output(isGoing, isGoing + ".after", OnnxElement.Boolean);

    private string Scalar(long value) => graph.Constant($"scalar{value}", () => OnnxTensor.Of([value]));
}
