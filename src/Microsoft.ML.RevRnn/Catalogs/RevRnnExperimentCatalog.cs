using Microsoft.ML.Data;
using Microsoft.ML.RevRnn;

namespace Microsoft.ML;

/// <summary>Adds experiments, which find good options within a budget, to the catalogs of an <see cref="MLContext"/>.</summary>
public static class RevRnnExperimentCatalog
{
    /// <summary>An experiment on the classes of texts.</summary>
    /// <param name="catalog">The catalog of multiclass tasks.</param>
    /// <param name="maxExperimentTimeInSeconds">Seconds that it may take.</param>
    /// <example>
    /// <code>
    /// var result = mlContext.MulticlassClassification.CreateRevRnnExperiment(600).Execute(data);
    /// mlContext.Model.SaveAtomically(result.BestRun.Model, data.Schema, "model.zip");
    /// </code>
    /// </example>
    public static RevRnnMulticlassExperiment CreateRevRnnExperiment(this MulticlassClassificationCatalog catalog, uint maxExperimentTimeInSeconds)
        => catalog.CreateRevRnnExperiment(new RevRnnMulticlassExperimentSettings { MaxExperimentTimeInSeconds = maxExperimentTimeInSeconds });

    /// <summary>An experiment on the classes of texts.</summary>
    /// <param name="catalog">The catalog of multiclass tasks.</param>
    /// <param name="settings">What is searched, and how long.</param>
    /// <exception cref="ArgumentException">A setting is out of its range, or contradicts another.</exception>
    /// <example>
    /// <code>
    /// var settings = new RevRnnMulticlassExperimentSettings { MaxExperimentTimeInSeconds = 600, CheckpointDirectory = "experiment" };
    /// settings.AddRival("linear", mlContext.Transforms.Text.FeaturizeText("Features", "Text").Append(mlContext.MulticlassClassification.Trainers.SdcaMaximumEntropy()));
    /// var result = mlContext.MulticlassClassification.CreateRevRnnExperiment(settings).Execute(data);
    /// Console.WriteLine(result.BestRun.ValidationMetrics.MicroAccuracy);
    /// </code>
    /// </example>
    public static RevRnnMulticlassExperiment CreateRevRnnExperiment(this MulticlassClassificationCatalog catalog, RevRnnMulticlassExperimentSettings settings)
        => new(CatalogUtils.GetEnvironment(catalog), settings);

    /// <summary>An experiment on what is true of texts and what is not.</summary>
    /// <param name="catalog">The catalog of binary tasks.</param>
    /// <param name="maxExperimentTimeInSeconds">Seconds that it may take.</param>
    /// <example>
    /// <code>
    /// var result = mlContext.BinaryClassification.CreateRevRnnExperiment(600).Execute(data);
    /// mlContext.Model.SaveAtomically(result.BestRun.Model, data.Schema, "model.zip");
    /// </code>
    /// </example>
    public static RevRnnBinaryExperiment CreateRevRnnExperiment(this BinaryClassificationCatalog catalog, uint maxExperimentTimeInSeconds)
        => catalog.CreateRevRnnExperiment(new RevRnnBinaryExperimentSettings { MaxExperimentTimeInSeconds = maxExperimentTimeInSeconds });

    /// <summary>An experiment on what is true of texts and what is not.</summary>
    /// <param name="catalog">The catalog of binary tasks.</param>
    /// <param name="settings">What is searched, and how long.</param>
    /// <exception cref="ArgumentException">A setting is out of its range, or contradicts another.</exception>
    /// <example>
    /// <code>
    /// var settings = new RevRnnBinaryExperimentSettings { MaxModels = 27, OptimizingMetric = BinaryClassificationMetric.F1Score };
    /// var result = mlContext.BinaryClassification.CreateRevRnnExperiment(settings).Execute(data);
    /// Console.WriteLine(result.BestRun.ValidationMetrics.F1Score);
    /// </code>
    /// </example>
    public static RevRnnBinaryExperiment CreateRevRnnExperiment(this BinaryClassificationCatalog catalog, RevRnnBinaryExperimentSettings settings)
        => new(CatalogUtils.GetEnvironment(catalog), settings);

    /// <summary>An experiment on language models.</summary>
    /// <param name="catalog">The catalog of text transforms.</param>
    /// <param name="maxExperimentTimeInSeconds">Seconds that it may take.</param>
    /// <example>
    /// <code>
    /// var result = mlContext.Transforms.Text.CreateRevLanguageModelExperiment(600).Execute(data);
    /// mlContext.Model.SaveAtomically(result.BestRun.Model, data.Schema, "model.zip");
    /// </code>
    /// </example>
    public static RevRnnLanguageModelExperiment CreateRevLanguageModelExperiment(this TransformsCatalog.TextTransforms catalog, uint maxExperimentTimeInSeconds)
        => catalog.CreateRevLanguageModelExperiment(new RevRnnLanguageModelExperimentSettings { MaxExperimentTimeInSeconds = maxExperimentTimeInSeconds });

    /// <summary>An experiment on language models.</summary>
    /// <param name="catalog">The catalog of text transforms.</param>
    /// <param name="settings">What is searched, and how long.</param>
    /// <exception cref="ArgumentException">A setting is out of its range, or contradicts another.</exception>
    /// <example>
    /// <code>
    /// var settings = new RevRnnLanguageModelExperimentSettings { MaxExperimentTimeInSeconds = 600, SearchSpace = new() { HiddenSize = [128, 256, 512] } };
    /// var result = mlContext.Transforms.Text.CreateRevLanguageModelExperiment(settings).Execute(data);
    /// Console.WriteLine(result.BestRun.ValidationMetrics.BitsPerCharacter);
    /// </code>
    /// </example>
    public static RevRnnLanguageModelExperiment CreateRevLanguageModelExperiment(
        this TransformsCatalog.TextTransforms catalog, RevRnnLanguageModelExperimentSettings settings)
        => new(CatalogUtils.GetEnvironment(catalog), settings);
}
