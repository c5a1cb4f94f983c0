using Microsoft.ML.Data;

namespace Samples;

/// <summary>A row of the data: a text and what it is labelled with.</summary>
internal sealed class LabelledText
{
    /// <summary>The document.</summary>
    [LoadColumn(0)]
    public string Text { get; set; } = "";

    /// <summary>The class.</summary>
    [LoadColumn(1)]
    public string Label { get; set; } = "";
}
