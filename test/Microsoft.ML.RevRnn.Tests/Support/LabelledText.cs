namespace Microsoft.ML.RevRnn.Tests.Support;

/// <summary>A row of test data.</summary>
internal sealed class LabelledText
{
    public int Id { get; set; }

    public string? Text { get; set; }

    public string? Label { get; set; }

    /// <summary>The words of <see cref="Text"/>.</summary>
    public string[] Words { get; set; } = [];
}
