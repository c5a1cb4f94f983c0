using System.Runtime.CompilerServices;

namespace Microsoft.ML.RevRnn.Compute;

/// <content>The tiles, unrolled by hand so that their sums stay in registers.</content>
internal sealed unsafe partial class MatrixKernel<TFloat, TInt>
{
    /// <summary>12 rows by one panel.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Tile12(int depth, float* a, nint aRow, nint aColumn, float* panel, float* start, nint startRow, float* c, nint cRow, float* ahead, nint aheadStep)
    {
        var width = TFloat.Count;
        TFloat c0L = Start(start, 0 * startRow), c0H = Start(start, 0 * startRow + width);
        TFloat c1L = Start(start, 1 * startRow), c1H = Start(start, 1 * startRow + width);
        TFloat c2L = Start(start, 2 * startRow), c2H = Start(start, 2 * startRow + width);
        TFloat c3L = Start(start, 3 * startRow), c3H = Start(start, 3 * startRow + width);
        TFloat c4L = Start(start, 4 * startRow), c4H = Start(start, 4 * startRow + width);
        TFloat c5L = Start(start, 5 * startRow), c5H = Start(start, 5 * startRow + width);
        TFloat c6L = Start(start, 6 * startRow), c6H = Start(start, 6 * startRow + width);
        TFloat c7L = Start(start, 7 * startRow), c7H = Start(start, 7 * startRow + width);
        TFloat c8L = Start(start, 8 * startRow), c8H = Start(start, 8 * startRow + width);
        TFloat c9L = Start(start, 9 * startRow), c9H = Start(start, 9 * startRow + width);
        TFloat c10L = Start(start, 10 * startRow), c10H = Start(start, 10 * startRow + width);
        TFloat c11L = Start(start, 11 * startRow), c11H = Start(start, 11 * startRow + width);
        var aRow2 = 2 * aRow;
        var a3 = a + 3 * aRow;
        var a6 = a + 6 * aRow;
        var a9 = a + 9 * aRow;
        for (; depth > 0; depth--)
        {
            TFloat low = TFloat.Load(panel), high = TFloat.Load(panel + width), x;
            x = TFloat.Broadcast(*a);
            c0L = TFloat.FusedMultiplyAdd(x, low, c0L);
            c0H = TFloat.FusedMultiplyAdd(x, high, c0H);
            x = TFloat.Broadcast(*(a + aRow));
            c1L = TFloat.FusedMultiplyAdd(x, low, c1L);
            c1H = TFloat.FusedMultiplyAdd(x, high, c1H);
            x = TFloat.Broadcast(*(a + aRow2));
            c2L = TFloat.FusedMultiplyAdd(x, low, c2L);
            c2H = TFloat.FusedMultiplyAdd(x, high, c2H);
            x = TFloat.Broadcast(*a3);
            c3L = TFloat.FusedMultiplyAdd(x, low, c3L);
            c3H = TFloat.FusedMultiplyAdd(x, high, c3H);
            x = TFloat.Broadcast(*(a3 + aRow));
            c4L = TFloat.FusedMultiplyAdd(x, low, c4L);
            c4H = TFloat.FusedMultiplyAdd(x, high, c4H);
            x = TFloat.Broadcast(*(a3 + aRow2));
            c5L = TFloat.FusedMultiplyAdd(x, low, c5L);
            c5H = TFloat.FusedMultiplyAdd(x, high, c5H);
            x = TFloat.Broadcast(*a6);
            c6L = TFloat.FusedMultiplyAdd(x, low, c6L);
            c6H = TFloat.FusedMultiplyAdd(x, high, c6H);
            x = TFloat.Broadcast(*(a6 + aRow));
            c7L = TFloat.FusedMultiplyAdd(x, low, c7L);
            c7H = TFloat.FusedMultiplyAdd(x, high, c7H);
            x = TFloat.Broadcast(*(a6 + aRow2));
            c8L = TFloat.FusedMultiplyAdd(x, low, c8L);
            c8H = TFloat.FusedMultiplyAdd(x, high, c8H);
            x = TFloat.Broadcast(*a9);
            c9L = TFloat.FusedMultiplyAdd(x, low, c9L);
            c9H = TFloat.FusedMultiplyAdd(x, high, c9H);
            x = TFloat.Broadcast(*(a9 + aRow));
            c10L = TFloat.FusedMultiplyAdd(x, low, c10L);
            c10H = TFloat.FusedMultiplyAdd(x, high, c10H);
            x = TFloat.Broadcast(*(a9 + aRow2));
            c11L = TFloat.FusedMultiplyAdd(x, low, c11L);
            c11H = TFloat.FusedMultiplyAdd(x, high, c11H);
            Prefetch(ahead);
            ahead += aheadStep;
            panel += 2 * width;
            a += aColumn;
            a3 += aColumn;
            a6 += aColumn;
            a9 += aColumn;
        }
        c0L.Store(c);
        c0H.Store(c + width);
        c1L.Store(c + cRow);
        c1H.Store(c + cRow + width);
        c2L.Store(c + 2 * cRow);
        c2H.Store(c + 2 * cRow + width);
        c3L.Store(c + 3 * cRow);
        c3H.Store(c + 3 * cRow + width);
        c4L.Store(c + 4 * cRow);
        c4H.Store(c + 4 * cRow + width);
        c5L.Store(c + 5 * cRow);
        c5H.Store(c + 5 * cRow + width);
        c6L.Store(c + 6 * cRow);
        c6H.Store(c + 6 * cRow + width);
        c7L.Store(c + 7 * cRow);
        c7H.Store(c + 7 * cRow + width);
        c8L.Store(c + 8 * cRow);
        c8H.Store(c + 8 * cRow + width);
        c9L.Store(c + 9 * cRow);
        c9H.Store(c + 9 * cRow + width);
        c10L.Store(c + 10 * cRow);
        c10H.Store(c + 10 * cRow + width);
        c11L.Store(c + 11 * cRow);
        c11H.Store(c + 11 * cRow + width);
    }

    /// <summary>8 rows by one panel.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Tile8(int depth, float* a, nint aRow, nint aColumn, float* panel, float* start, nint startRow, float* c, nint cRow, float* ahead, nint aheadStep)
    {
        var width = TFloat.Count;
        TFloat c0L = Start(start, 0 * startRow), c0H = Start(start, 0 * startRow + width);
        TFloat c1L = Start(start, 1 * startRow), c1H = Start(start, 1 * startRow + width);
        TFloat c2L = Start(start, 2 * startRow), c2H = Start(start, 2 * startRow + width);
        TFloat c3L = Start(start, 3 * startRow), c3H = Start(start, 3 * startRow + width);
        TFloat c4L = Start(start, 4 * startRow), c4H = Start(start, 4 * startRow + width);
        TFloat c5L = Start(start, 5 * startRow), c5H = Start(start, 5 * startRow + width);
        TFloat c6L = Start(start, 6 * startRow), c6H = Start(start, 6 * startRow + width);
        TFloat c7L = Start(start, 7 * startRow), c7H = Start(start, 7 * startRow + width);
        var aRow2 = 2 * aRow;
        var a3 = a + 3 * aRow;
        var a6 = a + 6 * aRow;
        for (; depth > 0; depth--)
        {
            TFloat low = TFloat.Load(panel), high = TFloat.Load(panel + width), x;
            x = TFloat.Broadcast(*a);
            c0L = TFloat.FusedMultiplyAdd(x, low, c0L);
            c0H = TFloat.FusedMultiplyAdd(x, high, c0H);
            x = TFloat.Broadcast(*(a + aRow));
            c1L = TFloat.FusedMultiplyAdd(x, low, c1L);
            c1H = TFloat.FusedMultiplyAdd(x, high, c1H);
            x = TFloat.Broadcast(*(a + aRow2));
            c2L = TFloat.FusedMultiplyAdd(x, low, c2L);
            c2H = TFloat.FusedMultiplyAdd(x, high, c2H);
            x = TFloat.Broadcast(*a3);
            c3L = TFloat.FusedMultiplyAdd(x, low, c3L);
            c3H = TFloat.FusedMultiplyAdd(x, high, c3H);
            x = TFloat.Broadcast(*(a3 + aRow));
            c4L = TFloat.FusedMultiplyAdd(x, low, c4L);
            c4H = TFloat.FusedMultiplyAdd(x, high, c4H);
            x = TFloat.Broadcast(*(a3 + aRow2));
            c5L = TFloat.FusedMultiplyAdd(x, low, c5L);
            c5H = TFloat.FusedMultiplyAdd(x, high, c5H);
            x = TFloat.Broadcast(*a6);
            c6L = TFloat.FusedMultiplyAdd(x, low, c6L);
            c6H = TFloat.FusedMultiplyAdd(x, high, c6H);
            x = TFloat.Broadcast(*(a6 + aRow));
            c7L = TFloat.FusedMultiplyAdd(x, low, c7L);
            c7H = TFloat.FusedMultiplyAdd(x, high, c7H);
            Prefetch(ahead);
            ahead += aheadStep;
            panel += 2 * width;
            a += aColumn;
            a3 += aColumn;
            a6 += aColumn;
        }
        c0L.Store(c);
        c0H.Store(c + width);
        c1L.Store(c + cRow);
        c1H.Store(c + cRow + width);
        c2L.Store(c + 2 * cRow);
        c2H.Store(c + 2 * cRow + width);
        c3L.Store(c + 3 * cRow);
        c3H.Store(c + 3 * cRow + width);
        c4L.Store(c + 4 * cRow);
        c4H.Store(c + 4 * cRow + width);
        c5L.Store(c + 5 * cRow);
        c5H.Store(c + 5 * cRow + width);
        c6L.Store(c + 6 * cRow);
        c6H.Store(c + 6 * cRow + width);
        c7L.Store(c + 7 * cRow);
        c7H.Store(c + 7 * cRow + width);
    }

    /// <summary>4 rows by one panel.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Tile4(int depth, float* a, nint aRow, nint aColumn, float* panel, float* start, nint startRow, float* c, nint cRow, float* ahead, nint aheadStep)
    {
        var width = TFloat.Count;
        TFloat c0L = Start(start, 0 * startRow), c0H = Start(start, 0 * startRow + width);
        TFloat c1L = Start(start, 1 * startRow), c1H = Start(start, 1 * startRow + width);
        TFloat c2L = Start(start, 2 * startRow), c2H = Start(start, 2 * startRow + width);
        TFloat c3L = Start(start, 3 * startRow), c3H = Start(start, 3 * startRow + width);
        var aRow2 = 2 * aRow;
        var a3 = a + 3 * aRow;
        for (; depth > 0; depth--)
        {
            TFloat low = TFloat.Load(panel), high = TFloat.Load(panel + width), x;
            x = TFloat.Broadcast(*a);
            c0L = TFloat.FusedMultiplyAdd(x, low, c0L);
            c0H = TFloat.FusedMultiplyAdd(x, high, c0H);
            x = TFloat.Broadcast(*(a + aRow));
            c1L = TFloat.FusedMultiplyAdd(x, low, c1L);
            c1H = TFloat.FusedMultiplyAdd(x, high, c1H);
            x = TFloat.Broadcast(*(a + aRow2));
            c2L = TFloat.FusedMultiplyAdd(x, low, c2L);
            c2H = TFloat.FusedMultiplyAdd(x, high, c2H);
            x = TFloat.Broadcast(*a3);
            c3L = TFloat.FusedMultiplyAdd(x, low, c3L);
            c3H = TFloat.FusedMultiplyAdd(x, high, c3H);
            Prefetch(ahead);
            ahead += aheadStep;
            panel += 2 * width;
            a += aColumn;
            a3 += aColumn;
        }
        c0L.Store(c);
        c0H.Store(c + width);
        c1L.Store(c + cRow);
        c1H.Store(c + cRow + width);
        c2L.Store(c + 2 * cRow);
        c2H.Store(c + 2 * cRow + width);
        c3L.Store(c + 3 * cRow);
        c3H.Store(c + 3 * cRow + width);
    }

    /// <summary>1 row by one panel.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Tile1(int depth, float* a, nint aRow, nint aColumn, float* panel, float* start, nint startRow, float* c, nint cRow)
    {
        var width = TFloat.Count;
        TFloat c0L = Start(start, 0 * startRow), c0H = Start(start, 0 * startRow + width);
        var aRow2 = 2 * aRow;
        for (; depth > 0; depth--)
        {
            TFloat low = TFloat.Load(panel), high = TFloat.Load(panel + width), x;
            x = TFloat.Broadcast(*a);
            c0L = TFloat.FusedMultiplyAdd(x, low, c0L);
            c0H = TFloat.FusedMultiplyAdd(x, high, c0H);
            panel += 2 * width;
            a += aColumn;
        }
        c0L.Store(c);
        c0H.Store(c + width);
    }
}
