namespace LanguageModeling;

/// <summary>A row of the data: a text.</summary>
internal sealed class TextRow
{
    public string Text { get; set; } = "";
}
