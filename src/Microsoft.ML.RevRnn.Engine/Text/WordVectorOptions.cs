namespace Microsoft.ML.RevRnn;

/// <summary>Word vectors of a file, such as those of fastText or GloVe, that a network starts from; see <see cref="WordVectors"/> for the file and how words are found in it.</summary>
public sealed record WordVectorOptions
{
    /// <summary>The file: text, a word and its numbers a line, with or without fastText's first line. It is read in training; a trained model does not need it.</summary>
    public string Path { get; init; } = "";

    /// <summary>
    /// Whether token vectors stay as they are; by default they are trained on from there. All stay, those of tokens without a vector too. Frozen vectors of words that
    /// the data does not have still mean what those of its words do, see <see cref="AddsUnseenWords"/>.
    /// </summary>
    public bool IsFrozen { get; init; }

    /// <summary>
    /// Whether words of the file that the texts do not have are known too: its first ones, which mostly are the most frequent, as far as <see
    /// cref="VocabularyOptions.MaximumSize"/> has room behind those of the texts. Of <see cref="TokenKind.Words"/> only. By default they are unknown, as they are without vectors. They make the model
    /// larger, and a language model's softmax, for which they are outcomes that never come.
    /// </summary>
    public bool AddsUnseenWords { get; init; }

    /// <summary>Checks every option. The file is not looked at.</summary>
    /// <exception cref="ArgumentException">There is no path.</exception>
    public void Validate()
    {
        if (string.IsNullOrWhiteSpace(Path))
            throw new ArgumentException($"{nameof(Path)} of the word vectors is empty; it must be that of a file.", nameof(Path));
    }

    /// <summary>Checks that they are for tokens of a kind.</summary>
    /// <exception cref="ArgumentException">They are not, or there is no path; the message says which option to change.</exception>
    public void Validate(TokenKind kind)
    {
        Validate();
        if (kind is TokenKind.Characters or TokenKind.Bytes)
        {
            throw new ArgumentException(
                $"{nameof(VocabularyOptions.Kind)} is {kind}, and there are word vectors, '{Path}', which are of words. " +
                $"Use {nameof(TokenKind)}.{nameof(TokenKind.Words)} or {nameof(TokenKind)}.{nameof(TokenKind.BytePairs)}, or leave the vectors out.",
                nameof(VocabularyOptions.Kind));
        }
        if (AddsUnseenWords && kind != TokenKind.Words)
        {
            throw new ArgumentException(
                $"{nameof(AddsUnseenWords)} is set, and {nameof(VocabularyOptions.Kind)} is {kind}; words can be added where tokens are {TokenKind.Words} only. Leave it unset.",
                nameof(AddsUnseenWords));
        }
    }
}
