using System.Numerics.Tensors;
using Microsoft.ML.RevRnn.Compute;

namespace Microsoft.ML.RevRnn.Networks;

/// <summary>
/// The gradients by the gates of repeated tokens, summed over a batch: chunks as they come, rows ascending. They are kept in the panels that a product takes.
/// </summary>
internal sealed unsafe class RepeatedGates : IDisposable
{
    private readonly RepeatedTokens _tokens;
    private readonly int _panelWidth;

    /// <param name="tokens">Which tokens.</param>
    /// <param name="kernel">What multiplies the sums.</param>
    /// <param name="meter">Counts them.</param>
    public RepeatedGates(RepeatedTokens tokens, MatrixKernel kernel, MemoryMeter meter)
    {
        _tokens = tokens;
        _panelWidth = kernel.PanelWidth;
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
    public int TakeFrom(PackedMatrix gates, in Chunk chunk, int column)
    {
        var tokens = chunk.Tokens;
        for (var first = 0; first < MatrixKernel.ColumnAlignment; first += _panelWidth)
        {
            var sums = Sums.Panel(column + first);
            var source = gates.Panel(first);
            var left = source;
            foreach (var token in tokens)
            {
                var row = new Span<float>(source, _panelWidth);
                if (_tokens.SlotOf(token) is >= 0 and var slot)
                {
                    var sum = new Span<float>(sums + (nint)slot * _panelWidth, _panelWidth);
                    TensorPrimitives.Add(sum, row, sum);
                }
                else
                {
                    row.CopyTo(new Span<float>(left, _panelWidth));
                    left += _panelWidth;
                }
                source += _panelWidth;
            }
        }
        return _tokens.OtherRows.Length;
    }

    public void Dispose() => Sums.Dispose();
}
