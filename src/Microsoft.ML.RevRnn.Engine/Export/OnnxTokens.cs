namespace Microsoft.ML.RevRnn.Export;

/// <summary>The tokens that a graph reads, as [N, T] and with the steps first, and which of them there are: -1 is padding behind a row's last token.</summary>
/// <param name="Ids">Token numbers, Int64 [N, T], with -1 where a row has ended.</param>
/// <param name="Graph">The graph.</param>
internal sealed record OnnxTokens(OnnxGraph Graph, string Ids)
{
    private string? _mask;
    private string? _lengths;

    /// <summary>N, [1].</summary>
    public string Batch => field ??= Graph.Dimension(Ids, 0);

    /// <summary>Whether a row has the step: [T, N, 1].</summary>
    public string Mask => _mask ??= Graph.Unsqueeze(Graph.Transpose(IsToken, 1, 0), 2);

    /// <summary>Steps of each row, Int64 [N].</summary>
    public string Lengths => _lengths ??= Graph.Sum(Graph.Cast(IsToken, OnnxElement.Int64), 1);

    /// <summary>[N, T].</summary>
    private string IsToken => field ??= Graph.Add("GreaterOrEqual", [Ids, Graph.Integers(0)]);

    /// <summary>Token numbers as they are given.</summary>
    public static OnnxTokens OfNumbers(OnnxGraph graph, string inputName) => new(graph, graph.Input(inputName, OnnxElement.Int64, "N", "T"));

    /// <summary>Keys, UInt32: key k, 1 to their count, is token k + 1, and any other is unknown.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="keys">Of what has the keys.</param>
    /// <param name="vocabulary">V, of which two tokens are no keys.</param>
    public static OnnxTokens OfKeys(OnnxGraph graph, string keys, int vocabulary)
    {
        var next = graph.Add("Add", [graph.Cast(keys, OnnxElement.Int64), graph.Integers(1)]);
        var isKnown = graph.Add("Less", [next, graph.Integers(vocabulary)]);
        return new(graph, graph.Add("Where", [isKnown, next, graph.Integers(TextTokenizer.UnknownToken)]));
    }

    /// <summary>The same where a row without tokens is read as <see cref="Vocabulary.EmptyToken"/>, like the library's models read it.</summary>
    public OnnxTokens WithEmptyToken()
    {
        // One step at the least, and the first one is a token.
        var missing = Graph.Add("Max", [Graph.Add("Sub", [Graph.Integers(1), Graph.Dimension(Ids, 1)]), Graph.Integers(0)]);
        var padded = Graph.Add("Pad", [Ids, Graph.Join(0, Graph.Integers(0, 0, 0), missing), Graph.Constant("padding", () => OnnxTensor.Of([-1L]))]);
        var first = Graph.Add("Max", [Graph.Slice(padded, 0, 1, 1), Graph.Integers(Vocabulary.EmptyToken)]);
        return new(Graph, Graph.Join(1, first, Graph.Slice(padded, 1, long.MaxValue, 1)));
    }

    /// <summary>The same with a token before the first one of each row.</summary>
    public OnnxTokens After(int token)
    {
        var first = Graph.Add("ConstantOfShape", [Graph.Join(0, Batch, Graph.Integers(1))], OnnxAttribute.Of("value", OnnxTensor.Of([(long)token], 1)));
        return new(Graph, Graph.Join(1, first, Ids));
    }

    /// <summary>The tokens of each row from its last to its first; padding stays behind them.</summary>
    public OnnxTokens Reversed()
        => new(Graph, Graph.Add("ReverseSequence", [Ids, Lengths], OnnxAttribute.Of("batch_axis", 0), OnnxAttribute.Of("time_axis", 1)));

    /// <summary>What is given for the tokens of each row from its last to its first, [T, N, ...], from its first to its last.</summary>
    public string InOrder(string values)
        => Graph.Add("ReverseSequence", [values, Lengths], OnnxAttribute.Of("batch_axis", 1), OnnxAttribute.Of("time_axis", 0));

    /// <summary>The tokens' rows of a table, [T, N, I]; those of the first row in padding.</summary>
    public string Vectors(string table)
        => Graph.Add("Gather", [table, Graph.Transpose(Graph.Add("Max", [Ids, Graph.Integers(0)]), 1, 0)], OnnxAttribute.Of("axis", 0));
}
