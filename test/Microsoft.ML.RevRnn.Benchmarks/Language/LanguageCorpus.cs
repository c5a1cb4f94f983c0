namespace Microsoft.ML.RevRnn.Benchmarks;

/// <summary>A text of the language suite, and how long each model is trained on it.</summary>
/// <param name="Name">What it is called in cases; its folder too.</param>
/// <param name="Epochs">Epochs of every model.</param>
/// <param name="Seeds">Trainings of every model, with seeds from 1 on.</param>
internal sealed record LanguageCorpus(string Name, int Epochs, int Seeds)
{
    /// <summary>The corpora's validation texts, which are as large as a benchmark needs.</summary>
    public static IReadOnlyList<LanguageCorpus> All { get; } = [new("ptb", 12, 3), new("wikitext2", 5, 1)];

    /// <summary>
    /// The first folder shared/data with one of the texts, in or above the working folder, else in or above this program's; null where there is none.
    /// </summary>
    public static DirectoryInfo? FindFolder()
    {
        foreach (var start in (string[])[Environment.CurrentDirectory, AppContext.BaseDirectory])
        {
            for (var folder = new DirectoryInfo(start); folder != null; folder = folder.Parent)
            {
                var data = new DirectoryInfo(Path.Combine(folder.FullName, "shared", "data"));
                if (All.Any(corpus => corpus.File(data).Exists))
                    return data;
            }
        }
        return null;
    }

    /// <summary>The text in a folder that holds them all; it may be missing.</summary>
    public FileInfo File(DirectoryInfo folder) => new(Path.Combine(folder.FullName, Name, "valid.txt"));
}
