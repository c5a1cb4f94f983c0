using System.Reflection;
using Microsoft.ML.Model.OnnxConverter;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.RevRnn.Exports;

/// <summary>The graph that ML.NET's ConvertToOnnx makes, where a model becomes a part of it: the engine makes the part, which is handed over node by node.</summary>
internal sealed class PipelineGraph
{
    /// <summary>ConvertToOnnx makes graphs of this version at the most.</summary>
    public const int Opset = 12;

    private const string SaveAsOnnx = nameof(RevRnnTransformer.SaveAsOnnx);

    private readonly IExceptionContext _errors;
    private readonly OnnxContext _context;
    private readonly string _part;

    /// <param name="errors">What exceptions are thrown in the name of.</param>
    /// <param name="context">ML.NET's graph.</param>
    /// <param name="part">What the part is called in messages.</param>
    public PipelineGraph(IExceptionContext errors, OnnxContext context, string part)
    {
        _errors = errors;
        _context = context;
        _part = part;
        context.CheckOpSetVersion(Opset, part);
        var number = 0;
        while (context.IsVariableDefined($"RevRnn{number}"))
            number++;
        Name = context.AddIntermediateVariable(null, $"RevRnn{number}", skip: true);
    }

    /// <summary>What nothing else in the graph is called, nor begins with.</summary>
    public string Name { get; }

    /// <summary>Refuses what the graph cannot do: cutting texts into tokens, and hashing n-grams.</summary>
    /// <param name="errors">What exceptions are thrown in the name of.</param>
    /// <param name="part">What the part is called.</param>
    /// <param name="column">The column that it reads.</param>
    /// <param name="isOfKeys">Whether the column holds keys.</param>
    /// <param name="readsNGrams">Whether n-grams are read too.</param>
    public static void RequireKeys(IExceptionContext errors, string part, string column, bool isOfKeys, bool readsNGrams)
    {
        if (!isOfKeys)
        {
            throw errors.Process(new NotSupportedException(
                $"The pipeline cannot be converted to ONNX: {part} reads text, in column '{column}', and ONNX has no tokenizer. Write the model by itself with {SaveAsOnnx}, " +
                $"whose input are tokens; Transforms.Text.RevTokens and ApplyOnnxModel read text with that file. Or train on a vector of keys, which can be converted."));
        }
        if (readsNGrams)
        {
            throw errors.Process(new NotSupportedException(
                $"The pipeline cannot be converted to ONNX: {part} reads n-grams of column '{column}', and ONNX cannot hash. Train with NGrams = null, or write the model by itself with {SaveAsOnnx}."));
        }
    }

    /// <summary>The variable of a column.</summary>
    /// <exception cref="NotSupportedException">The graph has none.</exception>
    public string Input(string column) => _context.ContainsColumn(column)
        ? _context.GetVariableName(column)
        : throw _errors.Process(new NotSupportedException(
            $"The pipeline cannot be converted to ONNX: {_part} reads column '{column}', which is not in the graph, as what makes it was not converted."));

    /// <summary>Hands the part over, and gives columns to what it makes.</summary>
    public void Add(OnnxSubgraph subgraph, IEnumerable<DataViewSchema.DetachedColumn> added)
    {
        foreach (var node in subgraph.Nodes)
            Add(node);
        foreach (var (column, value) in added.Zip(subgraph.Outputs))
        {
            var variable = _context.AddIntermediateVariable(column.Type, column.Name);
            _context.CreateNode("Identity", [value], [variable], _context.GetNodeName("Identity"), "");
        }
    }

    private void Add(OnnxSubgraphNode node)
    {
        var made = _context.CreateNode(node.Operator, node.Inputs, node.Outputs, node.Name, "");
        if (node.HasAttributes)
            Merge(made, node.GetAttributes());
    }

    /// <summary>
    /// Adds attributes. ML.NET's node takes no graph as one, which the body of a Scan is; but it wraps a message of Google.Protobuf, and that takes the bytes of another of its kind.
    /// </summary>
    private void Merge(OnnxNode node, byte[] attributes)
    {
        var message = node.GetType().GetField("_node", BindingFlags.NonPublic | BindingFlags.Instance)?.GetValue(node);
        var type = message?.GetType().GetInterface("Google.Protobuf.IMessage");
        var merge = type?.Assembly.GetType("Google.Protobuf.MessageExtensions")?.GetMethod("MergeFrom", [type, typeof(byte[])]);
        if (merge == null)
        {
            throw _errors.Process(new NotSupportedException(
                $"{_part} cannot be converted to ONNX by this version of Microsoft.ML.OnnxConverter, whose nodes are not what they were in 0.23.1. Write the model by itself with {SaveAsOnnx}."));
        }
        merge.Invoke(null, [message, attributes]);
    }
}
