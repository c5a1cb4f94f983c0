namespace SequenceClassification;

/// <summary>A row of the data: a text and what it is labelled with.</summary>
internal sealed class LabelledText
{
    /// <summary>The class.</summary>
    public string Label { get; set; } = "";

    /// <summary>The document.</summary>
    public string Text { get; set; } = "";
}
