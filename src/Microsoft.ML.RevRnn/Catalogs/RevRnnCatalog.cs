using Microsoft.ML.Data;
using Microsoft.ML.RevRnn;

namespace Microsoft.ML;

/// <summary>Adds the reversible recurrent networks to the catalogs of an <see cref="MLContext"/>.</summary>
public static partial class RevRnnCatalog
{
    // A default argument must be a constant, so these are written down here as well as in the engine's options; a test compares them.
    private const int HiddenSize = 256;
    private const float LearningRate = 3e-3f;

    /// <summary>Trains a reversible LSTM to tell the class of a text.</summary>
    /// <param name="catalog">The catalog of multiclass trainers.</param>
    /// <param name="labelColumnName">The column of the class to learn: Key&lt;UInt32&gt;. Default "Label".</param>
    /// <param name="textColumnName">The column to learn it from: text, or a vector of Key&lt;UInt32&gt; with one key a token. Default "Text".</param>
    /// <param name="scoreColumnName">The column that will hold the probability of each class. Default "Score".</param>
    /// <param name="predictedLabelColumnName">The column that will hold the most probable class. Default "PredictedLabel".</param>
    /// <param name="hiddenSize">H: hidden units, even, 2 to 8,192. Default 256.</param>
    /// <param name="maximumEpochs">Most passes over the training data, 1 to 10,000. Default null: decided by the size of the data.</param>
    /// <param name="batchSize">B: most texts of a batch, 1 to 4,096. Default null: decided by the size of the data.</param>
    /// <param name="learningRate">Adam's step size at its highest, 1e-7 to 100. Default 0.003.</param>
    /// <param name="progress">Told several times a second where training stands. Default null: nobody.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range; the message names it, its value and the range.</exception>
    /// <example>
    /// <code>
    /// var pipeline = mlContext.Transforms.Conversion.MapValueToKey("Label")
    ///     .Append(mlContext.MulticlassClassification.Trainers.RevLstm())
    ///     .Append(mlContext.Transforms.Conversion.MapKeyToValue("PredictedLabel"));
    /// var model = pipeline.Fit(data);
    /// </code>
    /// </example>
    public static RevRnnClassificationTrainer RevLstm(
        this MulticlassClassificationCatalog.MulticlassClassificationTrainers catalog,
        string labelColumnName = "Label",
        string textColumnName = "Text",
        string scoreColumnName = "Score",
        string predictedLabelColumnName = "PredictedLabel",
        int hiddenSize = HiddenSize,
        int? maximumEpochs = null,
        int? batchSize = null,
        float learningRate = LearningRate,
        IProgress<TrainingProgress>? progress = null)
        => catalog.RevLstm(new RevRnnClassificationOptions
        {
            LabelColumnName = labelColumnName,
            TextColumnName = textColumnName,
            ScoreColumnName = scoreColumnName,
            PredictedLabelColumnName = predictedLabelColumnName,
            Network = new NetworkOptions { HiddenSize = hiddenSize },
            Training = new TrainingOptions { MaximumEpochs = maximumEpochs, BatchSize = batchSize, LearningRate = learningRate },
            Progress = progress,
        });

    /// <summary>Trains a reversible LSTM to tell the class of a text.</summary>
    /// <param name="catalog">The catalog of multiclass trainers.</param>
    /// <param name="options">Columns, network and training; the cell is this method's. Later changes to it have no effect.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range; the message names it, its value and the range.</exception>
    /// <example>
    /// <code>
    /// var options = new RevRnnClassificationOptions { Network = new() { HiddenSize = 512 } };
    /// var pipeline = mlContext.Transforms.Conversion.MapValueToKey("Label")
    ///     .Append(mlContext.MulticlassClassification.Trainers.RevLstm(options))
    ///     .Append(mlContext.Transforms.Conversion.MapKeyToValue("PredictedLabel"));
    /// var model = pipeline.Fit(data);
    /// </code>
    /// </example>
    public static RevRnnClassificationTrainer RevLstm(
        this MulticlassClassificationCatalog.MulticlassClassificationTrainers catalog, RevRnnClassificationOptions options)
        => new(CatalogUtils.GetEnvironment(catalog), CellKind.RevLstm, options);

    /// <summary>Trains a reversible GRU, which is cheaper than the LSTM and a little less able, to tell the class of a text.</summary>
    /// <param name="catalog">The catalog of multiclass trainers.</param>
    /// <param name="labelColumnName">The column of the class to learn: Key&lt;UInt32&gt;. Default "Label".</param>
    /// <param name="textColumnName">The column to learn it from: text, or a vector of Key&lt;UInt32&gt; with one key a token. Default "Text".</param>
    /// <param name="scoreColumnName">The column that will hold the probability of each class. Default "Score".</param>
    /// <param name="predictedLabelColumnName">The column that will hold the most probable class. Default "PredictedLabel".</param>
    /// <param name="hiddenSize">H: hidden units, even, 2 to 8,192. Default 256.</param>
    /// <param name="maximumEpochs">Most passes over the training data, 1 to 10,000. Default null: decided by the size of the data.</param>
    /// <param name="batchSize">B: most texts of a batch, 1 to 4,096. Default null: decided by the size of the data.</param>
    /// <param name="learningRate">Adam's step size at its highest, 1e-7 to 100. Default 0.003.</param>
    /// <param name="progress">Told several times a second where training stands. Default null: nobody.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range; the message names it, its value and the range.</exception>
    /// <example>
    /// <code>
    /// var pipeline = mlContext.Transforms.Conversion.MapValueToKey("Label")
    ///     .Append(mlContext.MulticlassClassification.Trainers.RevGru())
    ///     .Append(mlContext.Transforms.Conversion.MapKeyToValue("PredictedLabel"));
    /// var model = pipeline.Fit(data);
    /// </code>
    /// </example>
    public static RevRnnClassificationTrainer RevGru(
        this MulticlassClassificationCatalog.MulticlassClassificationTrainers catalog,
        string labelColumnName = "Label",
        string textColumnName = "Text",
        string scoreColumnName = "Score",
        string predictedLabelColumnName = "PredictedLabel",
        int hiddenSize = HiddenSize,
        int? maximumEpochs = null,
        int? batchSize = null,
        float learningRate = LearningRate,
        IProgress<TrainingProgress>? progress = null)
        => catalog.RevGru(new RevRnnClassificationOptions
        {
            LabelColumnName = labelColumnName,
            TextColumnName = textColumnName,
            ScoreColumnName = scoreColumnName,
            PredictedLabelColumnName = predictedLabelColumnName,
            Network = new NetworkOptions { HiddenSize = hiddenSize },
            Training = new TrainingOptions { MaximumEpochs = maximumEpochs, BatchSize = batchSize, LearningRate = learningRate },
            Progress = progress,
        });

    /// <summary>Trains a reversible GRU, which is cheaper than the LSTM and a little less able, to tell the class of a text.</summary>
    /// <inheritdoc cref="RevLstm(MulticlassClassificationCatalog.MulticlassClassificationTrainers, RevRnnClassificationOptions)"/>
    /// <example>
    /// <code>
    /// var options = new RevRnnClassificationOptions { Network = new() { HiddenSize = 512 } };
    /// var pipeline = mlContext.Transforms.Conversion.MapValueToKey("Label")
    ///     .Append(mlContext.MulticlassClassification.Trainers.RevGru(options))
    ///     .Append(mlContext.Transforms.Conversion.MapKeyToValue("PredictedLabel"));
    /// var model = pipeline.Fit(data);
    /// </code>
    /// </example>
    public static RevRnnClassificationTrainer RevGru(
        this MulticlassClassificationCatalog.MulticlassClassificationTrainers catalog, RevRnnClassificationOptions options)
        => new(CatalogUtils.GetEnvironment(catalog), CellKind.RevGru, options);
}
