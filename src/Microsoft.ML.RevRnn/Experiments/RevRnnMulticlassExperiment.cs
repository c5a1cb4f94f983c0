using Microsoft.ML.Data;
using Microsoft.ML.RevRnn.Experiments;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.RevRnn;

/// <summary>An experiment on the classes of texts: finds good options, within a budget. Made by <c>mlContext.MulticlassClassification.CreateRevRnnExperiment</c>.</summary>
public sealed class RevRnnMulticlassExperiment
{
    private readonly IHostEnvironment _env;
    private readonly RevRnnMulticlassExperimentSettings _settings;

    internal RevRnnMulticlassExperiment(IHostEnvironment env, RevRnnMulticlassExperimentSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        settings.Validate();
        (_env, _settings) = (env, settings);
    }

    /// <summary>Tries settings, and gives the best model.</summary>
    /// <param name="trainData">What is learned from. A part is held back, once, where there is no validation data.</param>
    /// <param name="validationData">What runs are ranked by; null for <see cref="RevRnnExperimentSettings.ValidationFraction"/> of the training data.</param>
    /// <param name="labelColumnName">The column of what is to be learned: a key, or any value, of which keys are made; null for that of the options, by default "Label".</param>
    /// <param name="textColumnName">The column to learn it from; null for that of the options, by default "Text".</param>
    /// <param name="progressHandler">Told of each run at each rung that it reaches, without its model; null for nobody.</param>
    /// <exception cref="ArgumentException">A setting contradicts another, or a column is missing or of a wrong type.</exception>
    /// <exception cref="InvalidOperationException">No setting came to a result: all take too much memory, or failed; or the folder is of another experiment.</exception>
    /// <exception cref="TimeoutException">No run was evaluated in the time that there was.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled before a run was evaluated.</exception>
    /// <exception cref="IOException">The folder cannot be made or written to.</exception>
    public ExperimentResult<MulticlassClassificationMetrics> Execute(
        IDataView trainData,
        IDataView? validationData = null,
        string? labelColumnName = null,
        string? textColumnName = null,
        IProgress<RunDetail<MulticlassClassificationMetrics>>? progressHandler = null)
    {
        ArgumentNullException.ThrowIfNull(trainData);
        _settings.Validate();
        var options = (RevRnnClassificationOptions)_settings.Options.Copy();
        options.LabelColumnName = labelColumnName ?? options.LabelColumnName;
        if (textColumnName != null)
            (options.TextColumnName, options.TextColumnNames) = (textColumnName, null);
        var template = (RevRnnClassificationOptions)options.Checked();
        using var run = new ExperimentRun<MulticlassClassificationMetrics>(_env, _settings, new MulticlassTask(_env, template, _settings.OptimizingMetric), trainData, progressHandler);
        return run.Execute(validationData);
    }
}
