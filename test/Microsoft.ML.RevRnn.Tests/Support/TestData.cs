namespace Microsoft.ML.RevRnn.Tests.Support;

/// <summary>Short texts of three classes that a small network learns in a blink: some words are of one class, some of all.</summary>
internal static class TestData
{
    private static readonly Dictionary<string, string[]> _words = new()
    {
        ["fruit"] = ["apple", "pear", "plum", "cherry"],
        ["metal"] = ["iron", "zinc", "gold", "copper"],
        ["weather"] = ["rain", "snow", "wind", "hail"],
    };

    private static readonly string[] _common = ["the", "and", "of", "some", "very"];

    public static IReadOnlyList<string> Labels { get; } = [.. _words.Keys];

    /// <summary>Rows that no model was trained on, odd ones too.</summary>
    public static IReadOnlyList<LabelledText> Probes { get; } =
    [
        .. Rows(20, seed: 99),
        new() { Id = 100, Text = "", Label = "fruit" },
        new() { Id = 101, Text = null, Label = "metal" },
        new() { Id = 102, Text = " \t\n", Label = "metal" },
        new() { Id = 103, Text = "unheard-of words, \ud83d\ude00 and \ud83d", Label = "weather" },
        new() { Id = 104, Text = string.Join('\n', Rows(12, seed: 98).Select(row => row.Text)), Label = "weather" },
    ];

    public static IReadOnlyList<LabelledText> Rows(int count, int seed = 1)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(id =>
        {
            var label = Labels[id % Labels.Count];
            var words = Enumerable.Range(0, random.Next(2, 9)).Select(i => Pick(random, i % 2 == 0 ? _words[label] : _common)).ToArray();
            return new LabelledText { Id = id, Label = label, Text = string.Join(' ', words), Words = words };
        })];
    }

    /// <summary>Texts with words of any kinds, none included.</summary>
    public static IReadOnlyList<MixedText> MixedRows(int count, int seed = 1)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(id =>
        {
            var isPresent = Labels.Select(_ => random.Next(2) == 0).ToArray();
            string[][] choices = [.. Labels.Where((_, i) => isPresent[i]).Select(label => _words[label]), _common];
            return Mixed(id, [.. Enumerable.Range(0, random.Next(2, 9)).Select(_ => Pick(random, choices[random.Next(choices.Length)]))]);
        })];
    }

    private static MixedText Mixed(int id, string[] words)
    {
        var kinds = words.Select(KindOf).ToArray();
        return new MixedText
        {
            Id = id,
            Text = string.Join(' ', words),
            Words = words,
            HasMetal = kinds.Contains("metal"),
            Kinds = [.. Labels.Where(label => kinds.Contains(label))],
            Flags = [.. Labels.Select(label => kinds.Contains(label))],
            Tags = [.. kinds.Select((kind, i) => kind ?? $"after {(i == 0 ? null : kinds[i - 1]) ?? "nothing"}")],
        };
    }

    private static string? KindOf(string word) => Labels.FirstOrDefault(label => _words[label].Contains(word));

    private static string Pick(Random random, string[] words) => words[random.Next(words.Length)];
}
