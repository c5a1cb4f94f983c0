namespace Microsoft.ML.RevRnn.Networks;

/// <summary>A layer's work over some steps of a chunk, all rows of them.</summary>
/// <param name="Layer">The layer's number.</param>
/// <param name="FirstStep">First step, within the chunk.</param>
/// <param name="EndStep">Behind the last step.</param>
/// <param name="IsLast">Whether the layer is done with the chunk after it.</param>
internal readonly record struct WaveTask(int Layer, int FirstStep, int EndStep, bool IsLast)
{
    /// <summary>The task for some of its rows.</summary>
    public ChunkPart Of(int begin, int end) => new(FirstStep, EndStep, begin, end);
}
