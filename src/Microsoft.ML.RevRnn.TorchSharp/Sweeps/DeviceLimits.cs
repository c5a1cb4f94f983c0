namespace Microsoft.ML.RevRnn.Torch;

/// <summary>What a sweep's launch must stay within.</summary>
/// <param name="Processors">Blocks that are resident at once.</param>
/// <param name="SharedMemory">Bytes of shared memory that a block may have.</param>
internal readonly record struct DeviceLimits(int Processors, int SharedMemory);
