using Microsoft.ML.RevRnn.Reversible;

namespace Microsoft.ML.RevRnn.Networks;

/// <summary>How a chunk's recurrent work is cut for a <see cref="Wave"/>.</summary>
/// <param name="Steps">Steps of a task; as many as a chunk has, or more, for one task a layer.</param>
/// <param name="Layers">The most layers that are at work side by side.</param>
internal readonly record struct WaveShape(int Steps, int Layers)
{
    /// <summary>Few enough that the layer above soon has something to read, but rows enough for a product.</summary>
    private const int LeastSteps = 4;

    /// <summary>Steps times rows times units that take a thread several times longer than waiting for the others: measured, see docs/performance.md.</summary>
    private const int LeastWork = 512;

    /// <summary>One layer after the other, each over the whole chunk.</summary>
    public static WaveShape Sequence { get; } = new(int.MaxValue, 1);

    /// <summary>
    /// That of a chunk. A thread has at least a block of rows, so few rows leave threads idle; where those are enough for another layer's rows, layers work side by side.
    /// </summary>
    /// <param name="layers">L.</param>
    /// <param name="rows">Active rows.</param>
    /// <param name="units">H.</param>
    /// <param name="threads">Threads.</param>
    public static WaveShape For(int layers, int rows, int units, int threads)
    {
        var blocks = (rows + LostBitStore.RowsPerBlock - 1) / LostBitStore.RowsPerBlock;
        var sideBySide = Math.Min(layers, threads / blocks);
        return sideBySide < 2 ? Sequence : new WaveShape(Math.Max(LeastSteps, LeastWork / (rows * units)), sideBySide);
    }
}
