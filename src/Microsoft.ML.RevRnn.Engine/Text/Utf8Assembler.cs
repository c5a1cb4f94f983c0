using System.Text;

namespace Microsoft.ML.RevRnn.Text;

/// <summary>Bytes of UTF-8 to text. The first bytes of a character are held back until it is complete; bytes that are none become U+FFFD.</summary>
internal sealed class Utf8Assembler(Utf8Tokenizer tokenizer) : TextAssembler
{
    private static readonly string _replacement = Rune.ReplacementChar.ToString();
    private readonly Decoder _decoder = Encoding.UTF8.GetDecoder();

    /// <summary>A reserved token is no byte, so a character that is incomplete before it stays incomplete.</summary>
    public override string Append(int token)
    {
        OptionCheck.Range(nameof(token), token, 0, tokenizer.Size - 1);
        switch (token)
        {
            case TextTokenizer.BoundaryToken:
                return Finish();
            case TextTokenizer.UnknownToken:
                return Finish() + _replacement;
            default:
                var bytes = (stackalloc byte[Utf8Tokenizer.LongestToken]);
                return Decode(bytes[..tokenizer.Expand(token, bytes)], flush: false);
        }
    }

    /// <inheritdoc/>
    public override string Finish() => Decode([], flush: true);

    private string Decode(ReadOnlySpan<byte> bytes, bool flush)
    {
        // A byte is at most one UTF-16 unit, and what is held back at most one more.
        var text = (stackalloc char[Utf8Tokenizer.LongestToken + 4]);
        return text[.._decoder.GetChars(bytes, text, flush)].ToString();
    }
}
