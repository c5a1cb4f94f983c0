namespace Microsoft.ML.RevRnn.Networks;

/// <summary>Some steps of a chunk, for some rows of the batch.</summary>
/// <param name="FirstStep">First step, within the chunk.</param>
/// <param name="EndStep">Behind the last step.</param>
/// <param name="Begin">First row.</param>
/// <param name="End">Behind the last row.</param>
internal readonly record struct ChunkPart(int FirstStep, int EndStep, int Begin, int End);
