using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace Microsoft.ML.RevRnn.Compute;

/// <summary>
/// C[M, N] = start + A[M, K] B[K, N], B packed in panels of two registers of columns (<see cref="PackedMatrix"/>).
/// </summary>
/// <remarks>
/// Each element of C is one chain of fused multiply-adds over k = 0 ... K-1 that begins with its start value, whatever M, the tile it
/// falls into, the thread, the blocks of K or the register width: so a row's result never depends on the rows beside it, and recomputation is exact.
/// The tiles are never inlined: they would use up a caller's budget of inlined lane operations.
/// A tile of 12 rows keeps 24 sums in registers, which hides the latency of the multiply-add; machines with 16 registers use 4 rows.
/// </remarks>
internal sealed unsafe partial class MatrixKernel<TFloat, TInt> : MatrixKernel
    where TFloat : struct, IFloatLane<TFloat, TInt>
    where TInt : struct, IIntLane<TInt>
{
    private const int DeepestBlock = 384;

    public override int PanelWidth => 2 * TFloat.Count;

    public override void Multiply(
        int m, int k, float* a, nint aRow, nint aColumn, PackedMatrix b, int firstRow, int firstColumn, int columns,
        float* start, nint startRow, float* c, nint cRow)
    {
        // A block of K deep enough to pay for loading and storing C, and small enough that its panel stays in the first-level cache.
        var blocks = Math.Max(1, (k + DeepestBlock - 1) / DeepestBlock);
        for (var n = 0; n < columns; n += PanelWidth)
        {
            var panel = b.Panel(firstColumn + n) + (nint)firstRow * PanelWidth;
            var from = start == null ? null : start + n;
            var fromRow = startRow;
            for (int block = 0, k0 = 0; block < blocks; block++)
            {
                var k1 = (int)((long)k * (block + 1) / blocks);
                MultiplyPanel(m, k1 - k0, a + k0 * aColumn, aRow, aColumn, panel + (nint)k0 * PanelWidth, from, fromRow, c + n, cRow);
                from = c + n;
                fromRow = cRow;
                k0 = k1;
            }
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void MultiplyPanel(
        int m, int k, float* a, nint aRow, nint aColumn, float* panel, float* start, nint startRow, float* c, nint cRow)
    {
        // The first two tiles prefetch the next block, half of its lines each; there is nothing left to fetch for the others.
        var i = 0;
        for (var tile = 0; m - i >= 4; tile++)
        {
            var ahead = tile < 2 ? panel + k * (2 + tile) * (nint)TFloat.Count : panel;
            nint step = tile < 2 ? TFloat.Count : 0;
            float* rows = a + i * aRow, from = Row(start, i * startRow), to = c + i * cRow;
            // 16 rows are two even tiles: 12 and 4 would load the panel twice just as often and reuse it less in the second.
            var count = TFloat.Count != 16 || m - i < 8 ? 4 : m - i < 12 || m - i == 16 ? 8 : 12;
            // Behind the last rows that is the first tile of the next panel, or nothing that is needed.
            if (i + count < m)
                PrefetchTile(to + count * cRow, cRow, m - i - count);
            else
                PrefetchTile(c + 2 * TFloat.Count, cRow, m);
            switch (count)
            {
                case 12: Tile12(k, rows, aRow, aColumn, panel, from, startRow, to, cRow, ahead, step); break;
                case 8: Tile8(k, rows, aRow, aColumn, panel, from, startRow, to, cRow, ahead, step); break;
                default: Tile4(k, rows, aRow, aColumn, panel, from, startRow, to, cRow, ahead, step); break;
            }
            i += count;
        }
        for (; i < m; i++)
            Tile1(k, a + i * aRow, aRow, aColumn, panel, Row(start, i * startRow), startRow, c + i * cRow, cRow);
    }

    /// <summary>Fetches the place of a tile: its rows are far apart in memory, so the processor does not foresee them.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void PrefetchTile(float* c, nint cRow, int rows)
    {
        for (var row = Math.Min(rows, 12) - 1; row >= 0; row--)
        {
            Prefetch(c + row * cRow);
            Prefetch(c + row * cRow + TFloat.Count);
        }
    }

    private static float* Row(float* start, nint offset) => start == null ? null : start + offset;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TFloat Start(float* start, nint offset) => start == null ? TFloat.Broadcast(0f) : TFloat.Load(start + offset);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Prefetch(float* address)
    {
        if (Sse.IsSupported)
            Sse.Prefetch0(address);
    }
}
