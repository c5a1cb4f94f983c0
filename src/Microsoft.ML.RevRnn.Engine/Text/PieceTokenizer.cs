using System.Globalization;
using System.Text;

namespace Microsoft.ML.RevRnn.Text;

/// <summary>
/// Cuts text into the pieces within which byte pairs are merged: runs of letters, runs of digits, runs of other visible characters, each with
/// one space before it if there is one, and runs of what else is space. Marks and format characters, such as joiners, belong to what
/// they follow. The pieces in their order are the whole text. A long piece is cut, so that the cost of a piece is bounded.
/// </summary>
internal ref struct PieceTokenizer(ReadOnlySpan<char> text)
{
    /// <summary>Most bytes of a piece in UTF-8.</summary>
    public const int LongestPiece = 256;

    private readonly ReadOnlySpan<char> _text = text;
    private int _next;
    private int _room;

    private enum Kind
    {
        Space,
        Letter,
        Digit,
        Visible,
        Joining,
    }

    /// <summary>The piece found last.</summary>
    public ReadOnlySpan<char> Current { get; private set; }

    public readonly PieceTokenizer GetEnumerator() => this;

    /// <summary>Advances to the next piece; false at the end of the text.</summary>
    public bool MoveNext()
    {
        if (_next == _text.Length)
            return false;
        var start = _next;
        _room = LongestPiece;
        var leads = IsLeadingSpace(start);
        var kind = Read();
        if (leads)
            kind = Read();
        if (kind == Kind.Joining)
            kind = Kind.Letter;
        while (_next < _text.Length)
        {
            var before = _next;
            var following = Read();
            var belongs = kind == Kind.Space ? following == Kind.Space && !IsLeadingSpace(before) : following == kind || following == Kind.Joining;
            if (belongs && _room >= 0)
                continue;
            _next = before;
            break;
        }
        Current = _text[start.._next];
        return true;
    }

    /// <summary>Whether there is a space with something visible behind it.</summary>
    private readonly bool IsLeadingSpace(int position) =>
        _text[position] == ' ' && position + 1 < _text.Length && Classify(_text[(position + 1)..], out _, out _) != Kind.Space;

    private Kind Read()
    {
        var kind = Classify(_text[_next..], out var length, out var bytes);
        _next += length;
        _room -= bytes;
        return kind;
    }

    private static Kind Classify(ReadOnlySpan<char> text, out int length, out int bytes)
    {
        // Half a surrogate pair is decoded as U+FFFD, which is how it will be encoded.
        Rune.DecodeFromUtf16(text, out var rune, out length);
        bytes = rune.Utf8SequenceLength;
        if (Rune.IsWhiteSpace(rune))
            return Kind.Space;
        return Rune.GetUnicodeCategory(rune) switch
        {
            UnicodeCategory.UppercaseLetter or UnicodeCategory.LowercaseLetter or UnicodeCategory.TitlecaseLetter or UnicodeCategory.ModifierLetter
                or UnicodeCategory.OtherLetter => Kind.Letter,
            UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.EnclosingMark or UnicodeCategory.Format
                => Kind.Joining,
            UnicodeCategory.DecimalDigitNumber or UnicodeCategory.LetterNumber or UnicodeCategory.OtherNumber => Kind.Digit,
            _ => Kind.Visible,
        };
    }
}
