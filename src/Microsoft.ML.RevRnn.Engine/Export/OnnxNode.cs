namespace Microsoft.ML.RevRnn.Export;

/// <summary>An operation of a graph.</summary>
/// <param name="Name">Its name, of no other node.</param>
/// <param name="Operator">What it does.</param>
/// <param name="Inputs">The values that it reads.</param>
/// <param name="Outputs">The values that it makes.</param>
/// <param name="Attributes">Its attributes.</param>
internal sealed record OnnxNode(string Name, string Operator, IReadOnlyList<string> Inputs, IReadOnlyList<string> Outputs, IReadOnlyList<OnnxAttribute> Attributes)
{
    /// <summary>NodeProto: input 1, output 2, name 3, op_type 4, attribute 5.</summary>
    public ProtoMessage ToMessage()
    {
        var message = new ProtoMessage();
        foreach (var input in Inputs)
            message.Add(1, input);
        foreach (var output in Outputs)
            message.Add(2, output);
        message.Add(3, Name).Add(4, Operator);
        return AddAttributes(message);
    }

    /// <summary>A message that has the attributes alone.</summary>
    public ProtoMessage AttributesToMessage() => AddAttributes(new ProtoMessage());

    private ProtoMessage AddAttributes(ProtoMessage message)
    {
        foreach (var attribute in Attributes)
            message.Add(5, attribute.Message);
        return message;
    }
}
