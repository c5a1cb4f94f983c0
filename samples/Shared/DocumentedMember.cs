namespace Samples;

/// <summary>What is documented in an entry of a documentation file.</summary>
/// <param name="Id">The entry's name, as the compiler writes it: <c>M:System.String.Trim</c>.</param>
/// <param name="Type">The outermost type it belongs to: <c>System.String</c>.</param>
/// <param name="Namespace">The type's namespace, cut to two name parts: <c>System</c>.</param>
/// <param name="Text">The text asked for.</param>
internal sealed record DocumentedMember(string Id, string Type, string Namespace, string Text);
