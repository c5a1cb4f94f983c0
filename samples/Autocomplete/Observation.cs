namespace Autocomplete;

/// <summary>A row of the data: whole words, each with a space before it, and of each character the word that it is of.</summary>
internal sealed class Observation
{
    public string Text { get; set; } = "";

    /// <summary>The word of each character: its own for the space before a word too, which so asks for the whole word.</summary>
    public string[] Label { get; set; } = [];
}
