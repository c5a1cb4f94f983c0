namespace Microsoft.ML.RevRnn.Torch;

/// <summary>The matrices of a layer on a device, laid out as the engine's, or the gradients by them.</summary>
/// <param name="Input">[I, gate row].</param>
/// <param name="Bias">[1, gate row].</param>
/// <param name="Hidden0">[P, gate stride].</param>
/// <param name="Hidden1">[P, gate stride].</param>
internal readonly record struct LayerWeights(nint Input, nint Bias, nint Hidden0, nint Hidden1);
