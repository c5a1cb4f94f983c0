using Microsoft.ML.RevRnn.LanguageModels;

namespace Microsoft.ML.RevRnn;

/// <summary>What the predictions of a language model or a tagger hang on in a text. <see cref="ConnectivityPages"/> shows it as a page.</summary>
/// <param name="ModelName">What the model is called.</param>
/// <param name="Measure">What the values are.</param>
/// <param name="Tokens">The texts of the tokens, one after the other, as they are written with what is around them.</param>
/// <param name="Predictions">The predictions, by position.</param>
public sealed record ConnectivityReport(
    string ModelName, ConnectivityMeasure Measure, IReadOnlyList<string> Tokens, IReadOnlyList<PredictionConnectivity> Predictions)
{
    /// <summary>Whether a prediction has read the token at its position, as that of a tagger has; that of a language model tells what it will be.</summary>
    public bool HasReadOwnToken { get; init; }

    /// <summary>What the classes of a tagger of the engine hang on in a text; of a transformer <see cref="RevRnnTaggingTransformer.Connectivity"/> is the same.</summary>
    /// <param name="tagger">The tagger.</param>
    /// <param name="tokenizer">Cuts the text into the tokens that the tagger was trained on.</param>
    /// <param name="text">The text.</param>
    /// <param name="classNames">[C]: what the classes are called.</param>
    /// <param name="labels">The class of each token, by name, for <see cref="ConnectivityTarget.Actual"/>; null for the most probable ones.</param>
    /// <param name="options">Which tokens, and how; null for the defaults.</param>
    /// <exception cref="ArgumentException">Tokens, names or labels are not as many as they should be, a label is of no class, or an option is out of its range.</exception>
    /// <exception cref="ReversalException">Reversal failed its integrity checks.</exception>
    public static ConnectivityReport Of(
        SequenceTagger tagger,
        TextTokenizer tokenizer,
        string text,
        IReadOnlyList<string> classNames,
        IReadOnlyList<string>? labels = null,
        RevConnectivityOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(tagger);
        ArgumentNullException.ThrowIfNull(tokenizer);
        ArgumentNullException.ThrowIfNull(text);
        ArgumentNullException.ThrowIfNull(classNames);
        if (classNames.Count != tagger.ClassCount)
            throw new ArgumentException($"The tagger has {tagger.ClassCount} classes, and there are {classNames.Count} names.", nameof(classNames));
        return TagConnectivity.Of(tagger, tokenizer, text, classNames, labels, options ?? new RevConnectivityOptions());
    }
}
