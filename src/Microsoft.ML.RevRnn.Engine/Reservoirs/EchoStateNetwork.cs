using System.Numerics.Tensors;
using Microsoft.ML.RevRnn.Compute;

namespace Microsoft.ML.RevRnn;

/// <summary>
/// A recurrent network of fixed random weights (echo state network: Jaeger 2001) that reads a series of numbers: x_t = (1 - a) x_(t-1) + a tanh(W x_(t-1) + W_in [1; u_t]), in double precision.
/// What is learned is a linear map of [1; u_t; x_t] alone, in closed form: <see cref="RidgeReadout"/>.
/// </summary>
/// <remarks>Immutable and safe for use from many threads. Same options, same states, to the bit.</remarks>
/// <example>
/// <code>
/// var network = new EchoStateNetwork(new EchoStateOptions { Units = 100, Leak = 1 }, inputCount: 1);
/// double[][] states = network.Run(series);                                                          // series: [T][1]
/// double[][] features = [.. states.Zip(series, (x, u) => (double[])[1, .. u, .. x])];
/// var readout = RidgeReadout.Fit(features[100..^1], series[101..], ridge: 1e-6);                    // predicts the next value
/// </code>
/// </example>
public sealed class EchoStateNetwork
{
    /// <summary>So that the weights have their spectral radius to all digits.</summary>
    internal const int Squarings = 46;

    private readonly double _leak;
    private readonly bool _isLinear;

    /// <summary>[N, N]: row j is what unit j adds to each unit.</summary>
    private readonly double[] _fromUnits;

    /// <summary>[1 + I, N]: what the constant and each input add to each unit.</summary>
    private readonly double[] _fromInputs;

    /// <summary>Draws the weights: W uniform in [-1, 1), scaled to the spectral radius.</summary>
    /// <param name="options">The weights.</param>
    /// <param name="inputCount">I: numbers of an input, 1 to 10,000.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    public EchoStateNetwork(EchoStateOptions options, int inputCount)
        : this(options, inputCount, ScaleOf(options))
    {
    }

    /// <param name="options">The weights.</param>
    /// <param name="inputCount">I; 0 where inputs come otherwise.</param>
    /// <param name="scale">What W is multiplied by: <see cref="ScaleOf"/>.</param>
    internal EchoStateNetwork(EchoStateOptions options, int inputCount, double scale)
    {
        OptionCheck.Range(nameof(inputCount), inputCount, 0, 10_000);
        (Units, InputCount, Scale) = (options.Units, inputCount, scale);
        (_leak, _isLinear) = (options.Leak, options.IsLinear);
        _fromUnits = Weights(options);
        TensorPrimitives.Multiply(_fromUnits, scale, _fromUnits);
        _fromInputs = new double[(1 + inputCount) * Units];
        var key = CounterRandom.Key((ulong)options.Seed, RandomUse.ReservoirInputs);
        for (var i = 0; i < _fromInputs.Length; i++)
            _fromInputs[i] = Symmetric(key, (ulong)i) * (i < Units ? options.BiasScale : options.InputScale);
    }

    /// <summary>Of given weights.</summary>
    /// <param name="weights">W, [N, N].</param>
    /// <param name="inputWeights">W_in, [N, 1 + I].</param>
    /// <param name="units">N.</param>
    /// <param name="leak">a.</param>
    internal EchoStateNetwork(ReadOnlySpan<double> weights, ReadOnlySpan<double> inputWeights, int units, double leak)
    {
        (Units, InputCount, Scale, _leak) = (units, inputWeights.Length / units - 1, 1, leak);
        _fromUnits = Transpose(weights, units);
        _fromInputs = Transpose(inputWeights, units);
    }

    /// <summary>N.</summary>
    public int Units { get; }

    /// <summary>I: numbers of an input.</summary>
    public int InputCount { get; }

    /// <summary>What the random weights were multiplied by.</summary>
    internal double Scale { get; }

    /// <summary>Goes on by one step.</summary>
    /// <param name="inputs">u_t, [I].</param>
    /// <param name="state">x, [N]: before and after the step; zeros at the beginning.</param>
    /// <exception cref="ArgumentException">There are more or less inputs or states, or an input is not finite.</exception>
    public void Step(ReadOnlySpan<double> inputs, Span<double> state)
    {
        if (inputs.Length != InputCount)
            throw new ArgumentException($"There are {inputs.Length} inputs; the network takes {InputCount}.", nameof(inputs));
        if (state.Length != Units)
            throw new ArgumentException($"There are {state.Length} states; the network has {Units}.", nameof(state));
        Span<double> drive = Units <= 1000 ? stackalloc double[Units] : new double[Units];
        _fromInputs.AsSpan(0, Units).CopyTo(drive);
        for (var i = 0; i < inputs.Length; i++)
        {
            if (!double.IsFinite(inputs[i]))
                throw new ArgumentException($"Input {i} is {inputs[i]}; it must be a finite number.", nameof(inputs));
            TensorPrimitives.FusedMultiplyAdd(_fromInputs.AsSpan((1 + i) * Units, Units), inputs[i], drive, drive);
        }
        Advance(drive, state);
    }

    /// <summary>The state after each input of a series, from zero: [T][N].</summary>
    /// <param name="inputs">[T][I].</param>
    /// <exception cref="ArgumentException">An input has more or less numbers, or one that is not finite.</exception>
    public double[][] Run(IReadOnlyList<double[]> inputs)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        var states = new double[inputs.Count][];
        var state = new double[Units];
        for (var t = 0; t < states.Length; t++)
        {
            Step(inputs[t], state);
            states[t] = (double[])state.Clone();
        }
        return states;
    }

    /// <summary>What the random weights of options are multiplied by to have their spectral radius.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    internal static double ScaleOf(EchoStateOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        return options.SpectralRadius / Networks.SpectralRadius.Of(Weights(options), options.Units, Squarings);
    }

    /// <summary>Goes on by one step.</summary>
    /// <param name="drive">What the inputs add to each unit, [N]; it is overwritten.</param>
    /// <param name="state">x, [N].</param>
    internal void Advance(Span<double> drive, Span<double> state)
    {
        for (var unit = 0; unit < Units; unit++)
            TensorPrimitives.FusedMultiplyAdd(_fromUnits.AsSpan(unit * Units, Units), state[unit], drive, drive);
        for (var unit = 0; unit < Units; unit++)
            state[unit] = (1 - _leak) * state[unit] + _leak * (_isLinear ? drive[unit] : HostMath.Tanh(drive[unit]));
    }

    /// <summary>Uniform in [-1, 1), 53 bits.</summary>
    internal static double Symmetric(ulong key, ulong counter) => (CounterRandom.Mix(key + counter) >> 11) * (2.0 / (1L << 53)) - 1;

    private static double[] Weights(EchoStateOptions options)
    {
        var weights = new double[options.Units * options.Units];
        var key = CounterRandom.Key((ulong)options.Seed, RandomUse.ReservoirWeights);
        for (var i = 0; i < weights.Length; i++)
            weights[i] = Symmetric(key, (ulong)i);
        return weights;
    }

    private static double[] Transpose(ReadOnlySpan<double> matrix, int rows)
    {
        var columns = matrix.Length / rows;
        var transposed = new double[matrix.Length];
        for (var row = 0; row < rows; row++)
        {
            for (var column = 0; column < columns; column++)
                transposed[column * rows + row] = matrix[row * columns + column];
        }
        return transposed;
    }
}
