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
        var pairs = new EvaluatedPairs(translator, heldBack.Pairs, cancellationToken);
        return pairs.Bleu(pairs.Translate(options.Decoding, options.Training.ThreadCount), translator.BleuOptions).Score;
    }
}
