using Microsoft.ML.RevRnn.Compute;

namespace Microsoft.ML.RevRnn.Selection;

/// <summary>
/// A gate that is exactly 0 or 1 with some probability, and has a gradient all the same (Louizos, Welling, Kingma 2018, Learning Sparse Neural Networks through L0
/// Regularization): s = sigmoid((log u - log(1 - u) + a) / beta), z = min(1, max(0, s (zeta - gamma) + gamma)), with a what is learned and u uniform in (0, 1).
/// </summary>
internal static class HardConcrete
{
    public const double Beta = 2.0 / 3;
    public const double Gamma = -0.1;
    public const double Zeta = 1.1;

    /// <summary>beta log(-gamma / zeta).</summary>
    private static readonly double _shift = Beta * HostMath.Log(-Gamma / Zeta);

    /// <summary>z of a, with u drawn.</summary>
    /// <param name="a">log alpha.</param>
    /// <param name="u">In (0, 1).</param>
    /// <returns>z, and dz/da.</returns>
    public static (double Gate, double Slope) Sample(double a, double u)
    {
        var s = Sigmoid((HostMath.Log(u) - HostMath.Log(1 - u) + a) / Beta);
        var stretched = s * (Zeta - Gamma) + Gamma;
        return stretched switch
        {
            <= 0 => (0, 0),
            >= 1 => (1, 0),
            _ => (stretched, s * (1 - s) * (Zeta - Gamma) / Beta),
        };
    }

    /// <summary>z of a without noise, for prediction: exactly 0 up to a = -2.398, exactly 1 from 2.398 on.</summary>
    public static double Final(double a) => Math.Clamp(Sigmoid(a) * (Zeta - Gamma) + Gamma, 0, 1);

    /// <summary>P, the probability that z is not 0, and dP/da.</summary>
    public static (double Probability, double Slope) Open(double a)
    {
        var p = Sigmoid(a - _shift);
        return (p, p * (1 - p));
    }

    private static double Sigmoid(double x) => 1 / (1 + HostMath.Exp(-x));
}
