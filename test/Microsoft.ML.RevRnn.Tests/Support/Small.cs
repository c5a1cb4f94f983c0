namespace Microsoft.ML.RevRnn.Tests.Support;

/// <summary>Options for networks that are trained within the blink of an eye.</summary>
internal static class Small
{
    public static RevRnnClassificationOptions Classification() => Alone(Shrink(new RevRnnClassificationOptions()));

    public static RevRnnBinaryClassificationOptions Binary()
        => Alone(Shrink(new RevRnnBinaryClassificationOptions { LabelColumnName = nameof(MixedText.HasMetal) }, epochs: 16));

    /// <summary>For labels that are flags.</summary>
    public static RevRnnMultiLabelOptions MultiLabel()
        => Alone(Shrink(new RevRnnMultiLabelOptions { LabelColumnName = nameof(MixedText.Flags) }, epochs: 16));

    /// <summary>For tags and words that are keys.</summary>
    public static RevRnnTaggingOptions Tagging() => Shrink(
        new RevRnnTaggingOptions { LabelColumnName = nameof(MixedText.Tags), TextColumnName = nameof(MixedText.Words) });

    /// <summary>Without labels there is more to learn before texts of a kind are alike.</summary>
    public static RevRnnFeaturesOptions Features() => Shrink(new RevRnnFeaturesOptions { Training = new() { Patience = 100 } }, epochs: 20);

    public static RevLanguageModelOptions LanguageModel()
    {
        var options = Shrink(new RevLanguageModelOptions());
        options.Model = options.Model with { WindowLength = 10 };
        return options;
    }

    /// <summary>Of words, so that what is unknown is copied.</summary>
    public static RevTranslationOptions Translation()
    {
        var options = Shrink(new RevTranslationOptions { Vocabulary = new() { Lowercase = false }, Model = new() { SliceSize = 4 } }, epochs: 15);
        options.Network = options.Network with { EmbeddingSize = 16 };
        return options;
    }

    /// <summary>The network without n-grams beside it, which would do its work: what most tests are of.</summary>
    private static TOptions Alone<TOptions>(TOptions options)
        where TOptions : RevRnnTrainerOptions
    {
        options.NGrams = null;
        return options;
    }

    /// <summary>Few epochs and units, one thread.</summary>
    private static TOptions Shrink<TOptions>(TOptions options, int epochs = 8)
        where TOptions : RevRnnOptions
    {
        options.Network = options.Network with { EmbeddingSize = 8, HiddenSize = 16, Pooling = PoolingKind.MeanMax };
        options.Training = options.Training with
        {
            MaximumEpochs = epochs,
            BatchSize = 8,
            LearningRate = 2e-2f,
            Dropout = 0,
            ThreadCount = 1,
            ValidationFraction = 0.1f,
        };
        return options;
    }
}
