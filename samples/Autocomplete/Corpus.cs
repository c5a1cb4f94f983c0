using Samples;
using Spectre.Console;

namespace Autocomplete;

/// <summary>Observations to learn from, to choose the epoch by, and to test with.</summary>
internal sealed record Corpus(Observation[] Training, Observation[] Validation, Observation[] Test)
{
    private const int Seed = 1;
    private const double TrainingPart = 0.9;
    private const double ValidationPart = 0.05;

    public static Corpus Read(Settings settings)
    {
        IReadOnlyList<string>[] groups = [.. Preparation.Group(settings.Text == null ? Documentation() : Preparation.Words(Read(settings.Text)))];
        new Random(Seed).Shuffle(groups);
        groups = groups[..Math.Min(groups.Length, settings.Observations)];
        if (groups.Length < 20)
            throw new InvalidOperationException($"The text makes {groups.Length} observations of {Preparation.LongestObservation} characters; at least 20 are needed.");
        var (training, validation) = ((int)(TrainingPart * groups.Length), (int)((TrainingPart + ValidationPart) * groups.Length));
        var known = Preparation.MostFrequent(groups[..training].SelectMany(words => words), settings.Words);
        Observation[] all = Array.ConvertAll(groups, words => Preparation.Observe(words, known));
        var characters = all.Sum(observation => (long)observation.Text.Length);
        var unknown = all.Sum(observation => (long)observation.Label.Count(label => label == Preparation.Unknown));
        AnsiConsole.MarkupLine(
            $"{all.Length:N0} observations of {characters:N0} characters; {known.Count:N0} words are to be told, and {(double)unknown / characters:P1} of the characters are of others, which weigh nothing.");
        return new Corpus(all[..training], all[training..validation], all[validation..]);
    }

    private static string Read(FileInfo file) => file.Exists ? File.ReadAllText(file.FullName) : throw new FileNotFoundException($"There is no file '{file.FullName}'.");

    /// <summary>The words of the summaries of the .NET documentation; one that occurs more than once is taken once.</summary>
    private static List<string> Documentation()
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var words = new List<string>();
        foreach (var file in ReferencePacks.Files())
        {
            foreach (var member in DocumentationFile.Read(file, entry => DocumentationText.Render(entry.Element("summary"))))
            {
                if (seen.Add(member.Text))
                    words.AddRange(Preparation.Words(member.Text));
            }
        }
        return words;
    }
}
