using System.Globalization;
using System.Text;

namespace Microsoft.ML.RevRnn.Testing;

/// <summary>A text that can be changed word by word. A word is a run of letters, digits and marks; what stands between words stays where it is.</summary>
internal sealed class WordedText
{
    private readonly List<(string Before, string Word)> _parts;
    private readonly string _tail;

    private WordedText(List<(string Before, string Word)> parts, string tail)
    {
        _parts = parts;
        _tail = tail;
    }

    /// <summary>Takes a text apart.</summary>
    public WordedText(string text)
    {
        _parts = [];
        var next = 0;
        while (true)
        {
            var start = next;
            while (start < text.Length && !IsOfWord(text[start]))
                start++;
            if (start == text.Length)
                break;
            var end = start;
            while (end < text.Length && IsOfWord(text[end]))
                end++;
            _parts.Add((text[next..start], text[start..end]));
            next = end;
        }
        _tail = text[next..];
    }

    public int Count => _parts.Count;

    public string this[int word]
    {
        get => _parts[word].Word;
        set => _parts[word] = (_parts[word].Before, value);
    }

    /// <summary>A copy that can be changed by itself.</summary>
    public WordedText Copy() => new([.. _parts], _tail);

    /// <summary>Puts a word in before another one, or behind the last.</summary>
    public void Insert(int place, string word)
    {
        if (place > 0 || Count == 0)
        {
            _parts.Insert(place, (Count == 0 ? "" : " ", word));
            return;
        }
        // What the text begins with, it begins with still.
        _parts.Insert(0, (_parts[0].Before, word));
        _parts[1] = (" ", _parts[1].Word);
    }

    /// <summary>Leaves a word out, with what stands before it.</summary>
    public void Remove(int word)
    {
        if (word == 0 && Count > 1)
            _parts[1] = (_parts[0].Before, _parts[1].Word);
        _parts.RemoveAt(word);
    }

    public override string ToString()
    {
        var text = new StringBuilder();
        foreach (var (before, word) in _parts)
            text.Append(before).Append(word);
        return text.Append(_tail).ToString();
    }

    /// <summary>Whether a text is one word and nothing else.</summary>
    public static bool IsWord(string text) => text.Length > 0 && text.All(IsOfWord);

    /// <summary>Half a pair is taken for a letter: those of most characters beyond the first plane are, and an emoji may be a word.</summary>
    private static bool IsOfWord(char character) => char.IsLetterOrDigit(character) || char.IsSurrogate(character)
        || char.GetUnicodeCategory(character) is UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.EnclosingMark;
}
