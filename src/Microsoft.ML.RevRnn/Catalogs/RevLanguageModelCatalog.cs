using Microsoft.ML.Data;
using Microsoft.ML.RevRnn;

namespace Microsoft.ML;

/// <summary>Adds language models to the catalog of text transforms of an <see cref="MLContext"/>.</summary>
public static class RevLanguageModelCatalog
{
    // A default argument must be a constant, so these are written down here as well as in the engine's options; a test compares them.
    private const int HiddenSize = 256;
    private const int LayerCount = 1;
    private const float LearningRate = 3e-3f;

    /// <summary>Trains a language model: a recurrent network that predicts each next token of a text.</summary>
    /// <param name="catalog">The catalog of text transforms.</param>
    /// <param name="inputColumnName">The column it learns from: text, or a vector of Key&lt;UInt32&gt; with one key a token. Default "Text".</param>
    /// <param name="cell">The recurrent cell. Activations of one that cannot be reversed are stored. Default <see cref="CellKind.RevLstm"/>.</param>
    /// <param name="tokens">What a token of a text is. Not used where the column holds keys. Default <see cref="TokenKind.Words"/>.</param>
    /// <param name="hiddenSize">H: hidden units of each layer, even, 2 to 8,192. Default 256.</param>
    /// <param name="layerCount">Recurrent layers on top of each other, 1 to 8. Default 1.</param>
    /// <param name="maximumEpochs">Most passes over the training data, 1 to 10,000. Default null: decided by the size of the data.</param>
    /// <param name="batchSize">B: most streams of a batch, 1 to 4,096. Default null: decided by the size of the data.</param>
    /// <param name="learningRate">Adam's step size at its highest, 1e-7 to 100. Default 0.003.</param>
    /// <param name="progress">Told several times a second where training stands. Default null: nobody.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range; the message names it, its value and the range.</exception>
    /// <example>
    /// <code>
    /// var model = mlContext.Transforms.Text.RevLanguageModel().Fit(data);
    /// Console.WriteLine(string.Concat(model.Generate("Once upon a time")));
    /// </code>
    /// </example>
    public static RevLanguageModelEstimator RevLanguageModel(
        this TransformsCatalog.TextTransforms catalog,
        string inputColumnName = "Text",
        CellKind cell = CellKind.RevLstm,
        TokenKind tokens = TokenKind.Words,
        int hiddenSize = HiddenSize,
        int layerCount = LayerCount,
        int? maximumEpochs = null,
        int? batchSize = null,
        float learningRate = LearningRate,
        IProgress<TrainingProgress>? progress = null)
    {
        var options = new RevLanguageModelOptions
        {
            InputColumnName = inputColumnName,
            Vocabulary = new VocabularyOptions { Kind = tokens },
            Network = new NetworkOptions { Cell = cell, HiddenSize = hiddenSize, LayerCount = layerCount },
            Training = new TrainingOptions { MaximumEpochs = maximumEpochs, BatchSize = batchSize, LearningRate = learningRate },
            Progress = progress,
        };
        return catalog.RevLanguageModel(options);
    }

    /// <summary>Trains a language model: a recurrent network that predicts each next token of a text.</summary>
    /// <param name="catalog">The catalog of text transforms.</param>
    /// <param name="options">Columns, network, its cell included, and training. Later changes to it have no effect.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range; the message names it, its value and the range.</exception>
    /// <exception cref="ArgumentException">A column has no name, two that are added have the same, or options contradict each other.</exception>
    /// <example>
    /// <code>
    /// var options = new RevLanguageModelOptions { Network = new() { HiddenSize = 512 } };
    /// var model = mlContext.Transforms.Text.RevLanguageModel(options).Fit(data);
    /// Console.WriteLine(string.Concat(model.Generate("Once upon a time")));
    /// </code>
    /// </example>
    public static RevLanguageModelEstimator RevLanguageModel(this TransformsCatalog.TextTransforms catalog, RevLanguageModelOptions options)
        => new(CatalogUtils.GetEnvironment(catalog), options);
}
