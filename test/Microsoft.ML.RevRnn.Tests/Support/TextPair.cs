namespace Microsoft.ML.RevRnn.Tests.Support;

/// <summary>A row of a source and its target, as text and as words.</summary>
public sealed class TextPair
{
    public string? Source { get; set; } = "";

    public string? Target { get; set; } = "";

    public string[] SourceWords { get; set; } = [];

    public string[] TargetWords { get; set; } = [];

    public override string ToString() => $"{Source} -> {Target}";
}
