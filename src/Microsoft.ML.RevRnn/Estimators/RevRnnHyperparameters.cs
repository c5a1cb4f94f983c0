using Microsoft.ML.SearchSpace;

namespace Microsoft.ML.RevRnn;

/// <summary>
/// What is worth a search of the options, with ranges and defaults as ML.NET's own trainers declare theirs: <c>SearchSpace&lt;RevRnnHyperparameters&gt;</c> of its AutoML
/// reads them, and so can any tool.
/// </summary>
/// <remarks>
/// The defaults are those of the options, and where these leave it to the size of the data, those for large ones. Ranges are what a search should try; the options allow more. What a search is not to change is said by the options that <see
/// cref="ApplyTo"/> is given.
/// </remarks>
/// <example>
/// <code>
/// var template = new RevRnnClassificationOptions { Training = new() { MaximumMinutes = 5 } };
/// var sweepable = mlContext.Auto().CreateSweepableEstimator(
///     (context, parameters) => context.MulticlassClassification.Trainers.RevLstm(parameters.ApplyTo(template)),
///     new SearchSpace&lt;RevRnnHyperparameters&gt;());
/// </code>
/// </example>
public sealed class RevRnnHyperparameters
{
    /// <summary><see cref="NetworkOptions.EmbeddingSize"/>: 32, 64, 128 (the default) or 256. Not used where there are word vectors.</summary>
    [Choice(new object[] { 32, 64, 128, 256 }, 128)]
    public int EmbeddingSize { get; set; } = 128;

    /// <summary><see cref="NetworkOptions.HiddenSize"/>: 64, 128, 256 (the default) or 512.</summary>
    [Choice(new object[] { 64, 128, 256, 512 }, 256)]
    public int HiddenSize { get; set; } = 256;

    /// <summary><see cref="NetworkOptions.LayerCount"/>: 1 (the default) to 3.</summary>
    [Range(1, 3, 1)]
    public int LayerCount { get; set; } = 1;

    /// <summary><see cref="NetworkOptions.Bidirectional"/>: false (the default) or true. Not used by language models, and where there is a language model to start from.</summary>
    [BooleanChoice(false)]
    public bool Bidirectional { get; set; }

    /// <summary><see cref="NetworkOptions.Pooling"/>: <see cref="PoolingKind.MeanMaxLast"/> (the default), <see cref="PoolingKind.MeanMax"/> or <see cref="PoolingKind.Attention"/>. Used by classifiers.</summary>
    [Choice(new object[] { PoolingKind.MeanMaxLast, PoolingKind.MeanMax, PoolingKind.Attention }, PoolingKind.MeanMaxLast)]
    public PoolingKind Pooling { get; set; } = PoolingKind.MeanMaxLast;

    /// <summary><see cref="TrainingOptions.LearningRate"/>: 3e-4 to 3e-2, on a logarithmic scale; the default is 3e-3.</summary>
    [Range(3e-4f, 3e-2f, 3e-3f, logBase: true)]
    public float LearningRate { get; set; } = 3e-3f;

    /// <summary><see cref="TrainingOptions.BatchSize"/>: 16, 32, 64 (the default) or 128.</summary>
    [Choice(new object[] { 16, 32, 64, 128 }, 64)]
    public int BatchSize { get; set; } = 64;

    /// <summary><see cref="TrainingOptions.Dropout"/>: 0 to 0.7; the default is 0.4.</summary>
    [Range(0f, 0.7f, 0.4f)]
    public float Dropout { get; set; } = 0.4f;

    /// <summary><see cref="TrainingOptions.WeightDecay"/>: 0 (the default) to 0.1.</summary>
    [Range(0f, 0.1f, 0f)]
    public float WeightDecay { get; set; }

    /// <summary><see cref="TrainingOptions.MaximumEpochs"/>: 3 to 20; the default is 8.</summary>
    [Range(3, 20, 8)]
    public int MaximumEpochs { get; set; } = 8;

    /// <summary><see cref="RevRnnTrainerOptions.LabelSmoothing"/>: 0 (the default) to 0.2. Used where there are labels.</summary>
    [Range(0f, 0.2f, 0f)]
    public float LabelSmoothing { get; set; }

    /// <summary>Options with these values; all else is as it was, in a copy.</summary>
    /// <param name="options">What is not searched; it stays as it is.</param>
    /// <typeparam name="TOptions">Those of an estimator.</typeparam>
    public TOptions ApplyTo<TOptions>(TOptions options)
        where TOptions : RevRnnOptions
    {
        ArgumentNullException.ThrowIfNull(options);
        var copy = (TOptions)options.Copy();
        copy.Take(this);
        return copy;
    }
}
