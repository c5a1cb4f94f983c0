using Samples;
using SequenceClassification;

namespace Microsoft.ML.RevRnn.Benchmarks;

/// <summary>Rows with labels, in a part to learn from and one to be tested on.</summary>
/// <param name="Name">What they are called.</param>
/// <param name="Seeds">With how many seeds they are learned from.</param>
/// <param name="Load">Loads both parts for a seed.</param>
internal sealed record AccuracyData(string Name, int Seeds, Func<MLContext, int, (IDataView Train, IDataView Test)> Load)
{
    /// <summary>How many of SST-2's sentences are learned from; null for all.</summary>
    public static IReadOnlyList<int?> SentenceCounts { get; } = [null, 2000, 500, 100];

    /// <summary>Whether there are more texts than are learned from with labels, for a language model.</summary>
    public bool HasTexts { get; private init; }

    /// <summary>SST-2 sentences of a folder with sst2/train.tsv and sst2/dev.tsv, all or some of them, other ones with each seed.</summary>
    public static AccuracyData Sentences(DirectoryInfo folder, int? count) => new(count == null ? "sst2" : $"sst2/{count}", 3, (context, seed) =>
    {
        var train = Read(folder, "train.tsv");
        if (count is { } some)
        {
            var random = new Random(seed);
            train = [.. train.OrderBy(_ => random.Next()).Take(some)];
        }
        return (context.Data.LoadFromEnumerable(train), context.Data.LoadFromEnumerable(Read(folder, "dev.tsv")));
    })
    {
        HasTexts = true,
    };

    /// <summary>The first sample's summaries of the .NET documentation, in its split.</summary>
    public static AccuracyData Documentation { get; } = new("documentation", 1, (context, _) =>
    {
        var split = context.Data.TrainTestSplit(context.Data.LoadFromEnumerable(DocumentationCorpus.Read(12)), testFraction: 0.1, seed: 1);
        return (split.TrainSet, split.TestSet);
    });

    public static bool HasSentences(DirectoryInfo? folder) => folder != null && File.Exists(Path.Combine(folder.FullName, "sst2", "train.tsv"));

    private static LabelledText[] Read(DirectoryInfo folder, string file) => [.. File.ReadLines(Path.Combine(folder.FullName, "sst2", file))
        .Select(line => line.Split('\t')).Select(fields => new LabelledText { Text = fields[0], Label = fields[1] })];
}
