using System.Reflection;
using Microsoft.ML.Model.OnnxConverter;
using Microsoft.ML.RevRnn.Export;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.RevRnn.Exports;

/// <summary>A part of the graph that ML.NET's ConvertToOnnx makes: built as a graph of its own, then handed over.</summary>
internal sealed class PipelineGraph
{
    /// <summary>ConvertToOnnx makes graphs of this version at the most.</summary>
    private const int Opset = 12;

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
        Graph = new OnnxGraph(context.AddIntermediateVariable(null, $"RevRnn{number}", skip: true), Opset);
    }

    public OnnxGraph Graph { get; }

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
    public void Finish(IReadOnlyList<(DataViewSchema.DetachedColumn Column, string Value)> added)
    {
        foreach (var (name, tensor) in Graph.Constants)
            Add(new(name, "Constant", [], [name], [OnnxAttribute.Of("value", tensor)]));
        foreach (var node in Graph.Nodes)
            Add(node);
        foreach (var (column, value) in added)
        {
            var variable = _context.AddIntermediateVariable(column.Type, column.Name);
            _context.CreateNode("Identity", [value], [variable], _context.GetNodeName("Identity"), "");
        }
    }

    private void Add(Export.OnnxNode node)
    {
        var made = _context.CreateNode(node.Operator, node.Inputs, node.Outputs, node.Name, "");
        if (node.Attributes.Count > 0)
            Merge(made, node.AttributesToMessage().ToArray());
    }

    /// <summary>
    /// Adds attributes. ML.NET's node takes no graph as one, which the body of a Scan is; but it wraps a message of Google.Protobuf, and that takes the bytes of another of its kind.
    /// </summary>
    private void Merge(Model.OnnxConverter.OnnxNode node, byte[] attributes)
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
