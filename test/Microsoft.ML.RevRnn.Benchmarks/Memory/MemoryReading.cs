namespace Microsoft.ML.RevRnn.Benchmarks;

/// <summary>What a training step needed, in a process that did nothing else.</summary>
/// <param name="ActivationBytes">The engine's own count, at its most.</param>
/// <param name="ResidentBytes">The whole process at its most: runtime, weights and tokens too.</param>
internal sealed record MemoryReading(long ActivationBytes, long ResidentBytes);
