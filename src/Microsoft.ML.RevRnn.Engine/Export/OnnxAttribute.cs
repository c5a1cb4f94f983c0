namespace Microsoft.ML.RevRnn.Export;

/// <summary>An attribute of a node: AttributeProto with name 1, i 3, t 5, g 6, ints 8, type 20 (2 an integer, 4 a tensor, 5 a graph, 7 integers).</summary>
/// <param name="Message">It.</param>
internal readonly record struct OnnxAttribute(ProtoMessage Message)
{
    public static OnnxAttribute Of(string name, long value) => new(new ProtoMessage().Add(1, name).Add(3, value).Add(20, 2));

    public static OnnxAttribute Of(string name, OnnxTensor value) => new(new ProtoMessage().Add(1, name).Add(5, value.ToMessage(name)).Add(20, 4));

    public static OnnxAttribute Of(string name, OnnxGraph value) => new(new ProtoMessage().Add(1, name).Add(6, value.ToMessage()).Add(20, 5));

    public static OnnxAttribute Of(string name, params ReadOnlySpan<long> values)
    {
        var message = new ProtoMessage().Add(1, name);
        foreach (var value in values)
            message.Add(8, value);
        return new(message.Add(20, 7));
    }
}
