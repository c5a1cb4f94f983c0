namespace Microsoft.ML.RevRnn.Tests.Support;

/// <summary>Options for networks that are trained within the blink of an eye.</summary>
internal static class Small
{
    public static RevRnnClassificationOptions Classification() => Shrink(new RevRnnClassificationOptions());

    public static RevRnnFeaturesOptions Features() => Shrink(new RevRnnFeaturesOptions());

    /// <summary>Few epochs and units, one thread.</summary>
    private static TOptions Shrink<TOptions>(TOptions options)
        where TOptions : RevRnnOptions
    {
        options.EmbeddingSize = 8;
        options.HiddenSize = 16;
        options.MaximumEpochs = 8;
        options.BatchSize = 8;
        options.LearningRate = 2e-2f;
        options.Dropout = 0;
        options.ThreadCount = 1;
        options.ValidationFraction = 0.1f;
        return options;
    }
}
