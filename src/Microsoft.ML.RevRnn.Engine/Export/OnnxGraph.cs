namespace Microsoft.ML.RevRnn.Export;

/// <summary>A graph that is built operation by operation: each call gives the name of what it makes. Names begin with the graph's own.</summary>
/// <param name="name">The name.</param>
/// <param name="opset">The version of the operators; some took axes as attributes before 13, and as inputs since.</param>
internal sealed class OnnxGraph(string name, int opset)
{
    private readonly List<OnnxNode> _nodes = [];
    private readonly List<(string Name, OnnxTensor Tensor)> _constants = [];
    private readonly List<ProtoMessage> _inputs = [];
    private readonly List<ProtoMessage> _outputs = [];
    private readonly Dictionary<string, string> _constantNames = [];
    private int _count;

    public string Name => name;

    public int Opset => opset;

    public IReadOnlyList<OnnxNode> Nodes => _nodes;

    public IReadOnlyList<(string Name, OnnxTensor Tensor)> Constants => _constants;

    public string Add(string op, ReadOnlySpan<string> inputs, params ReadOnlySpan<OnnxAttribute> attributes) => AddMany(op, inputs, 1, attributes)[0];

    public string[] AddMany(string op, ReadOnlySpan<string> inputs, int outputs, params ReadOnlySpan<OnnxAttribute> attributes)
    {
        var node = $"{name}.{op}{_count++}";
        string[] made = outputs == 1 ? [node] : [.. Enumerable.Range(0, outputs).Select(i => $"{node}.{i}")];
        _nodes.Add(new OnnxNode(node, op, inputs.ToArray(), made, attributes.ToArray()));
        return made;
    }

    /// <summary>Constant values; the same name is the same constant.</summary>
    public string Constant(string called, Func<OnnxTensor> tensor)
    {
        if (!_constantNames.TryGetValue(called, out var made))
        {
            _constantNames.Add(called, made = $"{name}.{called}");
            _constants.Add((made, tensor()));
        }
        return made;
    }

    public string Number(string called, float value) => Constant(called, () => OnnxTensor.Of([value]));

    public string Integers(params long[] values) => Constant("int." + string.Join('.', values), () => OnnxTensor.Of(values, values.Length));

    public string Cast(string value, OnnxElement type) => Add("Cast", [value], OnnxAttribute.Of("to", (long)type));

    public string Transpose(string value, params ReadOnlySpan<long> axes) => Add("Transpose", [value], OnnxAttribute.Of("perm", axes));

    public string Join(int axis, params ReadOnlySpan<string> values) => values.Length == 1 ? values[0] : Add("Concat", values, OnnxAttribute.Of("axis", axis));

    public string Slice(string value, long begin, long end, long axis) => Add("Slice", [value, Integers(begin), Integers(end), Integers(axis)]);

    public string[] Split(string value, int axis, params long[] sizes)
    {
        if (sizes.Length == 1)
            return [value];
        return opset >= 13
            ? AddMany("Split", [value, Integers(sizes)], sizes.Length, OnnxAttribute.Of("axis", axis))
            : AddMany("Split", [value], sizes.Length, OnnxAttribute.Of("axis", axis), OnnxAttribute.Of("split", sizes));
    }

    public string Unsqueeze(string value, long axis) => opset >= 13
        ? Add("Unsqueeze", [value, Integers(axis)])
        : Add("Unsqueeze", [value], OnnxAttribute.Of("axes", [axis]));

    public string Squeeze(string value, long axis) => opset >= 13
        ? Add("Squeeze", [value, Integers(axis)])
        : Add("Squeeze", [value], OnnxAttribute.Of("axes", [axis]));

    public string Sum(string value, long axis, bool keeps = false)
    {
        var keepDims = OnnxAttribute.Of("keepdims", keeps ? 1 : 0);
        return opset >= 13
            ? Add("ReduceSum", [value, Integers(axis)], keepDims)
            : Add("ReduceSum", [value], OnnxAttribute.Of("axes", [axis]), keepDims);
    }

    public string Maximum(string value, long axis) => Add("ReduceMax", [value], OnnxAttribute.Of("axes", [axis]), OnnxAttribute.Of("keepdims", 0));

    /// <summary>A dimension of a value, [1].</summary>
    public string Dimension(string value, long axis) => Slice(Add("Shape", [value]), axis, axis + 1, 0);

    /// <param name="called">What the input is called.</param>
    /// <param name="type">Its type.</param>
    /// <param name="dimensions">A number or a name for each.</param>
    public string Input(string called, OnnxElement type, params object[] dimensions)
    {
        _inputs.Add(Value(called, type, dimensions));
        return called;
    }

    /// <summary>Gives a value out under a name.</summary>
    public void Output(string value, string called, OnnxElement type, params object[] dimensions)
    {
        _nodes.Add(new OnnxNode($"{name}.{called}.out", "Identity", [value], [called], []));
        _outputs.Add(Value(called, type, dimensions));
    }

    /// <summary>GraphProto: node 1, name 2, initializer 5, input 11, output 12.</summary>
    public ProtoMessage ToMessage()
    {
        var message = new ProtoMessage();
        foreach (var node in _nodes)
            message.Add(1, node.ToMessage());
        message.Add(2, name);
        foreach (var (called, tensor) in _constants)
            message.Add(5, tensor.ToMessage(called));
        foreach (var input in _inputs)
            message.Add(11, input);
        foreach (var output in _outputs)
            message.Add(12, output);
        return message;
    }

    /// <summary>ValueInfoProto (name 1, type 2) of a TypeProto (tensor_type 1) with elem_type 1 and shape 2, whose dim 1 are dim_value 1 or dim_param 2.</summary>
    private static ProtoMessage Value(string called, OnnxElement type, object[] dimensions)
    {
        var shape = new ProtoMessage();
        foreach (var dimension in dimensions)
            shape.Add(1, dimension is string variable ? new ProtoMessage().Add(2, variable) : new ProtoMessage().Add(1, Convert.ToInt64(dimension, null)));
        var tensor = new ProtoMessage().Add(1, (long)type).Add(2, shape);
        return new ProtoMessage().Add(1, called).Add(2, new ProtoMessage().Add(1, tensor));
    }
}
