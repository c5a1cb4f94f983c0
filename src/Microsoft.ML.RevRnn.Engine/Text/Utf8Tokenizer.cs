using System.Buffers;
using System.Text;
using Microsoft.ML.RevRnn.Text;

namespace Microsoft.ML.RevRnn;

/// <summary>Tokens that are made of bytes of UTF-8: byte b by itself is token b + 2. Half a surrogate pair is read as U+FFFD.</summary>
public abstract class Utf8Tokenizer : TextTokenizer
{
    internal const int ByteTokens = 256 + ReservedTokens;

    /// <summary>Most bytes of a token.</summary>
    internal const int LongestToken = PieceTokenizer.LongestPiece;

    private protected Utf8Tokenizer(TextNormalization normalization)
        : base(normalization)
    {
    }

    /// <summary>Writes the bytes of a token that is not reserved.</summary>
    /// <param name="token">A token from 2 to V - 1.</param>
    /// <param name="bytes">Room for <see cref="LongestToken"/> bytes.</param>
    /// <returns>The number of bytes.</returns>
    internal abstract int Expand(int token, Span<byte> bytes);

    /// <inheritdoc/>
    public override TextAssembler CreateAssembler() => new Utf8Assembler(this);

    /// <summary>The token's text; bytes that are no whole character are shown as &lt;0xNN&gt;.</summary>
    private protected override string KnownToken(int token)
    {
        var buffer = (stackalloc byte[LongestToken]);
        ReadOnlySpan<byte> bytes = buffer[..Expand(token, buffer)];
        var name = new StringBuilder();
        while (!bytes.IsEmpty)
        {
            if (Rune.DecodeFromUtf8(bytes, out var character, out var length) == OperationStatus.Done)
            {
                name.Append(character.ToString());
            }
            else
            {
                foreach (var value in bytes[..length])
                    name.Append($"<0x{value:X2}>");
            }
            bytes = bytes[length..];
        }
        return name.ToString();
    }
}
