namespace Microsoft.ML.RevRnn.Experiments;

/// <summary>What a setting came to.</summary>
/// <param name="Setting">A coordinate for each dimension.</param>
/// <param name="Epochs">The rung.</param>
/// <param name="Loss">The best loss up to there.</param>
internal sealed record Observation(double[] Setting, int Epochs, double Loss);
