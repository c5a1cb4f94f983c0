namespace Microsoft.ML.RevRnn.Benchmarks;

/// <summary>Activation bytes by the length of the text, for one strategy.</summary>
internal sealed record MemoryCurve(string Label, string Color, List<(int Steps, double Bytes)> Points)
{
    /// <summary>Whether the curve is reckoned, not measured.</summary>
    public bool IsDashed { get; init; }
}
