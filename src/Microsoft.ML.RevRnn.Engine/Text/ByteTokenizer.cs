using System.Text;
using Microsoft.ML.RevRnn.Text;

namespace Microsoft.ML.RevRnn;

/// <summary>The bytes of a text in UTF-8.</summary>
public sealed class ByteTokenizer : Utf8Tokenizer
{
    private const int FormatVersion = 1;

    internal ByteTokenizer()
    {
    }

    /// <inheritdoc/>
    public override TokenKind Kind => TokenKind.Bytes;

    /// <inheritdoc/>
    public override int Size => ByteTokens;

    /// <exception cref="FormatException">The content is damaged or from a newer version.</exception>
    internal static ByteTokenizer LoadContent(BinaryReader reader)
    {
        TokenizerContent.RequireVersion(reader, FormatVersion);
        return new ByteTokenizer();
    }

    /// <inheritdoc/>
    public override int[] Encode(ReadOnlySpan<char> text)
    {
        var tokens = new int[Encoding.UTF8.GetByteCount(text)];
        var bytes = (stackalloc byte[4]);
        var count = 0;
        // Half a surrogate pair is enumerated as U+FFFD, which is how GetByteCount counts it.
        foreach (var character in text.EnumerateRunes())
        {
            var length = character.EncodeToUtf8(bytes);
            foreach (var value in bytes[..length])
                tokens[count++] = value + ReservedTokens;
        }
        return tokens;
    }

    /// <inheritdoc/>
    internal override int Expand(int token, Span<byte> bytes)
    {
        bytes[0] = (byte)(token - ReservedTokens);
        return 1;
    }

    /// <summary>Writes: int32 version.</summary>
    private protected override void SaveContent(BinaryWriter writer) => writer.Write(FormatVersion);
}
