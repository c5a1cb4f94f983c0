using Microsoft.ML.Data;
using Microsoft.ML.RevRnn;

namespace Microsoft.ML;

/// <content>A class for each token of a text.</content>
public static partial class RevRnnCatalog
{
    /// <summary>Trains a reversible LSTM to tell the class of each token of a text.</summary>
    /// <param name="catalog">The catalog of multiclass trainers.</param>
    /// <param name="labelColumnName">The column of the classes to learn: a vector of Key&lt;UInt32&gt;, with one key a token. Default "Label".</param>
    /// <param name="textColumnName">The column to learn it from: text, or a vector of Key&lt;UInt32&gt; with one key a token. Default "Text".</param>
    /// <param name="scoreColumnName">The column that will hold the probabilities of the C classes of each token, token after token. Default "Score".</param>
    /// <param name="predictedLabelColumnName">The column that will hold the most probable class of each token. Default "PredictedLabel".</param>
    /// <param name="hiddenSize">H: hidden units, even, 2 to 8,192. Default 256.</param>
    /// <param name="maximumEpochs">Most passes over the training data, 1 to 10,000. Default null: decided by the size of the data.</param>
    /// <param name="batchSize">B: most texts of a batch, 1 to 4,096. Default null: decided by the size of the data.</param>
    /// <param name="learningRate">Adam's step size at its highest, 1e-7 to 100. Default 0.003.</param>
    /// <param name="progress">Told several times a second where training stands. Default null: nobody.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range; the message names it, its value and the range.</exception>
    /// <exception cref="ArgumentException">A column has no name, or two that are added have the same.</exception>
    /// <example>
    /// <code>
    /// var pipeline = mlContext.Transforms.Conversion.MapValueToKey("Words")
    ///     .Append(mlContext.Transforms.Conversion.MapValueToKey("Tags"))
    ///     .Append(mlContext.MulticlassClassification.Trainers.RevLstmTagger(labelColumnName: "Tags", textColumnName: "Words"));
    /// var model = pipeline.Fit(data);
    /// </code>
    /// </example>
    public static RevRnnTaggingTrainer RevLstmTagger(
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
        => catalog.RevLstmTagger(new RevRnnTaggingOptions
        {
            LabelColumnName = labelColumnName,
            TextColumnName = textColumnName,
            ScoreColumnName = scoreColumnName,
            PredictedLabelColumnName = predictedLabelColumnName,
            Network = new NetworkOptions { HiddenSize = hiddenSize },
            Training = new TrainingOptions { MaximumEpochs = maximumEpochs, BatchSize = batchSize, LearningRate = learningRate },
            Progress = progress,
        });

    /// <summary>Trains a reversible LSTM to tell the class of each token of a text.</summary>
    /// <param name="catalog">The catalog of multiclass trainers.</param>
    /// <param name="options">Columns, network and training; the cell is this method's. Later changes to it have no effect.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range; the message names it, its value and the range.</exception>
    /// <exception cref="ArgumentException">A column has no name, two that are added have the same, or options contradict each other.</exception>
    /// <example>
    /// <code>
    /// var options = new RevRnnTaggingOptions { LabelColumnName = "Tags", TextColumnName = "Words", Network = new() { HiddenSize = 512 } };
    /// var pipeline = mlContext.Transforms.Conversion.MapValueToKey("Words")
    ///     .Append(mlContext.Transforms.Conversion.MapValueToKey("Tags"))
    ///     .Append(mlContext.MulticlassClassification.Trainers.RevLstmTagger(options));
    /// var model = pipeline.Fit(data);
    /// </code>
    /// </example>
    public static RevRnnTaggingTrainer RevLstmTagger(
        this MulticlassClassificationCatalog.MulticlassClassificationTrainers catalog, RevRnnTaggingOptions options)
        => new(CatalogUtils.GetEnvironment(catalog), CellKind.RevLstm, options);

    /// <summary>Trains a reversible GRU, which is cheaper than the LSTM and a little less able, to tell the class of each token of a text.</summary>
    /// <inheritdoc cref="RevLstmTagger(MulticlassClassificationCatalog.MulticlassClassificationTrainers, string, string, string, string, int, int?, int?, float, IProgress{TrainingProgress})"/>
    /// <example>
    /// <code>
    /// var pipeline = mlContext.Transforms.Conversion.MapValueToKey("Words")
    ///     .Append(mlContext.Transforms.Conversion.MapValueToKey("Tags"))
    ///     .Append(mlContext.MulticlassClassification.Trainers.RevGruTagger(labelColumnName: "Tags", textColumnName: "Words"));
    /// var model = pipeline.Fit(data);
    /// </code>
    /// </example>
    public static RevRnnTaggingTrainer RevGruTagger(
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
        => catalog.RevGruTagger(new RevRnnTaggingOptions
        {
            LabelColumnName = labelColumnName,
            TextColumnName = textColumnName,
            ScoreColumnName = scoreColumnName,
            PredictedLabelColumnName = predictedLabelColumnName,
            Network = new NetworkOptions { HiddenSize = hiddenSize },
            Training = new TrainingOptions { MaximumEpochs = maximumEpochs, BatchSize = batchSize, LearningRate = learningRate },
            Progress = progress,
        });

    /// <summary>Trains a reversible GRU, which is cheaper than the LSTM and a little less able, to tell the class of each token of a text.</summary>
    /// <inheritdoc cref="RevLstmTagger(MulticlassClassificationCatalog.MulticlassClassificationTrainers, RevRnnTaggingOptions)"/>
    /// <example>
    /// <code>
    /// var options = new RevRnnTaggingOptions { LabelColumnName = "Tags", TextColumnName = "Words", Network = new() { HiddenSize = 512 } };
    /// var pipeline = mlContext.Transforms.Conversion.MapValueToKey("Words")
    ///     .Append(mlContext.Transforms.Conversion.MapValueToKey("Tags"))
    ///     .Append(mlContext.MulticlassClassification.Trainers.RevGruTagger(options));
    /// var model = pipeline.Fit(data);
    /// </code>
    /// </example>
    public static RevRnnTaggingTrainer RevGruTagger(
        this MulticlassClassificationCatalog.MulticlassClassificationTrainers catalog, RevRnnTaggingOptions options)
        => new(CatalogUtils.GetEnvironment(catalog), CellKind.RevGru, options);
}
