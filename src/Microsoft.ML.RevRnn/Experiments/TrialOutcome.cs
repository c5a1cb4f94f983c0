namespace Microsoft.ML.RevRnn.Experiments;

/// <summary>What a training came to.</summary>
/// <param name="Model">The model, with all that is needed around it.</param>
/// <param name="Report">What training did; null of a rival.</param>
/// <param name="Metrics">How well it does on the validation rows.</param>
/// <param name="Loss">Of the model on the validation rows; NaN of a rival.</param>
/// <param name="NetworkShare">How much the scores of the network count.</param>
/// <param name="NGramShare">How much those of n-grams count.</param>
internal sealed record TrialOutcome<TMetrics>(
    ITransformer Model, TrainingReport? Report, TMetrics Metrics, double Loss, float NetworkShare = 1, float NGramShare = 0);
