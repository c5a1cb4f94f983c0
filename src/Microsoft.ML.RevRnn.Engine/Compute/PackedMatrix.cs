using System.Runtime.Intrinsics;

namespace Microsoft.ML.RevRnn.Compute;

/// <summary>
/// A matrix [K, N] rearranged for <see cref="MatrixKernel"/>: panels of <see cref="MatrixKernel.PanelWidth"/> columns, each stored row after row,
/// so that the kernel reads it in one forward stream. Columns beyond N up to a multiple of <see cref="MatrixKernel.ColumnAlignment"/> are zero.
/// </summary>
internal sealed unsafe class PackedMatrix : IDisposable
{
    private readonly int _panelWidth;
    private NativeBuffer<float> _panels;
    private bool _isShared;

    public PackedMatrix(int rows, int columns, MatrixKernel kernel, MemoryMeter? meter = null)
    {
        _panelWidth = kernel.PanelWidth;
        _panels = new NativeBuffer<float>(meter);
        Resize(rows, columns);
    }

    /// <summary>K.</summary>
    public int Rows { get; private set; }

    /// <summary>N, as given.</summary>
    public int Columns { get; private set; }

    /// <summary>N, padded to whole panels of the widest kind.</summary>
    public int PaddedColumns => RoundUp(Columns);

    public int PanelCount => PaddedColumns / _panelWidth;

    public static int RoundUp(int columns) =>
        checked(columns + MatrixKernel.ColumnAlignment - 1) / MatrixKernel.ColumnAlignment * MatrixKernel.ColumnAlignment;

    public void Resize(int rows, int columns)
    {
        Rows = rows;
        Columns = columns;
        _panels.EnsureLength((long)rows * PaddedColumns);
    }

    /// <summary>Reads the panels of another matrix from now on, which stay that one's: nobody packs either any more.</summary>
    public void Share(PackedMatrix other)
    {
        Dispose();
        (Rows, Columns) = (other.Rows, other.Columns);
        _panels = other._panels;
        _isShared = true;
    }

    public float* Panel(int firstColumn) => _panels.Pointer + (nint)(firstColumn / _panelWidth) * Rows * _panelWidth;

    /// <summary>Packs columns of a row-major matrix: element (k, n) is source[k * rowStride + n].</summary>
    public void Pack(float* source, nint rowStride, int firstPanel, int endPanel)
    {
        for (var p = firstPanel; p < endPanel; p++)
        {
            var first = p * _panelWidth;
            var count = Math.Clamp(Columns - first, 0, _panelWidth);
            var target = Panel(first);
            if (count == _panelWidth)
            {
                for (var k = 0; k < Rows; k++, target += _panelWidth)
                    CopyRow(source + k * rowStride + first, target);
                continue;
            }
            for (var k = 0; k < Rows; k++, target += _panelWidth)
            {
                new ReadOnlySpan<float>(source + k * rowStride + first, count).CopyTo(new Span<float>(target, count));
                new Span<float>(target + count, _panelWidth - count).Clear();
            }
        }
    }

    /// <summary>Packs the transpose of a row-major matrix: element (k, n) is source[n * rowStride + k].</summary>
    public void PackTransposed(float* source, nint rowStride, int firstPanel, int endPanel)
    {
        const int Block = 16;
        for (var p = firstPanel; p < endPanel; p++)
        {
            var first = p * _panelWidth;
            var count = Math.Clamp(Columns - first, 0, _panelWidth);
            var target = Panel(first);
            for (var k0 = 0; k0 < Rows; k0 += Block)
            {
                var end = Math.Min(k0 + Block, Rows);
                for (var n = 0; n < count; n++)
                {
                    var from = source + (first + n) * rowStride;
                    for (var k = k0; k < end; k++)
                        target[k * _panelWidth + n] = from[k];
                }
                for (var k = k0; k < end && count < _panelWidth; k++)
                    new Span<float>(target + k * _panelWidth + count, _panelWidth - count).Clear();
            }
        }
    }

    public void Clear() => _panels.Clear();

    public void Dispose()
    {
        if (!_isShared)
            _panels.Dispose();
    }

    /// <summary>Copies a whole row of a panel, in registers: it is too short for a call.</summary>
    private void CopyRow(float* source, float* target)
    {
        for (var i = 0; i < _panelWidth; i += Vector256<float>.Count)
            Vector256.Store(Vector256.Load(source + i), target + i);
    }
}
