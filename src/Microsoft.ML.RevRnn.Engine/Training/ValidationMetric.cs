namespace Microsoft.ML.RevRnn;

/// <summary>By what the best epoch is chosen, and training stopped early.</summary>
public enum ValidationMetric
{
    /// <summary>The validation loss, the lower the better. Of a language model, see <see cref="Perplexity"/>.</summary>
    Loss = 0,

    /// <summary>The part of the held-back predictions that are right, the higher the better.</summary>
    Accuracy = 1,

    /// <summary>
    /// The mean over the classes of F1 = 2 right / (predicted + actual) on held-back data, the higher the better. A class that neither is predicted nor occurs
    /// there does not count. Of a multi-label classifier the classes are its labels, with one label true and false; of a tagger those of the tokens. Not for
    /// language models and features.
    /// </summary>
    MacroF1 = 2,

    /// <summary>
    /// exp(validation loss), the lower the better: of language models and features, and not of classifiers and taggers. The choice is that of <see cref="Loss"/>, since one
    /// rises with the other, and a checkpoint of the one may be gone on from with the other; <see cref="EpochReport.ValidationPerplexity"/> has the values.
    /// </summary>
    Perplexity = 3,
}
