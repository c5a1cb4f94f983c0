namespace Microsoft.ML.RevRnn.Networks;

/// <summary>
/// How many steps a chunk has: enough rows to multiply efficiently, within limits that keep a chunk's buffers small.
/// </summary>
/// <param name="Minimum">Least steps, of a batch that is long enough.</param>
/// <param name="Maximum">Most steps.</param>
/// <param name="TargetRows">Rows of all steps together that a chunk should have.</param>
internal readonly record struct ChunkLength(int Minimum, int Maximum, int TargetRows)
{
    /// <summary>Enough for layers whose weights stay in the processor's caches.</summary>
    private const int LeastRows = 256;

    /// <summary>
    /// That of a network: each chunk reads all weights and adds to all their gradients, which of wide layers come from memory, so its rows are as many as there are
    /// units. A chunk's gates then take no more bytes than the weights of as many inputs.
    /// </summary>
    public static ChunkLength For(NetworkShape shape)
    {
        var units = LeastRows;
        for (var layer = 0; layer < shape.Layers; layer++)
            units = Math.Max(units, shape.UnitsOf(layer));
        return new ChunkLength(8, 32, units);
    }

    /// <summary>Steps of a chunk of a batch with so many rows.</summary>
    public int Steps(int rows) => Math.Clamp(TargetRows / Math.Max(1, rows), Minimum, Maximum);

    /// <summary>The most rows of all steps together that a chunk of a batch with up to so many rows can have.</summary>
    public int MostRows(int rows) => Math.Max(TargetRows, rows * Minimum);
}
