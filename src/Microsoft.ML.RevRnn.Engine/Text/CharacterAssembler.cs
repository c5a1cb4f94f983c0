using System.Text;

namespace Microsoft.ML.RevRnn.Text;

/// <summary>Characters one after the other, U+FFFD for an unknown one. No token is less than a character, so nothing is ever held back.</summary>
internal sealed class CharacterAssembler(CharacterTokenizer tokenizer) : TextAssembler
{
    private static readonly string _replacement = Rune.ReplacementChar.ToString();

    /// <inheritdoc/>
    public override string Append(int token)
    {
        var character = tokenizer.Token(token);
        return token switch
        {
            TextTokenizer.BoundaryToken => "",
            TextTokenizer.UnknownToken => _replacement,
            _ => character,
        };
    }

    /// <inheritdoc/>
    public override string Finish() => "";
}
