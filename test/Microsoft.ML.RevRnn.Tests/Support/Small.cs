namespace Microsoft.ML.RevRnn.Tests.Support;

/// <summary>Options for networks that are trained within the blink of an eye.</summary>
internal static class Small
{
    public static RevRnnClassificationOptions Classification() => Shrink(new RevRnnClassificationOptions());

    /// <summary>Without labels there is more to learn before texts of a kind are alike.</summary>
    public static RevRnnFeaturesOptions Features() => Shrink(new RevRnnFeaturesOptions { Patience = 100 }, epochs: 20);

    public static RevLanguageModelOptions LanguageModel()
    {
        var options = Shrink(new RevLanguageModelOptions());
        options.WindowLength = 10;
        return options;
    }

    /// <summary>Few epochs and units, one thread.</summary>
    private static TOptions Shrink<TOptions>(TOptions options, int epochs = 8)
        where TOptions : RevRnnOptions
    {
        options.EmbeddingSize = 8;
        options.HiddenSize = 16;
        options.MaximumEpochs = epochs;
        options.BatchSize = 8;
        options.LearningRate = 2e-2f;
        options.Dropout = 0;
        options.ThreadCount = 1;
        options.ValidationFraction = 0.1f;
        return options;
    }
}
