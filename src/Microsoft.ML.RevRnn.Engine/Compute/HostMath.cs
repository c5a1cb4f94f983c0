namespace Microsoft.ML.RevRnn.Compute;

/// <summary>
/// Transcendental functions one at a time, in double precision: for losses, schedules, estimates and initial values. What reversal computes again takes
/// <see cref="LaneMath"/>. Those of the platform are banned (BannedSymbols.txt), for their last bits differ from one C library, operating system and processor to another,
/// and so would trained weights; these take correctly rounded operations only.
/// </summary>
/// <remarks>Polynomials and reductions are those of fdlibm (Sun Microsystems 1993), with errors of about a unit in the last place; of a power x^n of up to n of them.</remarks>
internal static class HostMath
{
    private const double Log2E = 1.44269504088896338700;
    private const double Ln2High = 6.93147180369123816490e-01;
    private const double Ln2Low = 1.90821492927058770002e-10;
    private const double HalfPiHigh = 1.57079632673412561417;
    private const double HalfPiLow = 6.07710050650619224932e-11;

    /// <summary>cos x; x is at most 1e5 in magnitude, beyond which it is less accurate.</summary>
    public static double Cos(double x)
    {
        var quarters = Math.Round(x * (2 / Math.PI));
        var r = x - quarters * HalfPiHigh - quarters * HalfPiLow;
        return ((long)quarters & 3) switch
        {
            0 => CosOfRemainder(r),
            1 => -SinOfRemainder(r),
            2 => -CosOfRemainder(r),
            _ => SinOfRemainder(r),
        };
    }

    public static double Exp(double x)
    {
        if (double.IsNaN(x) || x > 709.78)
            return double.IsNaN(x) ? x : double.PositiveInfinity;
        if (x < -745.2)
            return 0;
        var k = Math.Round(x * Log2E);
        var high = x - k * Ln2High;
        var low = k * Ln2Low;
        var r = high - low;
        var t = r * r;
        var c = r - t * (1.66666666666666019037e-01 + t * (-2.77777777770155933842e-03 + t * (6.61375632143793436117e-05
            + t * (-1.65339022054652515390e-06 + t * 4.13813679705723846039e-08))));
        return Math.ScaleB(1 - (low - r * c / (2 - c) - high), (int)k);
    }

    /// <remarks>In single precision has a name of its own: an overload would be taken wherever an argument happens to be a float.</remarks>
    public static float ExpSingle(float x) => (float)Exp(x);

    public static double Log(double x)
    {
        if (!(x > 0) || double.IsPositiveInfinity(x))
            return x == 0 ? double.NegativeInfinity : x < 0 ? double.NaN : x;
        var k = Math.ILogB(x);
        var m = Math.ScaleB(x, -k);
        if (m > 1.4142135623730951)
        {
            m /= 2;
            k++;
        }
        var f = m - 1;
        var s = f / (2 + f);
        var z = s * s;
        var w = z * z;
        var r = z * (6.666666666666735130e-01 + w * (2.857142874366239149e-01 + w * (1.818357216161805012e-01 + w * 1.479819860511658591e-01)))
            + w * (3.999999999940941908e-01 + w * (2.222219843214978396e-01 + w * 1.531383769920937332e-01));
        var half = 0.5 * f * f;
        return k * Ln2High - (half - (s * (half + r) + k * Ln2Low) - f);
    }

    public static double Log2(double x) => Log(x) * Log2E;

    /// <summary>tanh x, to about 1e-16; of small x so not to all of its digits.</summary>
    public static double Tanh(double x) => 1 - 2 / (Exp(2 * x) + 1);

    /// <summary>x^n.</summary>
    public static double Pow(double x, long n)
    {
        if (n < 0)
            return 1 / Pow(x, -n);
        var power = 1.0;
        for (var square = x; n > 0; n >>= 1, square *= square)
            power *= (n & 1) == 0 ? 1 : square;
        return power;
    }

    /// <summary>For |x| up to pi / 4.</summary>
    private static double CosOfRemainder(double x)
    {
        var z = x * x;
        var r = z * (4.16666666666666019037e-02 + z * (-1.38888888888741095749e-03 + z * (2.48015872894767294178e-05
            + z * (-2.75573143513906633035e-07 + z * (2.08757232129817482790e-09 + z * -1.13596475577881948265e-11)))));
        return 1 - (0.5 * z - z * r);
    }

    /// <summary>For |x| up to pi / 4.</summary>
    private static double SinOfRemainder(double x)
    {
        var z = x * x;
        return x + x * z * (-1.66666666666666324348e-01 + z * (8.33333333332248946124e-03 + z * (-1.98412698298579493134e-04
            + z * (2.75573137070700676789e-06 + z * (-2.50507602534068634195e-08 + z * 1.58969099521155010221e-10)))));
    }
}
