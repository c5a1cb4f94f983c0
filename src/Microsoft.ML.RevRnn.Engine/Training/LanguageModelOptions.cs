using System.Text.Json.Serialization;
using Microsoft.ML.RevRnn.Networks;

namespace Microsoft.ML.RevRnn;

/// <summary>What is particular to the training of a language model.</summary>
public sealed record LanguageModelOptions
{
    /// <summary>The vocabulary from which on the softmax is sampled unless <see cref="SoftmaxSamples"/> says otherwise.</summary>
    public const int LargeVocabulary = 20_000;

    private const int DefaultSamples = 8192;

    /// <summary>How the texts are laid out for training.</summary>
    public TextLayout Layout { get; init; } = TextLayout.Streams;

    /// <summary>T: steps of a window of <see cref="TextLayout.Streams"/>, 5 to 1,000,000: how far gradients reach back; states reach on.</summary>
    public int WindowLength { get; init; } = 70;

    /// <summary>
    /// Whether windows have random lengths about <see cref="WindowLength"/>, the learning rate being in proportion to them, so that it is not always the
    /// same places that gradients are cut at (Merity et al. 2017, section 5).
    /// </summary>
    public bool VariesWindowLength { get; init; }

    /// <summary>Probability of zeroing a value of the first layer's inputs, 0 to 0.95; null for <see cref="TrainingOptions.Dropout"/>.</summary>
    public float? InputDropout { get; init; }

    /// <summary>Probability of zeroing a value that one layer hands to the next, 0 to 0.95; null for <see cref="TrainingOptions.Dropout"/>.</summary>
    public float? LayerDropout { get; init; }

    /// <summary>Probability of zeroing a value of the top layer's outputs, 0 to 0.95; null for <see cref="TrainingOptions.Dropout"/>.</summary>
    public float? OutputDropout { get; init; }

    /// <summary>Probability of leaving a token's vector out of a whole batch (Gal and Ghahramani 2016), 0 to 0.95.</summary>
    public float EmbeddingDropout { get; init; }

    /// <summary>Probability of leaving a weight from hidden state to gates out of a whole batch (Merity et al. 2017, section 2), 0 to 0.95.</summary>
    public float WeightDropout { get; init; }

    /// <summary>
    /// Tokens that stand for the vocabulary in training, drawn anew for each batch in proportion to their frequency: the softmax then costs what they do.
    /// 0 takes all tokens; null takes all up to a vocabulary of <see cref="LargeVocabulary"/> and 8,192 beyond. Losses on held-back data, and those of a
    /// trained model, are always over all tokens. 0 to 1,000,000.
    /// </summary>
    public int? SoftmaxSamples { get; init; }

    /// <summary>
    /// What the model is told of each text, which it then models given that. Texts are read each by itself then: <see cref="Layout"/> must be <see cref="TextLayout.Documents"/>. It trains on the
    /// processor. Null for nothing.
    /// </summary>
    [JsonIgnore]
    public TextContexts? Contexts { get; init; }

    /// <summary>Checks every option.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range; the message names it, its value and the range.</exception>
    public void Validate()
    {
        OptionCheck.Defined(nameof(Layout), Layout);
        OptionCheck.Range(nameof(WindowLength), WindowLength, 5, 1_000_000);
        OptionCheck.Range(nameof(InputDropout), InputDropout ?? 0, 0, 0.95f);
        OptionCheck.Range(nameof(LayerDropout), LayerDropout ?? 0, 0, 0.95f);
        OptionCheck.Range(nameof(OutputDropout), OutputDropout ?? 0, 0, 0.95f);
        OptionCheck.Range(nameof(EmbeddingDropout), EmbeddingDropout, 0, 0.95f);
        OptionCheck.Range(nameof(WeightDropout), WeightDropout, 0, 0.95f);
        OptionCheck.Range(nameof(SoftmaxSamples), SoftmaxSamples ?? 0, 0, 1_000_000);
    }

    internal DropoutRates Rates(TrainingOptions training) => new(
        InputDropout ?? training.Dropout, LayerDropout ?? training.Dropout, OutputDropout ?? training.Dropout, EmbeddingDropout, WeightDropout)
    {
        InputByToken = training.InputDropoutByToken,
    };

    /// <summary>Tokens drawn for a vocabulary of so many; 0 for all.</summary>
    internal int Samples(int vocabularySize) => SoftmaxSamples ?? (vocabularySize > LargeVocabulary ? DefaultSamples : 0);
}
