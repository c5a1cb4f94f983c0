namespace Microsoft.ML.RevRnn.Benchmarks;

/// <summary>Translations of the test sentences.</summary>
/// <param name="Tokens">Words' numbers, without the end.</param>
/// <param name="Alignments">Of each the place of the source that most attention was on.</param>
/// <param name="Seconds">Time that they took.</param>
internal sealed record TranslatedTest(IReadOnlyList<IReadOnlyList<int>> Tokens, IReadOnlyList<IReadOnlyList<int>> Alignments, double Seconds)
{
    /// <summary>BLEU over the words as they are, unknown ones copied of the source: what multi-bleu gives.</summary>
    public double Bleu(TranslationCorpus corpus)
    {
        string[][] hypotheses = [.. Tokens.Index().Select(sentence => sentence.Item.Index().Select(word => Word(corpus, sentence.Index, word.Index)).ToArray())];
        return TextMetrics.BleuOfTokens(hypotheses, corpus.Target.TestWords, new BleuOptions { Smoothing = BleuSmoothing.None }).Score;
    }

    private string Word(TranslationCorpus corpus, int sentence, int place) => Tokens[sentence][place] switch
    {
        TextTokenizer.UnknownToken => corpus.Source.TestWords[sentence][Math.Min(Alignments[sentence][place], corpus.Source.TestWords[sentence].Length - 1)],
        var token => corpus.Target.Words[token - 2],
    };
}
