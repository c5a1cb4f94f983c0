namespace Microsoft.ML.RevRnn;

/// <summary>How texts are cut into tokens and which tokens are known.</summary>
public sealed record VocabularyOptions
{
    /// <summary>V: most tokens, the two reserved ones included, 3 to 10,000,000. The most frequent are kept.</summary>
    public int MaximumSize { get; init; } = 20_000;

    /// <summary>A token must occur this often to be known, 1 to 1,000,000; rarer ones are read as <see cref="Vocabulary.UnknownToken"/>, which so gets learned.</summary>
    public int MinimumCount { get; init; } = 2;

    /// <summary>Whether upper and lower case are the same.</summary>
    public bool Lowercase { get; init; } = true;

    /// <summary>Checks every option.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range; the message names it, its value and the range.</exception>
    public void Validate()
    {
        OptionCheck.Range(nameof(MaximumSize), MaximumSize, 3, 10_000_000);
        OptionCheck.Range(nameof(MinimumCount), MinimumCount, 1, 1_000_000);
    }
}
