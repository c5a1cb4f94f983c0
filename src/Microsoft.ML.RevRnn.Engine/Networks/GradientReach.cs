using Microsoft.ML.RevRnn.Compute;

namespace Microsoft.ML.RevRnn.Networks;

/// <summary>
/// How far gradients reach in a layer: log10 |g_t| / |g_T| of each row and step t before its last, T, with g_t the gradient by all states after step t. A mean of -2 says that of what
/// steps learn a hundredth gets to the others.
/// </summary>
internal sealed class GradientReach
{
    private double[] _last = [];
    private double[] _sums = [];
    private long[] _counts = [];

    public void Begin(int rows)
    {
        if (_last.Length < rows)
            (_last, _sums, _counts) = (new double[rows], new double[rows], new long[rows]);
        Array.Clear(_last);
        Array.Clear(_sums);
        Array.Clear(_counts);
    }

    /// <summary>Takes a row's gradient by the states after a step; steps come last to first.</summary>
    /// <param name="row">The row.</param>
    /// <param name="squares">|g_t|^2.</param>
    public void Add(int row, double squares)
    {
        // What has no length, or none that is a number, is not measured.
        if (!(squares > 0) || !double.IsFinite(squares))
            return;
        if (_last[row] == 0)
        {
            _last[row] = squares;
            return;
        }
        _sums[row] += HostMath.Log2(squares / _last[row]);
        _counts[row]++;
    }

    /// <summary>The sum of the logarithms, and how many there are.</summary>
    public (double Sum, long Count) Total
    {
        get
        {
            var (sum, count) = (0.0, 0L);
            for (var row = 0; row < _sums.Length; row++)
                (sum, count) = (sum + _sums[row], count + _counts[row]);
            return (sum / (2 * HostMath.Log2(10)), count);
        }
    }
}
