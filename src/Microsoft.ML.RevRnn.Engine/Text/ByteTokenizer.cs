using System.Text;
using Microsoft.ML.RevRnn.Text;

namespace Microsoft.ML.RevRnn;

/// <summary>The bytes of a text in UTF-8.</summary>
public sealed class ByteTokenizer : Utf8Tokenizer
{
    internal ByteTokenizer(TextNormalization normalization)
        : base(normalization)
    {
    }

    /// <inheritdoc/>
    public override TokenKind Kind => TokenKind.Bytes;

    /// <inheritdoc/>
    public override int Size => ByteTokens;

    /// <exception cref="FormatException">The content is damaged or from a newer version.</exception>
    internal static ByteTokenizer LoadContent(BinaryReader reader) => new(TokenizerContent.ReadHeader(reader));

    /// <inheritdoc/>
    public override int[] Encode(ReadOnlySpan<char> text)
    {
        text = TextNormalizer.Apply(text, Normalization);
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

    /// <summary>Writes: int32 version; version 2: byte normalization.</summary>
    private protected override void SaveContent(BinaryWriter writer) => TokenizerContent.WriteHeader(writer, Normalization);
}
