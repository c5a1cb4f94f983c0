using System.Buffers;
using System.Globalization;
using System.Text;

namespace Microsoft.ML.RevRnn.Text;

/// <summary>
/// Cuts text into words: runs of letters, runs of digits, and each other visible character by itself. Han characters and kana, which are
/// written without spaces, are words of one character. A mark belongs to what it follows. What is no character (half a surrogate pair)
/// separates words like a space does. <c>&lt;unk&gt;</c> is one word: prepared texts have it in place of rare ones.
/// </summary>
internal ref struct WordTokenizer(ReadOnlySpan<char> text)
{
    private readonly ReadOnlySpan<char> _text = text;
    private int _next;

    private enum Kind
    {
        Space,
        Letter,
        Mark,
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
            if (_text[start..].StartsWith(TextTokenizer.UnknownName))
            {
                _next += TextTokenizer.UnknownName.Length;
                Current = _text[start.._next];
                return true;
            }
            var kind = Read();
            if (kind == Kind.Space)
                continue;
            if (kind == Kind.Mark)
                kind = Kind.Letter;
            while (_next < _text.Length)
            {
                var before = _next;
                var following = Read();
                if (following == Kind.Mark || (following == kind && kind != Kind.Single))
                    continue;
                _next = before;
                break;
            }
            Current = _text[start.._next];
            return true;
        }
        return false;
    }

    private Kind Read()
    {
        var status = Rune.DecodeFromUtf16(_text[_next..], out var rune, out var length);
        _next += length;
        if (status != OperationStatus.Done)
            return Kind.Space;
        return Rune.GetUnicodeCategory(rune) switch
        {
            UnicodeCategory.OtherLetter or UnicodeCategory.ModifierLetter when UnspacedScript.Includes(rune) => Kind.Single,
            UnicodeCategory.UppercaseLetter or UnicodeCategory.LowercaseLetter or UnicodeCategory.TitlecaseLetter or UnicodeCategory.ModifierLetter
                or UnicodeCategory.OtherLetter => Kind.Letter,
            UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.EnclosingMark => Kind.Mark,
            UnicodeCategory.DecimalDigitNumber or UnicodeCategory.LetterNumber or UnicodeCategory.OtherNumber => Kind.Digit,
            UnicodeCategory.SpaceSeparator or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or UnicodeCategory.Control
                or UnicodeCategory.Format => Kind.Space,
            _ => Kind.Single,
        };
    }
}
