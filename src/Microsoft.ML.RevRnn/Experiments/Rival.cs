namespace Microsoft.ML.RevRnn.Experiments;

/// <summary>A pipeline of ML.NET that an experiment ranks beside its networks.</summary>
/// <param name="Name">What it is called.</param>
/// <param name="Pipeline">What is trained.</param>
internal sealed record Rival(string Name, IEstimator<ITransformer> Pipeline);
