namespace Microsoft.ML.RevRnn.Engine.Tests;

/// <summary>AdamW (Loshchilov and Hutter 2019, algorithm 2) of one value, in double precision.</summary>
internal sealed class NaiveAdam(double value)
{
    private const double Beta1 = 0.9;
    private const double Beta2 = 0.999;
    private const double Epsilon = 1e-8;

    private double _first;
    private double _second;

    public double Value { get; private set; } = value;

    /// <param name="gradient">After clipping.</param>
    /// <param name="step">From 1, of the optimiser.</param>
    /// <param name="rate">Step size.</param>
    /// <param name="decay">Weight decay.</param>
    public void Step(double gradient, int step, double rate, double decay)
    {
        _first = Beta1 * _first + (1 - Beta1) * gradient;
        _second = Beta2 * _second + (1 - Beta2) * gradient * gradient;
        var first = _first / (1 - Math.Pow(Beta1, step));
        var second = _second / (1 - Math.Pow(Beta2, step));
        Value -= rate * (first / (Math.Sqrt(second) + Epsilon) + decay * Value);
    }
}
