using Microsoft.ML.Data;
using Microsoft.ML.RevRnn;

namespace Microsoft.ML;

/// <content>Features, without labels.</content>
public static partial class RevRnnCatalog
{
    /// <summary>Learns a vector of features for texts, without labels, by a reversible LSTM that is trained to predict each next token.</summary>
    /// <param name="catalog">The catalog of transforms.</param>
    /// <param name="outputColumnName">The column that will hold the features: a vector of one Single a hidden unit of each direction.</param>
    /// <param name="inputColumnName">
    /// The column they are made of: text, or a vector of Key&lt;UInt32&gt; with one key a token; null for <paramref name="outputColumnName"/>. Default null.
    /// </param>
    /// <param name="hiddenSize">H: hidden units, so features of each direction; even, 2 to 8,192. Default 256.</param>
    /// <param name="maximumEpochs">Most passes over the training data, 1 to 10,000. Default null: decided by the size of the data.</param>
    /// <param name="batchSize">B: most texts of a batch, 1 to 4,096. Default null: decided by the size of the data.</param>
    /// <param name="learningRate">Adam's step size at its highest, 1e-7 to 100. Default 0.003.</param>
    /// <param name="progress">Told several times a second where training stands. Default null: nobody.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range; the message names it, its value and the range.</exception>
    /// <example>
    /// <code>
    /// var pipeline = mlContext.Transforms.RevLstm("Features", "Text")
    ///     .Append(mlContext.Clustering.Trainers.KMeans("Features"));
    /// var model = pipeline.Fit(data);
    /// </code>
    /// </example>
    public static RevRnnFeaturesEstimator RevLstm(
        this TransformsCatalog catalog,
        string outputColumnName,
        string? inputColumnName = null,
        int hiddenSize = HiddenSize,
        int? maximumEpochs = null,
        int? batchSize = null,
        float learningRate = LearningRate,
        IProgress<TrainingProgress>? progress = null)
        => catalog.RevLstm(new RevRnnFeaturesOptions
        {
            OutputColumnName = outputColumnName,
            InputColumnName = inputColumnName,
            Network = new NetworkOptions { HiddenSize = hiddenSize },
            Training = new TrainingOptions { MaximumEpochs = maximumEpochs, BatchSize = batchSize, LearningRate = learningRate },
            Progress = progress,
        });

    /// <summary>Learns a vector of features for texts, without labels, by a reversible LSTM that is trained to predict each next token.</summary>
    /// <param name="catalog">The catalog of transforms.</param>
    /// <param name="options">Columns, network and training; the cell is this method's. Later changes to it have no effect.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range; the message names it, its value and the range.</exception>
    /// <example>
    /// <code>
    /// var options = new RevRnnFeaturesOptions { OutputColumnName = "Features", InputColumnName = "Text", Network = new() { HiddenSize = 512 } };
    /// var pipeline = mlContext.Transforms.RevLstm(options)
    ///     .Append(mlContext.Clustering.Trainers.KMeans("Features"));
    /// var model = pipeline.Fit(data);
    /// </code>
    /// </example>
    public static RevRnnFeaturesEstimator RevLstm(this TransformsCatalog catalog, RevRnnFeaturesOptions options)
        => new(CatalogUtils.GetEnvironment(catalog), CellKind.RevLstm, options);

    /// <summary>Learns a vector of features for texts, without labels, by a reversible GRU that is trained to predict each next token.</summary>
    /// <inheritdoc cref="RevLstm(TransformsCatalog, string, string, int, int?, int?, float, IProgress{TrainingProgress})"/>
    /// <example>
    /// <code>
    /// var pipeline = mlContext.Transforms.RevGru("Features", "Text")
    ///     .Append(mlContext.Clustering.Trainers.KMeans("Features"));
    /// var model = pipeline.Fit(data);
    /// </code>
    /// </example>
    public static RevRnnFeaturesEstimator RevGru(
        this TransformsCatalog catalog,
        string outputColumnName,
        string? inputColumnName = null,
        int hiddenSize = HiddenSize,
        int? maximumEpochs = null,
        int? batchSize = null,
        float learningRate = LearningRate,
        IProgress<TrainingProgress>? progress = null)
        => catalog.RevGru(new RevRnnFeaturesOptions
        {
            OutputColumnName = outputColumnName,
            InputColumnName = inputColumnName,
            Network = new NetworkOptions { HiddenSize = hiddenSize },
            Training = new TrainingOptions { MaximumEpochs = maximumEpochs, BatchSize = batchSize, LearningRate = learningRate },
            Progress = progress,
        });

    /// <summary>Learns a vector of features for texts, without labels, by a reversible GRU that is trained to predict each next token.</summary>
    /// <inheritdoc cref="RevLstm(TransformsCatalog, RevRnnFeaturesOptions)"/>
    /// <example>
    /// <code>
    /// var options = new RevRnnFeaturesOptions { OutputColumnName = "Features", InputColumnName = "Text", Network = new() { HiddenSize = 512 } };
    /// var pipeline = mlContext.Transforms.RevGru(options)
    ///     .Append(mlContext.Clustering.Trainers.KMeans("Features"));
    /// var model = pipeline.Fit(data);
    /// </code>
    /// </example>
    public static RevRnnFeaturesEstimator RevGru(this TransformsCatalog catalog, RevRnnFeaturesOptions options)
        => new(CatalogUtils.GetEnvironment(catalog), CellKind.RevGru, options);
}
