using Microsoft.ML.Data;
using Microsoft.ML.RevRnn;

namespace Microsoft.ML;

/// <summary>Adds translation to the catalog of text transforms of an <see cref="MLContext"/>.</summary>
public static class RevTranslationCatalog
{
    // A default argument must be a constant, so these are written down here as well as in the engine's options; a test compares them.
    private const int HiddenSize = 256;
    private const int LayerCount = 1;
    private const float LearningRate = 3e-3f;

    /// <summary>Trains a translation model: a recurrent encoder that reads a source, and a decoder with attention that writes its target.</summary>
    /// <param name="catalog">The catalog of text transforms.</param>
    /// <param name="outputColumnName">The column that will hold the translation: text, or keys where the target is such. Default "Translation".</param>
    /// <param name="sourceColumnName">The column that is translated: text, or a vector of Key&lt;UInt32&gt; with one key a token. Default "Source".</param>
    /// <param name="targetColumnName">The column of what is to come out, which training reads: likewise. Default "Target".</param>
    /// <param name="cell">The recurrent cell. Activations of one that cannot be reversed are stored. Default <see cref="CellKind.RevLstm"/>.</param>
    /// <param name="tokens">
    /// What a token of a text is, on both sides. For short forms of few characters, such as dates and numbers, <see cref="TokenKind.Characters"/> is better.
    /// Default <see cref="TokenKind.BytePairs"/>.
    /// </param>
    /// <param name="hiddenSize">H: hidden units of each layer, even, 2 to 8,192. Default 256.</param>
    /// <param name="layerCount">Recurrent layers on top of each other, on each side, 1 to 8. Default 1.</param>
    /// <param name="maximumEpochs">Most passes over the training data, 1 to 10,000. Default null: decided by the size of the data.</param>
    /// <param name="batchSize">B: most pairs of a batch, 1 to 4,096. Default null: decided by the size of the data.</param>
    /// <param name="learningRate">Adam's step size at its highest, 1e-7 to 100. Default 0.003.</param>
    /// <param name="progress">Told several times a second where training stands. Default null: nobody.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range; the message names it, its value and the range.</exception>
    /// <exception cref="ArgumentException">A column has no name, or two have the same.</exception>
    /// <example>
    /// <code>
    /// var model = mlContext.Transforms.Text.RevTranslation(sourceColumnName: "Source", targetColumnName: "Target").Fit(data);
    /// Console.WriteLine(model.Translate("two dogs play in the snow"));
    /// </code>
    /// </example>
    public static RevTranslationEstimator RevTranslation(
        this TransformsCatalog.TextTransforms catalog,
        string outputColumnName = "Translation",
        string sourceColumnName = "Source",
        string targetColumnName = "Target",
        CellKind cell = CellKind.RevLstm,
        TokenKind tokens = TokenKind.BytePairs,
        int hiddenSize = HiddenSize,
        int layerCount = LayerCount,
        int? maximumEpochs = null,
        int? batchSize = null,
        float learningRate = LearningRate,
        IProgress<TrainingProgress>? progress = null)
    {
        var options = new RevTranslationOptions
        {
            OutputColumnName = outputColumnName,
            SourceColumnName = sourceColumnName,
            TargetColumnName = targetColumnName,
            Network = new NetworkOptions { Cell = cell, HiddenSize = hiddenSize, LayerCount = layerCount },
            Training = new TrainingOptions { MaximumEpochs = maximumEpochs, BatchSize = batchSize, LearningRate = learningRate },
            Progress = progress,
        };
        options.Vocabulary = options.Vocabulary with { Kind = tokens };
        return catalog.RevTranslation(options);
    }

    /// <summary>Trains a translation model: a recurrent encoder that reads a source, and a decoder with attention that writes its target.</summary>
    /// <param name="catalog">The catalog of text transforms.</param>
    /// <param name="options">Columns, tokens, network, its cell included, attention, training and search. Later changes to it have no effect.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range; the message names it, its value and the range.</exception>
    /// <exception cref="ArgumentException">A column has no name, two have the same, or options contradict each other.</exception>
    /// <example>
    /// <code>
    /// var options = new RevTranslationOptions { Vocabulary = new() { Kind = TokenKind.Characters }, AlignmentColumnName = "Alignment" };
    /// var model = mlContext.Transforms.Text.RevTranslation(options).Fit(data);
    /// Console.WriteLine(model.Translate("March 5th, 2019"));
    /// </code>
    /// </example>
    public static RevTranslationEstimator RevTranslation(this TransformsCatalog.TextTransforms catalog, RevTranslationOptions options)
        => new(CatalogUtils.GetEnvironment(catalog), options);
}
