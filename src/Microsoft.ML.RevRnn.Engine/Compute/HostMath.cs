namespace Microsoft.ML.RevRnn.Compute;

/// <summary>
/// The platform's transcendental functions, whose last bits may differ from one platform to another. For losses, schedules, estimates and initial values, which are
/// computed once; never for what reversal computes again: that takes <see cref="LaneMath"/>. Elsewhere in the engine they are banned (BannedSymbols.txt).
/// </summary>
internal static class HostMath
{
    public static double Cos(double x) => Math.Cos(x);

    public static double Exp(double x) => Math.Exp(x);

    /// <remarks>In single precision has a name of its own: an overload would be taken wherever an argument happens to be a float.</remarks>
    public static float ExpSingle(float x) => MathF.Exp(x);

    public static double Log(double x) => Math.Log(x);

    public static double Log2(double x) => Math.Log2(x);

    public static double Pow(double x, double y) => Math.Pow(x, y);

    /// <inheritdoc cref="ExpSingle"/>
    public static float PowSingle(float x, float y) => MathF.Pow(x, y);
}
