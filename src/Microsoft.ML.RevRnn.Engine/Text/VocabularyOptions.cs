namespace Microsoft.ML.RevRnn;

/// <summary>How texts are cut into tokens and which tokens are known.</summary>
public sealed record VocabularyOptions
{
    /// <summary>What a token is.</summary>
    public TokenKind Kind { get; init; } = TokenKind.Words;

    /// <summary>
    /// V: most tokens, the two reserved ones included, 3 to 10,000,000. Of words and characters the most frequent are kept. Byte pairs are
    /// merged until there are so many tokens; as every byte is one of them, there are at least 259. Bytes do not use it: they are always 258.
    /// </summary>
    public int MaximumSize { get; init; } = 20_000;

    /// <summary>
    /// A word or a character must occur this often to be known, 1 to 1,000,000; rarer ones are read as
    /// <see cref="TextTokenizer.UnknownToken"/>, which so gets learned. A byte pair must occur this often to be merged. Bytes do not use it.
    /// </summary>
    /// <remarks>
    /// Null: 2; but 1 for words or characters where the texts have fewer than 20,000 of them in all, as most words of little text occur once. With 1 the unknown token
    /// does not occur in training, unless <see cref="MaximumSize"/> or the texts themselves bring it there. <see cref="TextTokenizer.UnknownShare"/> tells how much is unknown.
    /// </remarks>
    public int? MinimumCount { get; init; }

    /// <summary>
    /// Whether upper and lower case of a word are the same: its full case folding is taken (the Unicode Standard, section 3.13), so <c>ß</c> is <c>ss</c> and final sigma
    /// is sigma. Only words use it; of the other kinds text is taken as it is.
    /// </summary>
    public bool Lowercase { get; init; } = true;

    /// <summary>
    /// Which ways to write a text are taken for one. Null: <see cref="TextNormalization.Canonical"/> for words, and <see cref="TextNormalization.None"/> for the other kinds,
    /// of which a text then comes back as it was. A value is for every kind.
    /// </summary>
    public TextNormalization? Normalization { get; init; }

    /// <summary>
    /// Whether round brackets in a text are its parse, as <see cref="NetworkStructure.GivenTree"/> takes it: <c>((the cat) (sat down))</c>. They are no tokens then, and there are no labels in
    /// them. False by default, where they are tokens like others.
    /// </summary>
    public bool ReadsBrackets { get; init; }

    internal TextNormalization NormalizationOfKind =>
        Normalization ?? (Kind == TokenKind.Words ? TextNormalization.Canonical : TextNormalization.None);

    /// <summary>Checks every option.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range; the message names it, its value and the range.</exception>
    public void Validate()
    {
        OptionCheck.Defined(nameof(Kind), Kind);
        OptionCheck.Range(nameof(MaximumSize), MaximumSize, Kind == TokenKind.BytePairs ? 259 : 3, 10_000_000);
        OptionCheck.Range(nameof(MinimumCount), MinimumCount ?? 1, 1, 1_000_000);
        OptionCheck.Defined(nameof(Normalization), NormalizationOfKind);
    }
}
