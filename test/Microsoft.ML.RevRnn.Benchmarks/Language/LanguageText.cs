using System.Runtime.InteropServices;

namespace Microsoft.ML.RevRnn.Benchmarks;

/// <summary>A text as numbers of its words: the first part, mostly 90 %, to train on, the rest to validate with.</summary>
/// <param name="Name">What the text is called in cases.</param>
/// <param name="VocabularySize">V: the distinct words of the training part, and the engine's reserved tokens.</param>
/// <param name="Training">Words to train on.</param>
/// <param name="Validation">Words to validate with; those that the training part lacks are unknown.</param>
internal sealed record LanguageText(string Name, int VocabularySize, int[] Training, int[] Validation)
{
    private const double TrainingFraction = 0.9;
    private const string LineEnd = "<eos>";
    private const string Unknown = "<unk>";

    /// <summary>Words split on white space, as the corpora are written, with a word for the end of each line.</summary>
    public static LanguageText Read(string name, FileInfo file, double trainingFraction = TrainingFraction)
    {
        var words = Words(file);
        var numbers = NewNumbers();
        var known = (int)(words.Count * trainingFraction);
        foreach (var word in CollectionsMarshal.AsSpan(words)[..known])
            numbers.TryAdd(word, numbers.Count + 1);
        var tokens = Tokens(words, numbers);
        return new LanguageText(name, numbers.Count + 1, tokens[..known], tokens[known..]);
    }

    /// <summary>All words of several texts, numbered together.</summary>
    public static (int VocabularySize, int[][] Texts) ReadTogether(IReadOnlyList<FileInfo> files)
    {
        var texts = files.Select(Words).ToList();
        var numbers = NewNumbers();
        foreach (var word in texts.SelectMany(words => words))
            numbers.TryAdd(word, numbers.Count + 1);
        return (numbers.Count + 1, [.. texts.Select(words => Tokens(words, numbers))]);
    }

    private static Dictionary<string, int> NewNumbers() => new(StringComparer.Ordinal) { [Unknown] = TextTokenizer.UnknownToken };

    private static List<string> Words(FileInfo file)
    {
        var words = new List<string>();
        foreach (var line in File.ReadLines(file.FullName))
        {
            words.AddRange(line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
            words.Add(LineEnd);
        }
        return words;
    }

    private static int[] Tokens(List<string> words, Dictionary<string, int> numbers) =>
        [.. words.Select(word => numbers.GetValueOrDefault(word, TextTokenizer.UnknownToken))];
}
