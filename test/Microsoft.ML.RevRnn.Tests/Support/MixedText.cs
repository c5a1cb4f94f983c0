using Microsoft.ML.Data;

namespace Microsoft.ML.RevRnn.Tests.Support;

/// <summary>A row of test data with labels for every trainer.</summary>
internal sealed class MixedText
{
    public int Id { get; set; }

    public string? Text { get; set; }

    /// <summary>The words of <see cref="Text"/>.</summary>
    public string[] Words { get; set; } = [];

    /// <summary>Whether a metal is among the words.</summary>
    public bool HasMetal { get; set; }

    /// <summary>The kinds that are among the words.</summary>
    public string[] Kinds { get; set; } = [];

    /// <summary>The same, one a kind, in the order of <see cref="TestData.Labels"/>.</summary>
    [VectorType(3)]
    public bool[] Flags { get; set; } = new bool[3];

    /// <summary>One a word: its kind; a word of no kind has that of the word before it, with "after" in front, so that it takes a memory to tell.</summary>
    public string[] Tags { get; set; } = [];
}
