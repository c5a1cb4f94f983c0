using System.Text;

namespace Microsoft.ML.RevRnn.Models;

/// <summary>Cuts a text that comes in pieces before the first of some strings. What may be the beginning of one is held back until that is clear.</summary>
internal sealed class StopStrings(IReadOnlyList<string> strings)
{
    /// <summary>The pieces up to the first stop string; no more are asked for after it.</summary>
    public IEnumerable<string> Cut(IEnumerable<string> pieces)
    {
        var held = new StringBuilder();
        foreach (var piece in pieces)
        {
            var text = held.Append(piece).ToString();
            var end = FirstOf(text);
            if (end >= 0)
            {
                if (end > 0)
                    yield return text[..end];
                yield break;
            }
            var kept = HeldLength(text);
            if (kept < text.Length)
                yield return text[..^kept];
            held.Clear().Append(text.AsSpan(text.Length - kept));
        }
        if (held.Length > 0)
            yield return held.ToString();
    }

    private int FirstOf(string text)
    {
        var first = -1;
        foreach (var stop in strings)
        {
            var at = text.IndexOf(stop, StringComparison.Ordinal);
            if (at >= 0 && (first < 0 || at < first))
                first = at;
        }
        return first;
    }

    /// <summary>Length of the longest end of the text that a stop string begins with.</summary>
    private int HeldLength(string text)
    {
        var longest = 0;
        foreach (var stop in strings)
        {
            for (var length = Math.Min(stop.Length - 1, text.Length); length > longest; length--)
            {
                if (text.AsSpan(text.Length - length).SequenceEqual(stop.AsSpan(0, length)))
                    longest = length;
            }
        }
        return longest;
    }
}
