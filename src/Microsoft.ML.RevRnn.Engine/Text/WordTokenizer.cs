using System.Buffers;
using System.Globalization;
using System.Text;

namespace Microsoft.ML.RevRnn.Text;

/// <summary>
/// Cuts text into words: runs of letters, runs of digits, and each other visible character by itself: an extended grapheme cluster (UAX 29), such as an emoji of
/// several. So are the letters of scripts that are written without spaces (<see cref="UnspacedScript"/>). A mark or a joiner belongs to what it follows. What is no
/// character (half a surrogate pair) separates words like a space does. <c>&lt;unk&gt;</c> is one word: prepared texts have it in place of rare ones.
/// </summary>
/// <param name="text">The text.</param>
/// <param name="clusters">False for the words of the first version: of scripts without spaces it knew Han and kana, joiners were spaces, and there were no clusters.</param>
internal ref struct WordTokenizer(ReadOnlySpan<char> text, bool clusters = true)
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
        Joiner,
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
            if (_text[start] == '<' && _text[start..].StartsWith(TextTokenizer.UnknownName))
            {
                _next += TextTokenizer.UnknownName.Length;
                Current = _text[start.._next];
                return true;
            }
            var kind = Read();
            if (kind is Kind.Space or Kind.Joiner)
                continue;
            if (kind == Kind.Mark)
                kind = Kind.Letter;
            // A cluster has more than one character only where one is a mark, a joiner or an emoji.
            else if (clusters && kind == Kind.Single && _next < _text.Length && _text[_next] >= '\u0300')
                _next = start + StringInfo.GetNextTextElementLength(_text[start..]);
            ReadRest(kind);
            Current = _text[start.._next];
            return true;
        }
        return false;
    }

    private void ReadRest(Kind kind)
    {
        while (_next < _text.Length)
        {
            var before = _next;
            if (kind == Kind.Letter && char.IsAsciiLetter(_text[before]))
            {
                _next++;
                continue;
            }
            var following = Read();
            if (following is Kind.Mark or Kind.Joiner || (following == kind && kind != Kind.Single))
                continue;
            _next = before;
            break;
        }
    }

    private Kind Read()
    {
        if (_text[_next] <= '\x7F')
            return OfAscii(_text[_next++]);
        var status = Rune.DecodeFromUtf16(_text[_next..], out var rune, out var length);
        _next += length;
        if (status != OperationStatus.Done)
            return Kind.Space;
        return Rune.GetUnicodeCategory(rune) switch
        {
            UnicodeCategory.OtherLetter or UnicodeCategory.ModifierLetter when IsUnspaced(rune) => Kind.Single,
            UnicodeCategory.Format when clusters && IgnorableCharacters.Extends(rune) => Kind.Joiner,
            UnicodeCategory.UppercaseLetter or UnicodeCategory.LowercaseLetter or UnicodeCategory.TitlecaseLetter or UnicodeCategory.ModifierLetter
                or UnicodeCategory.OtherLetter => Kind.Letter,
            UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.EnclosingMark => Kind.Mark,
            UnicodeCategory.DecimalDigitNumber or UnicodeCategory.LetterNumber or UnicodeCategory.OtherNumber => Kind.Digit,
            UnicodeCategory.SpaceSeparator or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or UnicodeCategory.Control
                or UnicodeCategory.Format => Kind.Space,
            _ => Kind.Single,
        };
    }

    private readonly bool IsUnspaced(Rune letter) => clusters ? UnspacedScript.Separates(letter) : UnspacedScript.IsHanOrKana(letter);

    private static Kind OfAscii(char character)
    {
        if (char.IsAsciiLetter(character))
            return Kind.Letter;
        if (char.IsAsciiDigit(character))
            return Kind.Digit;
        return character is <= ' ' or '\x7F' ? Kind.Space : Kind.Single;
    }
}
