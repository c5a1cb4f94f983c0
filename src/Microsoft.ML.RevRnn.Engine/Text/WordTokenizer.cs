using System.Globalization;
using System.Text;

namespace Microsoft.ML.RevRnn.Text;

/// <summary>
/// Cuts text into words: runs of letters and marks, runs of digits, and each other visible character by itself. Han characters and kana,
/// which are written without spaces, are words of one character.
/// </summary>
internal ref struct WordTokenizer(ReadOnlySpan<char> text)
{
    private readonly ReadOnlySpan<char> _text = text;
    private int _next;

    private enum Kind
    {
        Space,
        Letter,
        Digit,
        Single,
    }

    /// <summary>The token found last.</summary>
    public ReadOnlySpan<char> Current { get; private set; }

    public readonly WordTokenizer GetEnumerator() => this;

    /// <summary>Advances to the next token; false at the end of the text.</summary>
    public bool MoveNext()
    {
        while (_next < _text.Length)
        {
            var start = _next;
            var kind = Read();
            if (kind == Kind.Space)
                continue;
            if (kind is Kind.Letter or Kind.Digit)
            {
                while (_next < _text.Length)
                {
                    var before = _next;
                    if (Read() == kind)
                        continue;
                    _next = before;
                    break;
                }
            }
            Current = _text[start.._next];
            return true;
        }
        return false;
    }

    private Kind Read()
    {
        Rune.DecodeFromUtf16(_text[_next..], out var rune, out var length);
        _next += length;
        return Rune.GetUnicodeCategory(rune) switch
        {
            UnicodeCategory.OtherLetter when rune.Value is (>= 0x2E80 and <= 0x9FFF) or (>= 0xF900 and <= 0xFAFF) or (>= 0x20000 and <= 0x3FFFF) => Kind.Single,
            UnicodeCategory.UppercaseLetter or UnicodeCategory.LowercaseLetter or UnicodeCategory.TitlecaseLetter or UnicodeCategory.ModifierLetter
                or UnicodeCategory.OtherLetter or UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark
                or UnicodeCategory.EnclosingMark => Kind.Letter,
            UnicodeCategory.DecimalDigitNumber or UnicodeCategory.LetterNumber or UnicodeCategory.OtherNumber => Kind.Digit,
            UnicodeCategory.SpaceSeparator or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or UnicodeCategory.Control
                or UnicodeCategory.Format => Kind.Space,
            _ => Kind.Single,
        };
    }
}
