using Samples;
using Spectre.Console;

namespace LanguageModeling;

/// <summary>Texts to learn from, and texts held back.</summary>
internal sealed record Corpus(IReadOnlyList<TextRow> Training, IReadOnlyList<TextRow> Validation)
{
    private const double TrainingFraction = 0.9;

    public static Corpus Read(FileInfo? file) => file == null ? ReadDocumentation() : ReadFile(file);

    /// <summary>A file is one text: its first nine tenths are learned from.</summary>
    private static Corpus ReadFile(FileInfo file)
    {
        if (!file.Exists)
            throw new FileNotFoundException($"There is no file '{file.FullName}'.");
        var text = File.ReadAllText(file.FullName);
        var cut = (int)(text.Length * TrainingFraction);
        if (cut > 0 && char.IsHighSurrogate(text[cut - 1]))
            cut--;
        AnsiConsole.MarkupLineInterpolated($"{text.Length:N0} characters of {file.Name}; the last tenth is held back.");
        return new Corpus([new TextRow { Text = text[..cut] }], [new TextRow { Text = text[cut..] }]);
    }

    /// <summary>The summaries of the .NET documentation, each a text, every tenth held back; one that occurs more than once is taken once.</summary>
    private static Corpus ReadDocumentation()
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var file in ReferencePacks.Files())
        {
            foreach (var member in DocumentationFile.Read(file, entry => DocumentationText.Render(entry.Element("summary"))))
                seen.Add(member.Text);
        }
        seen.Remove("");
        var texts = seen.Select(text => new TextRow { Text = text }).ToArray();
        new Random(1).Shuffle(texts);
        var cut = (int)(texts.Length * TrainingFraction);
        AnsiConsole.MarkupLine($"{texts.Length:N0} summaries of the .NET documentation, {texts.Sum(text => (long)text.Text.Length):N0} characters. A tenth is held back.");
        return new Corpus(texts[..cut], texts[cut..]);
    }
}
