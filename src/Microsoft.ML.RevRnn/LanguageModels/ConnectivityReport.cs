namespace Microsoft.ML.RevRnn;

/// <summary>What the predictions of a language model hang on in a text. <see cref="ConnectivityPages"/> shows it as a page.</summary>
/// <param name="ModelName">What the model is called.</param>
/// <param name="Measure">What the values are.</param>
/// <param name="Tokens">The texts of the tokens, one after the other, as they are written with what is around them.</param>
/// <param name="Predictions">The predictions, by position.</param>
public sealed record ConnectivityReport(
    string ModelName, ConnectivityMeasure Measure, IReadOnlyList<string> Tokens, IReadOnlyList<PredictionConnectivity> Predictions);
