using System.Globalization;

namespace Microsoft.ML.RevRnn.Tests.Support;

/// <summary>Words of two classes, whose vectors are near those of their class: texts to learn from, and texts of the same classes in other words.</summary>
internal static class RelatedWords
{
    public const int Dimension = 6;

    private const int WordsOfClass = 40;

    public static IReadOnlyList<string> Labels { get; } = ["plant", "stone"];

    /// <summary>Their vectors, in GloVe's format.</summary>
    public static string Vectors
    {
        get
        {
            var random = new Random(2);
            var lines = Enumerable.Range(0, WordsOfClass).SelectMany(i => Labels.Select(label =>
                Word(label, i) + " " + string.Join(' ', Enumerable.Range(0, Dimension).Select(column =>
                    ((column % 2 == 0) == (label == Labels[0]) ? 1 : -1) + 0.4 * (random.NextDouble() - 0.5)).Select(value => value.ToString(CultureInfo.InvariantCulture)))));
            return string.Join('\n', lines) + "\n";
        }
    }

    /// <summary>Texts of three words each, as many of either class.</summary>
    /// <param name="count">How many.</param>
    /// <param name="areUnseen">Whether they have none of the words that the others have.</param>
    public static IReadOnlyList<LabelledText> Rows(int count, bool areUnseen)
    {
        var random = new Random(count);
        return [.. Enumerable.Range(0, count).Select(id =>
        {
            var label = Labels[id % 2];
            var words = Enumerable.Range(0, 3).Select(_ => Word(label, random.Next(WordsOfClass / 2) * 2 + (areUnseen ? 1 : 0))).ToArray();
            return new LabelledText { Id = id, Label = label, Text = string.Join(' ', words), Words = words };
        })];
    }

    private static string Word(string label, int number) => $"{label}{(char)('a' + number / 26)}{(char)('a' + number % 26)}";
}
