namespace Microsoft.ML.RevRnn;

/// <summary>How BLEU cuts texts into tokens.</summary>
public enum BleuTokenization
{
    /// <summary>
    /// That of mteval-v13a, sacreBLEU's default: punctuation and symbols of ASCII are tokens of their own, but periods and commas between digits, apostrophes, and hyphens
    /// that do not follow a digit; the entities of <c>" &amp; &lt; &gt;</c> are what they stand for.
    /// </summary>
    Mteval13a = 0,

    /// <summary>White space parts tokens: for texts that are cut already.</summary>
    None = 1,
}
