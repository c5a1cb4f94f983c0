using System.Text;

namespace Autocomplete;

/// <summary>Makes the autocomplete task of a text, as Madsen 2019 does: to tell each word from its first characters and what came before.</summary>
internal static class Preparation
{
    /// <summary>The class of all words that are too rare to have one of their own. It weighs nothing.</summary>
    public const string Unknown = "<unknown>";

    /// <summary>Most characters of an observation.</summary>
    public const int LongestObservation = 200;

    /// <summary>The words of a text: runs of letters, in lower case.</summary>
    public static List<string> Words(string text)
    {
        var words = new List<string>();
        var word = new StringBuilder();
        foreach (var character in text.Append(' '))
        {
            if (char.IsLetter(character))
            {
                word.Append(char.ToLowerInvariant(character));
            }
            else if (word.Length > 0)
            {
                words.Add(word.ToString());
                word.Clear();
            }
        }
        return words;
    }

    /// <summary>The most frequent words; of equal ones those that sort first.</summary>
    public static HashSet<string> MostFrequent(IEnumerable<string> words, int count) => words.CountBy(word => word)
        .OrderByDescending(entry => entry.Value).ThenBy(entry => entry.Key, StringComparer.Ordinal).Take(count).Select(entry => entry.Key).ToHashSet(StringComparer.Ordinal);

    /// <summary>Puts as many words into each observation as have room in it whole. A word that has room in none is left out.</summary>
    /// <param name="words">The words of a text.</param>
    /// <param name="longest">Most characters of an observation.</param>
    public static IEnumerable<IReadOnlyList<string>> Group(IEnumerable<string> words, int longest = LongestObservation)
    {
        var group = new List<string>();
        var length = 0;
        foreach (var word in words.Where(word => word.Length < longest))
        {
            if (length + word.Length + 1 > longest)
            {
                yield return group;
                (group, length) = ([], 0);
            }
            group.Add(word);
            length += word.Length + 1;
        }
        if (group.Count > 0)
            yield return group;
    }

    /// <summary>The characters of words, and the word of each.</summary>
    /// <param name="words">The words.</param>
    /// <param name="known">Those that have a class of their own.</param>
    public static Observation Observe(IReadOnlyList<string> words, IReadOnlySet<string> known) => new()
    {
        Text = string.Concat(words.Select(word => " " + word)),
        Label = [.. words.SelectMany(word => Enumerable.Repeat(known.Contains(word) ? word : Unknown, word.Length + 1))],
    };
}
