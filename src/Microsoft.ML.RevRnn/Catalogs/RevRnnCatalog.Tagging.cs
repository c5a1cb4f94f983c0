using Microsoft.ML.Data;
using Microsoft.ML.RevRnn;

namespace Microsoft.ML;

/// <content>A class for each token of a text.</content>
public static partial class RevRnnCatalog
{
    /// <summary>Trains a reversible LSTM to tell the class of each token of a text.</summary>
    /// <param name="catalog">The catalog of multiclass trainers.</param>
    /// <param name="labelColumnName">The column of the classes to learn: a vector of Key&lt;UInt32&gt;, with one key a token.</param>
    /// <param name="textColumnName">The column to learn it from: text, or a vector of Key&lt;UInt32&gt; with one key a token.</param>
    /// <param name="scoreColumnName">The column that will hold the probabilities of the C classes of each token, token after token.</param>
    /// <param name="predictedLabelColumnName">The column that will hold the most probable class of each token.</param>
    /// <param name="hiddenSize">H: hidden units, even, 2 to 8,192.</param>
    /// <param name="maximumEpochs">Most passes over the training data, 1 to 10,000.</param>
    /// <param name="batchSize">B: most texts of a batch, 1 to 4,096.</param>
    /// <param name="learningRate">Adam's step size at its highest, 1e-7 to 100.</param>
    /// <param name="progress">Told several times a second where training stands.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range; the message names it, its value and the range.</exception>
    /// <exception cref="ArgumentException">A column has no name, or two that are added have the same.</exception>
    public static RevRnnTaggingTrainer RevLstmTagger(
        this MulticlassClassificationCatalog.MulticlassClassificationTrainers catalog,
        string labelColumnName = "Label",
        string textColumnName = "Text",
        string scoreColumnName = "Score",
        string predictedLabelColumnName = "PredictedLabel",
        int hiddenSize = HiddenSize,
        int maximumEpochs = MaximumEpochs,
        int batchSize = BatchSize,
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
    public static RevRnnTaggingTrainer RevLstmTagger(
        this MulticlassClassificationCatalog.MulticlassClassificationTrainers catalog, RevRnnTaggingOptions options)
        => new(CatalogUtils.GetEnvironment(catalog), CellKind.RevLstm, options);

    /// <summary>Trains a reversible GRU, which is cheaper than the LSTM and a little less able, to tell the class of each token of a text.</summary>
    /// <inheritdoc cref="RevLstmTagger(MulticlassClassificationCatalog.MulticlassClassificationTrainers, string, string, string, string, int, int, int, float, IProgress{TrainingProgress})"/>
    public static RevRnnTaggingTrainer RevGruTagger(
        this MulticlassClassificationCatalog.MulticlassClassificationTrainers catalog,
        string labelColumnName = "Label",
        string textColumnName = "Text",
        string scoreColumnName = "Score",
        string predictedLabelColumnName = "PredictedLabel",
        int hiddenSize = HiddenSize,
        int maximumEpochs = MaximumEpochs,
        int batchSize = BatchSize,
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
    public static RevRnnTaggingTrainer RevGruTagger(
        this MulticlassClassificationCatalog.MulticlassClassificationTrainers catalog, RevRnnTaggingOptions options)
        => new(CatalogUtils.GetEnvironment(catalog), CellKind.RevGru, options);
}
