namespace Microsoft.ML.RevRnn.Testing;

/// <summary>Counts changed texts and those of another class.</summary>
/// <param name="seeds">The texts as they were.</param>
/// <param name="examples">How many of another class are kept.</param>
internal sealed class FlipTally(IReadOnlyList<Probe> seeds, int examples)
{
    /// <summary>So that not all examples are of the one text that is nearest to two classes.</summary>
    private const int MostOfAText = 3;

    private readonly SortedDictionary<MutationKind, (long Mutants, long Flips)> _kinds = [];
    private readonly SortedDictionary<string, (long Mutants, long Flips)> _words = new(StringComparer.Ordinal);
    private readonly Dictionary<int, int> _ofText = [];
    private readonly HashSet<(int SeedText, string Mutant)> _found = [];
    private readonly List<ClassFlip> _examples = [];

    public long Mutants => _kinds.Values.Sum(count => count.Mutants);

    public long Flips => _kinds.Values.Sum(count => count.Flips);

    public IReadOnlyList<KindFlips> Kinds => [.. _kinds.Select(entry => new KindFlips(entry.Key, entry.Value.Mutants, entry.Value.Flips))];

    public IReadOnlyList<WordFlips> Words =>
        [.. _words.Where(entry => entry.Value.Flips > 0).Select(entry => new WordFlips(entry.Key, entry.Value.Mutants, entry.Value.Flips)).OrderByDescending(word => word.LeastRate)];

    public IReadOnlyList<ClassFlip> Examples => _examples;

    /// <summary>Takes in a changed text; of one that is more than a change away from those as they were, nobody knows the class.</summary>
    public void Add(Mutant mutant, Probe probe)
    {
        if (mutant.SeedText < 0)
            return;
        var seed = seeds[mutant.SeedText];
        var flips = probe.Label != seed.Label;
        Count(_kinds, mutant.Kind, flips);
        foreach (var word in mutant.Words.Select(word => word.ToLowerInvariant()).Distinct())
            Count(_words, word, flips);
        var ofText = _ofText.GetValueOrDefault(mutant.SeedText);
        if (!flips || ofText == MostOfAText || _examples.Count == examples || !_found.Add((mutant.SeedText, probe.Text.ToString())))
            return;
        _ofText[mutant.SeedText] = ofText + 1;
        _examples.Add(new ClassFlip(mutant.Kind, seed.Text.ToString(), probe.Text.ToString(), seed.Label, probe.Label, mutant.Words));
    }

    private static void Count<TKey>(SortedDictionary<TKey, (long Mutants, long Flips)> counts, TKey key, bool flips)
        where TKey : notnull
    {
        var (mutants, before) = counts.GetValueOrDefault(key);
        counts[key] = (mutants + 1, before + (flips ? 1 : 0));
    }
}
