namespace Microsoft.ML.RevRnn;

/// <summary>An echo state network's random weights (Jaeger 2001): recurrent ones that are never trained, scaled so that the past echoes in the state and fades.</summary>
public sealed record EchoStateOptions
{
    /// <summary>N: units, 2 to 1,000. The weights are N^2, and their spectral radius takes about 100 N^3 multiplications once.</summary>
    public int Units { get; init; } = 300;

    /// <summary>
    /// rho: the largest absolute value of an eigenvalue of W, above 0 to 3. Below 1 a tanh network without leak forgets any start; near 1 its memory is longest; above 1 it need not forget, which saturating
    /// units can put up with. With a leak a the matrix that counts is (1 - a) I + a W.
    /// </summary>
    public double SpectralRadius { get; init; } = 0.9;

    /// <summary>a: how much of a state is replaced at a step, above 0 to 1; 1 is no leak. Small values are slow states.</summary>
    public double Leak { get; init; } = 0.5;

    /// <summary>Input weights are uniform within +- this, above 0 to 100.</summary>
    public double InputScale { get; init; } = 1.5;

    /// <summary>Weights of the constant input are uniform within +- this, 0 to 100.</summary>
    public double BiasScale { get; init; }

    /// <summary>Whether units are linear, without tanh: for study. Nothing bounds their states where <see cref="SpectralRadius"/> is above 1.</summary>
    public bool IsLinear { get; init; }

    /// <summary>Same seed, same weights.</summary>
    public int Seed { get; init; }

    /// <summary>Checks every option.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range; the message names it, its value and the range.</exception>
    public void Validate()
    {
        OptionCheck.Range(nameof(Units), Units, 2, 1000);
        OptionCheck.Range(nameof(SpectralRadius), SpectralRadius, 1e-6, 3);
        OptionCheck.Range(nameof(Leak), Leak, 1e-6, 1);
        OptionCheck.Range(nameof(InputScale), InputScale, 1e-6, 100);
        OptionCheck.Range(nameof(BiasScale), BiasScale, 0, 100);
    }
}
