using Microsoft.ML.RevRnn.Experiments;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.RevRnn;

/// <summary>An experiment on language models: finds good options, within a budget. Made by <c>mlContext.Transforms.Text.CreateRevLanguageModelExperiment</c>.</summary>
public sealed class RevRnnLanguageModelExperiment
{
    private readonly IHostEnvironment _env;
    private readonly RevRnnLanguageModelExperimentSettings _settings;

    internal RevRnnLanguageModelExperiment(IHostEnvironment env, RevRnnLanguageModelExperimentSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        settings.Validate();
        (_env, _settings) = (env, settings);
    }

    /// <summary>Tries settings, and gives the best model.</summary>
    /// <param name="trainData">What is learned from. A part is held back, once, where there is no validation data.</param>
    /// <param name="validationData">What runs are ranked by; null for <see cref="RevRnnExperimentSettings.ValidationFraction"/> of the training data.</param>
    /// <param name="textColumnName">The column that is learned to be predicted; null for that of the options, by default "Text".</param>
    /// <param name="progressHandler">Told of each run at each rung that it reaches, without its model; null for nobody.</param>
    /// <exception cref="ArgumentException">A setting contradicts another, or a column is missing or of a wrong type.</exception>
    /// <exception cref="InvalidOperationException">No setting came to a result: all take too much memory, or failed; or the folder is of another experiment.</exception>
    /// <exception cref="ArgumentException">The options name a context column.</exception>
    /// <exception cref="TimeoutException">No run was evaluated in the time that there was.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled before a run was evaluated.</exception>
    /// <exception cref="IOException">The folder cannot be made or written to.</exception>
    public ExperimentResult<LanguageModelMetrics> Execute(
        IDataView trainData,
        IDataView? validationData = null,
        string? textColumnName = null,
        IProgress<RunDetail<LanguageModelMetrics>>? progressHandler = null)
    {
        ArgumentNullException.ThrowIfNull(trainData);
        _settings.Validate();
        var options = (RevLanguageModelOptions)_settings.Options.Copy();
        if (textColumnName != null)
            (options.InputColumnName, options.InputColumnNames) = (textColumnName, null);
        var template = (RevLanguageModelOptions)options.Checked();
        if (template.ContextColumnName is { } context)
        {
            throw new ArgumentException(
                $"{nameof(RevLanguageModelOptions.ContextColumnName)} is '{context}'; experiments are on models of texts alone. Search without it, and set it where the result is used.",
                nameof(RevLanguageModelOptions.ContextColumnName));
        }
        using var run = new ExperimentRun<LanguageModelMetrics>(_env, _settings, new LanguageModelTask(_env, template, _settings.OptimizingMetric), trainData, progressHandler);
        return run.Execute(validationData);
    }
}
