using Microsoft.ML.Data;
using Microsoft.ML.RevRnn;

namespace Microsoft.ML;

/// <content>The trainers with whatever cell the options name: what a reversible one is compared with.</content>
public static partial class RevRnnCatalog
{
    /// <summary>Trains a recurrent network of any cell to tell the class of a text.</summary>
    /// <param name="catalog">The catalog of multiclass trainers.</param>
    /// <param name="options">
    /// Columns, network and training; the cell is <see cref="NetworkOptions.Cell"/>. Activations of one that cannot be reversed are stored, or checkpointed where
    /// <see cref="TrainingOptions.ActivationStrategy"/> says so. Later changes to it have no effect.
    /// </param>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range; the message names it, its value and the range.</exception>
    /// <exception cref="ArgumentException">The cell cannot do what <see cref="TrainingOptions.ActivationStrategy"/> asks for.</exception>
    /// <example>
    /// <code>
    /// var options = new RevRnnClassificationOptions { Network = new() { Cell = CellKind.LeakyElman } };
    /// var pipeline = mlContext.Transforms.Conversion.MapValueToKey("Label")
    ///     .Append(mlContext.MulticlassClassification.Trainers.Rnn(options))
    ///     .Append(mlContext.Transforms.Conversion.MapKeyToValue("PredictedLabel"));
    /// var model = pipeline.Fit(data);
    /// </code>
    /// </example>
    public static RevRnnClassificationTrainer Rnn(
        this MulticlassClassificationCatalog.MulticlassClassificationTrainers catalog, RevRnnClassificationOptions options)
        => new(CatalogUtils.GetEnvironment(catalog), cell: null, options);

    /// <summary>Trains a recurrent network of any cell to tell which of several labels hold for a text.</summary>
    /// <inheritdoc cref="Rnn(MulticlassClassificationCatalog.MulticlassClassificationTrainers, RevRnnClassificationOptions)"/>
    /// <example>
    /// <code>
    /// var options = new RevRnnMultiLabelOptions { Network = new() { Cell = CellKind.LeakyElman } };
    /// var model = mlContext.MulticlassClassification.Trainers.RnnMultiLabel(options).Fit(data);
    /// </code>
    /// </example>
    public static RevRnnMultiLabelTrainer RnnMultiLabel(
        this MulticlassClassificationCatalog.MulticlassClassificationTrainers catalog, RevRnnMultiLabelOptions options)
        => new(CatalogUtils.GetEnvironment(catalog), cell: null, options);

    /// <summary>Trains a recurrent network of any cell to tell the class of each token of a text.</summary>
    /// <inheritdoc cref="Rnn(MulticlassClassificationCatalog.MulticlassClassificationTrainers, RevRnnClassificationOptions)"/>
    /// <example>
    /// <code>
    /// var options = new RevRnnTaggingOptions { LabelColumnName = "Tags", TextColumnName = "Words", Network = new() { Cell = CellKind.LeakyElman } };
    /// var pipeline = mlContext.Transforms.Conversion.MapValueToKey("Words")
    ///     .Append(mlContext.Transforms.Conversion.MapValueToKey("Tags"))
    ///     .Append(mlContext.MulticlassClassification.Trainers.RnnTagger(options));
    /// var model = pipeline.Fit(data);
    /// </code>
    /// </example>
    public static RevRnnTaggingTrainer RnnTagger(
        this MulticlassClassificationCatalog.MulticlassClassificationTrainers catalog, RevRnnTaggingOptions options)
        => new(CatalogUtils.GetEnvironment(catalog), cell: null, options);

    /// <summary>Trains a recurrent network of any cell to tell whether something is true of a text.</summary>
    /// <param name="catalog">The catalog of binary trainers.</param>
    /// <param name="options">
    /// Columns, network and training; the cell is <see cref="NetworkOptions.Cell"/>. Activations of one that cannot be reversed are stored, or checkpointed where
    /// <see cref="TrainingOptions.ActivationStrategy"/> says so. Later changes to it have no effect.
    /// </param>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range; the message names it, its value and the range.</exception>
    /// <exception cref="ArgumentException">The cell cannot do what <see cref="TrainingOptions.ActivationStrategy"/> asks for.</exception>
    /// <example>
    /// <code>
    /// var options = new RevRnnBinaryClassificationOptions { Network = new() { Cell = CellKind.LeakyElman } };
    /// var model = mlContext.BinaryClassification.Trainers.Rnn(options).Fit(data);
    /// </code>
    /// </example>
    public static RevRnnBinaryClassificationTrainer Rnn(
        this BinaryClassificationCatalog.BinaryClassificationTrainers catalog, RevRnnBinaryClassificationOptions options)
        => new(CatalogUtils.GetEnvironment(catalog), cell: null, options);

    /// <summary>Learns a vector of features for texts, without labels, by a recurrent network of any cell that is trained to predict each next token.</summary>
    /// <param name="catalog">The catalog of transforms.</param>
    /// <param name="options">
    /// Columns, network and training; the cell is <see cref="NetworkOptions.Cell"/>. Activations of one that cannot be reversed are stored, or checkpointed where
    /// <see cref="TrainingOptions.ActivationStrategy"/> says so. Later changes to it have no effect.
    /// </param>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range; the message names it, its value and the range.</exception>
    /// <exception cref="ArgumentException">The cell cannot do what <see cref="TrainingOptions.ActivationStrategy"/> asks for.</exception>
    /// <example>
    /// <code>
    /// var options = new RevRnnFeaturesOptions { OutputColumnName = "Features", InputColumnName = "Text", Network = new() { Cell = CellKind.LeakyElman } };
    /// var pipeline = mlContext.Transforms.Rnn(options)
    ///     .Append(mlContext.Clustering.Trainers.KMeans("Features"));
    /// var model = pipeline.Fit(data);
    /// </code>
    /// </example>
    public static RevRnnFeaturesEstimator Rnn(this TransformsCatalog catalog, RevRnnFeaturesOptions options)
        => new(CatalogUtils.GetEnvironment(catalog), cell: null, options);
}
