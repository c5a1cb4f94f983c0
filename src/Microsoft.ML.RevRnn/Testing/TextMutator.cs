namespace Microsoft.ML.RevRnn.Testing;

/// <summary>Changes texts at random.</summary>
/// <param name="options">What may be done.</param>
/// <param name="similar">Words that may stand for others.</param>
/// <param name="random">Its numbers.</param>
internal sealed class TextMutator(MutationOptions options, SimilarWords similar, Random random)
{
    /// <summary>Changes a text in one way; null where none of them can be.</summary>
    /// <param name="text">The text, which stays as it is.</param>
    /// <param name="seedText">Which it is of those to test with; -1 for none.</param>
    public Mutant? Change(WordedText text, int seedText)
    {
        var rate = options.LeastRate + (options.GreatestRate - options.LeastRate) * random.NextDouble();
        var count = Math.Max(1, (int)(rate * text.Count));
        var first = random.Next(options.Kinds.Count);
        for (var i = 0; i < options.Kinds.Count; i++)
        {
            var kind = options.Kinds[(first + i) % options.Kinds.Count];
            var changed = text.Copy();
            var words = new List<string>();
            Change(changed, kind, count, words);
            if (words.Count > 0)
                return new Mutant(changed, kind, [.. words.Distinct()], seedText);
        }
        return null;
    }

    private void Change(WordedText text, MutationKind kind, int count, List<string> words)
    {
        switch (kind)
        {
            case MutationKind.Synonym:
                Replace(text, count, words);
                break;
            case MutationKind.Insertion:
                Insert(text, count, words);
                break;
            case MutationKind.Swap:
                Swap(text, count, words);
                break;
            default:
                Remove(text, count, words);
                break;
        }
    }

    private void Replace(WordedText text, int count, List<string> words)
    {
        int[] places = [.. Enumerable.Range(0, text.Count)];
        random.Shuffle(places);
        foreach (var place in places)
        {
            if (count == 0)
                return;
            if (Pick(text[place]) is not { } word)
                continue;
            words.Add(text[place]);
            words.Add(word);
            text[place] = word;
            count--;
        }
    }

    private void Insert(WordedText text, int count, List<string> words)
    {
        int[] places = [.. Enumerable.Range(0, text.Count)];
        random.Shuffle(places);
        string[] inserted = [.. places.Select(place => Pick(text[place])).OfType<string>().Take(count)];
        foreach (var word in inserted)
        {
            text.Insert(random.Next(text.Count + 1), word);
            words.Add(word);
        }
    }

    private void Swap(WordedText text, int count, List<string> words)
    {
        if (text.Count < 2)
            return;
        for (var i = 0; i < count; i++)
        {
            var one = random.Next(text.Count);
            var other = (one + 1 + random.Next(text.Count - 1)) % text.Count;
            if (text[one] == text[other])
                continue;
            (text[one], text[other]) = (text[other], text[one]);
            words.Add(text[one]);
            words.Add(text[other]);
        }
    }

    /// <summary>A word is left.</summary>
    private void Remove(WordedText text, int count, List<string> words)
    {
        for (; count > 0 && text.Count > 1; count--)
        {
            var place = random.Next(text.Count);
            words.Add(text[place]);
            text.Remove(place);
        }
    }

    /// <summary>One of a word's similar ones that is another word; null for none.</summary>
    private string? Pick(string word)
    {
        string[] others = [.. similar.Of(word).Where(other => !other.Equals(word, StringComparison.OrdinalIgnoreCase))];
        return others.Length == 0 ? null : others[random.Next(others.Length)];
    }
}
