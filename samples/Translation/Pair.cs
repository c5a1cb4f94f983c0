namespace Translation;

/// <summary>A row of the data: a text, and what it should become.</summary>
internal sealed class Pair
{
    public string Source { get; set; } = "";

    public string Target { get; set; } = "";
}
