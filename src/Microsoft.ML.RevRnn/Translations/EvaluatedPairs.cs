namespace Microsoft.ML.RevRnn.Translations;

/// <summary>Pairs that a model translates side by side, on all processors; the results are in their order, and do not depend on who is beside whom.</summary>
/// <param name="translator">Translates.</param>
/// <param name="pairs">The pairs.</param>
/// <param name="cancellationToken">Ends it.</param>
internal sealed class EvaluatedPairs(Translator translator, IReadOnlyList<(SideValue Source, SideValue Target)> pairs, CancellationToken cancellationToken)
{
    /// <summary>Enough to find sources of about the same length.</summary>
    private const int PairsOfPart = 128;

    /// <summary>The translations, as text or as numbers of keys with spaces between.</summary>
    /// <param name="decoding">How to search.</param>
    /// <param name="threads">Most threads; null for as many as there are processors.</param>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public string[] Translate(DecodingOptions decoding, int? threads)
    {
        var results = new string[pairs.Count];
        InParts(threads, (first, end) =>
        {
            var sources = Enumerable.Range(first, end - first).Select(i => pairs[i].Source).ToArray();
            foreach (var (i, translation) in translator.Translate(sources, decoding, cancellationToken).Index())
                results[first + i] = translator.Output(sources[i], translation);
        });
        return results;
    }

    /// <summary>BLEU of translations.</summary>
    public BleuScore Bleu(string[] translations, BleuOptions options) => TextMetrics.Bleu(translations, [.. pairs.Select(pair => Translator.Output(pair.Target))], options);

    /// <summary>All metrics. The sums are taken in the order of the pairs, in double precision.</summary>
    public TranslationMetrics Evaluate(DecodingOptions decoding, BleuOptions bleu)
    {
        var translations = Translate(decoding, threads: null);
        var scores = new TranslationScore[pairs.Count];
        InParts(null, (first, end) =>
        {
            for (var i = first; i < end; i++)
                scores[i] = translator.Score(pairs[i].Source, pairs[i].Target);
        });
        var sum = scores.Aggregate((left, right) => left + right);
        return new TranslationMetrics
        {
            Bleu = Bleu(translations, bleu),
            ExactMatch = (double)translations.Zip(pairs).Count(row => row.First.AsSpan().Trim().SequenceEqual(Translator.Output(row.Second.Target).AsSpan().Trim())) / pairs.Count,
            LogLikelihood = sum.Likelihood.LogLikelihood,
            TokenCount = sum.Likelihood.TokenCount,
            TokenAccuracy = (double)sum.Correct / sum.Likelihood.TokenCount,
            RowCount = pairs.Count,
        };
    }

    private void InParts(int? threads, Action<int, int> run)
    {
        var options = new ParallelOptions { CancellationToken = cancellationToken, MaxDegreeOfParallelism = threads ?? Environment.ProcessorCount };
        try
        {
            Parallel.For(0, (pairs.Count + PairsOfPart - 1) / PairsOfPart, options, part => run(part * PairsOfPart, Math.Min(pairs.Count, (part + 1) * PairsOfPart)));
        }
        catch (AggregateException failure)
        {
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(failure.InnerExceptions[0]);
        }
    }
}
