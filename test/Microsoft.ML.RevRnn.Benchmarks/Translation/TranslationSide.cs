namespace Microsoft.ML.RevRnn.Benchmarks;

/// <summary>One language of the corpus.</summary>
/// <param name="Words">The known words; number n is token n + 2.</param>
/// <param name="Training">Token numbers of each sentence to train on.</param>
/// <param name="Validation">The same to validate with.</param>
/// <param name="Test">The same to translate.</param>
/// <param name="TestWords">Those as words.</param>
internal sealed record TranslationSide(string[] Words, int[][] Training, int[][] Validation, int[][] Test, string[][] TestWords)
{
    private const int LeastCount = 2;
    private const int ReservedTokens = 2;

    /// <summary>V.</summary>
    public int Size => Words.Length + ReservedTokens;

    public static TranslationSide Read(string folder, string language)
    {
        var training = Sentences("train");
        string[] words = [.. training.SelectMany(sentence => sentence).CountBy(word => word).Where(word => word.Value >= LeastCount)
            .OrderByDescending(word => word.Value).ThenBy(word => word.Key, StringComparer.Ordinal).Select(word => word.Key)];
        var numbers = words.Index().ToDictionary(word => word.Item, word => word.Index + ReservedTokens, StringComparer.Ordinal);
        var test = Sentences("test_2016_flickr");
        return new(words, Tokens(training), Tokens(Sentences("val")), Tokens(test), test);

        string[][] Sentences(string part) =>
            [.. File.ReadLines(Path.Combine(folder, $"{part}.{language}")).Select(line => line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries))];

        int[][] Tokens(string[][] sentences) =>
            Array.ConvertAll(sentences, sentence => Array.ConvertAll(sentence, word => numbers.GetValueOrDefault(word, TextTokenizer.UnknownToken)));
    }
}
