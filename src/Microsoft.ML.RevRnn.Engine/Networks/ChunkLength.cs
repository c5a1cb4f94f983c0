namespace Microsoft.ML.RevRnn.Networks;

/// <summary>
/// How many steps a chunk has: enough rows to multiply efficiently, within limits that keep a chunk's buffers small.
/// </summary>
/// <param name="Minimum">Least steps, of a batch that is long enough.</param>
/// <param name="Maximum">Most steps.</param>
/// <param name="TargetRows">Rows of all steps together that a chunk should have.</param>
internal readonly record struct ChunkLength(int Minimum, int Maximum, int TargetRows)
{
    public static ChunkLength Default { get; } = new(8, 32, 256);

    /// <summary>Steps of a chunk of a batch with so many rows.</summary>
    public int Steps(int rows) => Math.Clamp(TargetRows / Math.Max(1, rows), Minimum, Maximum);

    /// <summary>The most rows of all steps together that a chunk of a batch with up to so many rows can have.</summary>
    public int MostRows(int rows) => Math.Max(TargetRows, rows * Minimum);
}
