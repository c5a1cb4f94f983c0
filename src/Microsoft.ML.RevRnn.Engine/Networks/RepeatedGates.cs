using Microsoft.ML.RevRnn.Compute;

namespace Microsoft.ML.RevRnn.Networks;

/// <summary>
/// The gradients by the gates of repeated tokens, summed over a batch: chunks as they come, rows ascending. They are kept in the panels that a product takes.
/// </summary>
internal sealed unsafe class RepeatedGates : IDisposable
{
    private readonly RepeatedTokens _tokens;
    private readonly MatrixKernel _kernel;

    /// <param name="tokens">Which tokens.</param>
    /// <param name="kernel">What multiplies the sums.</param>
    /// <param name="meter">Counts them.</param>
    public RepeatedGates(RepeatedTokens tokens, MatrixKernel kernel, MemoryMeter meter)
    {
        _tokens = tokens;
        _kernel = kernel;
        Sums = new PackedMatrix(0, 0, kernel, meter);
    }

    /// <summary>[tokens, GateRow].</summary>
    public PackedMatrix Sums { get; }

    public int Count => _tokens.Count;

    /// <summary>
    /// Takes the rows of repeated tokens out of a panel's worth of gate gradients, whose first column is <paramref name="column"/>, and moves the others
    /// together. A worker has columns of its own.
    /// </summary>
    /// <returns>How many rows are left.</returns>
    public int TakeFrom(PackedMatrix gates, int column)
    {
        for (var first = 0; first < MatrixKernel.ColumnAlignment; first += _kernel.PanelWidth)
            _kernel.TakeRows(gates.Panel(first), _tokens.Slots, Sums.Panel(column + first));
        return _tokens.OtherRows.Length;
    }

    public void Dispose() => Sums.Dispose();
}
