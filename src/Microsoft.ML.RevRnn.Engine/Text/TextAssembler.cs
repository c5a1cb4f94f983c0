namespace Microsoft.ML.RevRnn;

/// <summary>
/// Puts tokens together to text, piece by piece, so that text can be shown while it is being generated. The pieces that
/// <see cref="Append(int)"/> and <see cref="Finish"/> return, one after the other, are the text.
/// </summary>
/// <remarks>For one text at a time and one thread at a time.</remarks>
public abstract class TextAssembler
{
    /// <summary>
    /// Takes the next token and returns the text that is certain by now: empty while a character is incomplete.
    /// <see cref="TextTokenizer.BoundaryToken"/> has no text.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such token.</exception>
    public abstract string Append(int token);

    /// <summary>Takes the next token, with a text in place of <see cref="TextTokenizer.UnknownToken"/>, such as a word that a translation copies of its source.</summary>
    /// <param name="token">The token.</param>
    /// <param name="unknown">The text; null for what <see cref="Append(int)"/> has.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such token.</exception>
    public virtual string Append(int token, string? unknown)
        => token == TextTokenizer.UnknownToken && unknown != null ? Finish() + unknown : Append(token);

    /// <summary>Returns what is left, U+FFFD for an incomplete character. The text may go on after it.</summary>
    public abstract string Finish();
}
