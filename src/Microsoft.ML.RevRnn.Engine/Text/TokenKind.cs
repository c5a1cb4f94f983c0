using System.Text.Json.Serialization;

namespace Microsoft.ML.RevRnn;

/// <summary>What a token of a text is.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<TokenKind>))]
public enum TokenKind
{
    /// <summary>A word: a run of letters, a run of digits, or another visible character by itself. Space is not kept.</summary>
    Words = 0,

    /// <summary>A character: a Unicode scalar value.</summary>
    Characters = 1,

    /// <summary>A byte of the text in UTF-8. Nothing is unknown.</summary>
    Bytes = 2,

    /// <summary>One or more bytes of the text in UTF-8 that often stand together, from a single byte to a word. Nothing is unknown.</summary>
    BytePairs = 3,
}
