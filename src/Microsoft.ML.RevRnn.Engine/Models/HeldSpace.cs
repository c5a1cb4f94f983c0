using System.Text;
using Microsoft.ML.RevRnn.Text;

namespace Microsoft.ML.RevRnn.Models;

/// <summary>
/// White space that a text ends with and that its model has not read, as its tokens depend on what follows: in byte pairs a space is mostly one token with the word
/// behind it, and a model that reads it alone has not been taught what comes then. Other tokens have none.
/// </summary>
internal sealed class HeldSpace(TextTokenizer tokenizer)
{
    private byte[] _bytes = [];

    public bool IsEmpty => _bytes.Length == 0;

    public void Clear() => _bytes = [];

    /// <summary>Puts a text behind what is held.</summary>
    /// <returns>What of both can be read, and the length of what is held now.</returns>
    public (string Certain, int Held) Split(string text)
    {
        if (tokenizer.Kind != TokenKind.BytePairs)
            return (text, 0);
        text = TextNormalizer.Apply(Encoding.UTF8.GetString(_bytes) + text, tokenizer.Normalization).ToString();
        var last = default(ReadOnlySpan<char>);
        foreach (var piece in new PieceTokenizer(text))
            last = piece;
        var held = last.IsWhiteSpace() ? last.Length : 0;
        _bytes = Encoding.UTF8.GetBytes(text[^held..]);
        return (text[..^held], held);
    }

    /// <summary>Whether a token may come next: it begins with what is held, or what is held begins with it.</summary>
    public bool Allows(int token)
    {
        if (token < TextTokenizer.ReservedTokens)
            return false;
        var bytes = (stackalloc byte[Utf8Tokenizer.LongestToken]);
        var length = Math.Min(((Utf8Tokenizer)tokenizer).Expand(token, bytes), _bytes.Length);
        return bytes[..length].SequenceEqual(_bytes.AsSpan(0, length));
    }

    /// <summary>Takes off what a token has of it.</summary>
    public void Take(int token)
    {
        if (IsEmpty)
            return;
        var bytes = (stackalloc byte[Utf8Tokenizer.LongestToken]);
        _bytes = _bytes[Math.Min(((Utf8Tokenizer)tokenizer).Expand(token, bytes), _bytes.Length)..];
    }

    /// <summary>The tokens of the rest of a character whose beginning has been taken.</summary>
    public int[] TakePartialCharacter()
    {
        var length = 0;
        while (length < _bytes.Length && (_bytes[length] & 0xC0) == 0x80)
            length++;
        int[] tokens = [.. _bytes[..length].Select(value => value + TextTokenizer.ReservedTokens)];
        _bytes = _bytes[length..];
        return tokens;
    }
}
