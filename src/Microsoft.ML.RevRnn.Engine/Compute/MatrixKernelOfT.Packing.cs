using System.Runtime.CompilerServices;

namespace Microsoft.ML.RevRnn.Compute;

/// <content>Packing of a right factor that is used once.</content>
internal sealed unsafe partial class MatrixKernel<TFloat, TInt>
{
    /// <summary>Rows that are fetched ahead: far apart in memory, they are not foreseen by the processor.</summary>
    private const int RowsAhead = 16;

    public override void PackAndSum(float* source, nint rowStride, PackedMatrix target, float* sum)
    {
        for (var column = 0; column < ColumnAlignment; column += PanelWidth)
            PackAndSumPanel(source + column, rowStride, target.Rows, target.Panel(column), sum + column);
    }

    public override void TakeRows(float* panel, ReadOnlySpan<int> slots, float* sums)
    {
        var width = TFloat.Count;
        var left = panel;
        foreach (var slot in slots)
        {
            TFloat low = TFloat.Load(panel), high = TFloat.Load(panel + width);
            panel += 2 * width;
            if (slot < 0)
            {
                low.Store(left);
                high.Store(left + width);
                left += 2 * width;
                continue;
            }
            var sum = sums + (nint)slot * 2 * width;
            (TFloat.Load(sum) + low).Store(sum);
            (TFloat.Load(sum + width) + high).Store(sum + width);
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void PackAndSumPanel(float* source, nint rowStride, int rows, float* panel, float* sum)
    {
        var width = TFloat.Count;
        TFloat sumLow = TFloat.Load(sum), sumHigh = TFloat.Load(sum + width);
        var ahead = RowsAhead * rowStride;
        for (; rows > 0; rows--)
        {
            Prefetch(source + ahead);
            Prefetch(source + ahead + width);
            TFloat low = TFloat.Load(source), high = TFloat.Load(source + width);
            low.Store(panel);
            high.Store(panel + width);
            sumLow += low;
            sumHigh += high;
            source += rowStride;
            panel += 2 * width;
        }
        sumLow.Store(sum);
        sumHigh.Store(sum + width);
    }
}
