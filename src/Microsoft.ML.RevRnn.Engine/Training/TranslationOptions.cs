using Microsoft.ML.RevRnn.Networks;

namespace Microsoft.ML.RevRnn;

/// <summary>What is particular to a translation model and its training.</summary>
public sealed record TranslationOptions
{
    /// <summary>What attention reads of each source token.</summary>
    public AttentionContext Context { get; init; } = AttentionContext.EmbeddingAndSlice;

    /// <summary>
    /// k: units of the encoder's top layer, of each direction, that attention reads of each source token, 1 to 8,192 and no more than
    /// <see cref="NetworkOptions.HiddenSize"/>. Only contexts with a slice have a use for it.
    /// </summary>
    public int SliceSize { get; init; } = 20;

    /// <summary>How attention compares.</summary>
    public AttentionScore Score { get; init; } = AttentionScore.General;

    /// <summary>Whether source and target have the same tokens, and a token the same vector on both sides.</summary>
    public bool SharedVocabulary { get; init; }

    /// <summary>Probability of zeroing a value of the first layers' inputs, of both sides, 0 to 0.95; null for <see cref="TrainingOptions.Dropout"/>.</summary>
    public float? InputDropout { get; init; }

    /// <summary>Probability of zeroing a value that one layer hands to the next, 0 to 0.95; null for <see cref="TrainingOptions.Dropout"/>.</summary>
    public float? LayerDropout { get; init; }

    /// <summary>Probability of zeroing a value of the decoder's outputs, before attention, 0 to 0.95; null for <see cref="TrainingOptions.Dropout"/>.</summary>
    public float? OutputDropout { get; init; }

    /// <summary>
    /// Probability of zeroing a value that attention reads of the encoder's states, 0 to 0.95; null for <see cref="TrainingOptions.Dropout"/>. Token vectors in the context
    /// have the mask of the encoder's input.
    /// </summary>
    public float? SliceDropout { get; init; }

    /// <summary>
    /// Target tokens that stand for the vocabulary in training, drawn anew for each batch in proportion to their frequency: the softmax then costs what they do. 0 takes all
    /// tokens; null takes all up to a vocabulary of <see cref="LanguageModelOptions.LargeVocabulary"/> and 8,192 beyond. Losses on held-back data, and those of a trained
    /// model, are always over all tokens. 0 to 1,000,000.
    /// </summary>
    public int? SoftmaxSamples { get; init; }

    /// <summary>Checks every option.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range; the message names it, its value and the range.</exception>
    public void Validate()
    {
        OptionCheck.Defined(nameof(Context), Context);
        OptionCheck.Range(nameof(SliceSize), SliceSize, 1, 8192);
        OptionCheck.Defined(nameof(Score), Score);
        OptionCheck.Range(nameof(InputDropout), InputDropout ?? 0, 0, 0.95f);
        OptionCheck.Range(nameof(LayerDropout), LayerDropout ?? 0, 0, 0.95f);
        OptionCheck.Range(nameof(OutputDropout), OutputDropout ?? 0, 0, 0.95f);
        OptionCheck.Range(nameof(SliceDropout), SliceDropout ?? 0, 0, 0.95f);
        OptionCheck.Range(nameof(SoftmaxSamples), SoftmaxSamples ?? 0, 0, 1_000_000);
    }

    internal DropoutRates Rates(TrainingOptions training) => new(InputDropout ?? training.Dropout, LayerDropout ?? training.Dropout, OutputDropout ?? training.Dropout)
    {
        InputByToken = training.InputDropoutByToken,
    };

    /// <summary>The rate of what attention reads of states.</summary>
    internal float SliceRate(TrainingOptions training) => SliceDropout ?? training.Dropout;

    /// <summary>Tokens drawn for a target vocabulary of so many; 0 for all.</summary>
    internal int Samples(int vocabularySize) => new LanguageModelOptions { SoftmaxSamples = SoftmaxSamples }.Samples(vocabularySize);
}
