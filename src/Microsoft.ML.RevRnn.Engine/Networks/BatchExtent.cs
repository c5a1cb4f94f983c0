namespace Microsoft.ML.RevRnn.Networks;

/// <summary>How large a batch is that all rows of are equally long.</summary>
/// <param name="Rows">B.</param>
/// <param name="Steps">T.</param>
/// <param name="ChunkSteps">Steps of a chunk.</param>
internal readonly record struct BatchExtent(int Rows, int Steps, int ChunkSteps);
