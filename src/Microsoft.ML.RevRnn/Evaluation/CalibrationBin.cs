namespace Microsoft.ML.RevRnn;

/// <summary>Predictions made with about the same probability.</summary>
/// <param name="Count">How many there are.</param>
/// <param name="Confidence">Mean probability of the predicted class; 0 where there are none.</param>
/// <param name="Accuracy">Part of them that were right; 0 where there are none.</param>
public sealed record CalibrationBin(long Count, double Confidence, double Accuracy);
