namespace Microsoft.ML.RevRnn.Benchmarks;

/// <summary>Multi30K, English to German, as numbers of its words, which white space parts: those that occur twice in the training part, from the most frequent on.</summary>
/// <param name="Source">English.</param>
/// <param name="Target">German.</param>
internal sealed record TranslationCorpus(TranslationSide Source, TranslationSide Target)
{
    private const string Folder = "multi30k";
    private const int LongestTrained = 50;

    /// <summary>Pairs to train on: of 1 to 50 words on both sides.</summary>
    public (int[][] Sources, int[][] Targets) Training => Pairs(side => side.Training, LongestTrained);

    /// <summary>Pairs to validate with.</summary>
    public (int[][] Sources, int[][] Targets) Validation => Pairs(side => side.Validation, int.MaxValue);

    public static bool IsIn(DirectoryInfo? data) => data != null && File.Exists(Path.Combine(data.FullName, Folder, "train.en"));

    public static TranslationCorpus Read(DirectoryInfo data)
    {
        var folder = Path.Combine(data.FullName, Folder);
        return new(TranslationSide.Read(folder, "en"), TranslationSide.Read(folder, "de"));
    }

    private (int[][] Sources, int[][] Targets) Pairs(Func<TranslationSide, int[][]> part, int longest)
    {
        var members = Enumerable.Range(0, part(Source).Length).Where(i => Fits(part(Source)[i]) && Fits(part(Target)[i])).ToArray();
        return (Array.ConvertAll(members, i => part(Source)[i]), Array.ConvertAll(members, i => part(Target)[i]));

        bool Fits(int[] sentence) => sentence.Length > 0 && sentence.Length <= longest;
    }
}
