namespace Microsoft.ML.RevRnn;

/// <summary>
/// Puts tokens together to text, piece by piece, so that text can be shown while it is being generated. The pieces that
/// <see cref="Append"/> and <see cref="Finish"/> return, one after the other, are the text.
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

    /// <summary>Returns what is left, U+FFFD for an incomplete character. The text may go on after it.</summary>
    public abstract string Finish();
}
