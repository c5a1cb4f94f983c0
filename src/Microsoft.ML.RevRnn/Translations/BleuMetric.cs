namespace Microsoft.ML.RevRnn.Translations;

/// <summary>BLEU of translations of held-back pairs, by which epochs are chosen: what <see cref="RevTranslationTransformer.Evaluate"/> gives of them.</summary>
/// <param name="heldBack">The pairs.</param>
/// <param name="options">How to translate.</param>
internal sealed class BleuMetric(TranslationRows heldBack, RevTranslationOptions options)
{
    /// <summary>BLEU of a model, 0 to 100.</summary>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public double Measure(TranslationModel model, CancellationToken cancellationToken)
    {
        var translator = new Translator(model, heldBack.Tokens, options.CopiesUnknown);
        var translations = new string[heldBack.Pairs.Count];
        var parallel = new ParallelOptions { CancellationToken = cancellationToken, MaxDegreeOfParallelism = options.Training.ThreadCount ?? Environment.ProcessorCount };
        Parallel.For(0, translations.Length, parallel, i =>
        {
            var source = heldBack.Pairs[i].Source;
            translations[i] = translator.Output(source, translator.Translate(source, options.Decoding, cancellationToken));
        });
        return TextMetrics.Bleu(translations, [.. heldBack.Pairs.Select(pair => Translator.Output(pair.Target))], translator.BleuOptions).Score;
    }
}
