using Microsoft.ML.RevRnn.Compute;

namespace Microsoft.ML.RevRnn.Cells;

/// <summary>
/// How long leaky units remember: tau = 1 / (1 - alpha) steps with alpha = sigmoid(a). To begin with they are log-uniform, tau = T^u with u uniform in [0, 1), and a = ln(tau - 1).
/// </summary>
/// <param name="longest">T.</param>
/// <param name="areLearned">Whether they are learned; else they stay as they begin.</param>
internal readonly struct TimeConstants(double longest, bool areLearned)
{
    public const float DefaultLongest = 100;

    /// <summary>A shorter one than 1 + this would have a leak that hardly learns.</summary>
    private const double Least = 1e-3;

    private const int Samples = 64;

    private readonly double _logLongest = HostMath.Log(longest);

    /// <summary>Whether they are learned; else they stay as they begin.</summary>
    public bool AreLearned { get; } = areLearned;

    /// <summary>The leak's bias of a unit whose u is given.</summary>
    public float Bias(double u) => (float)HostMath.Log(Math.Max(Least, HostMath.Exp(u * _logLongest) - 1));

    /// <summary>The mean over all units of what a function makes of their biases.</summary>
    public double Mean(Func<double, double> function)
    {
        var sum = 0.0;
        for (var i = 0; i < Samples; i++)
            sum += function(Bias((i + 0.5) / Samples));
        return sum / Samples;
    }
}
