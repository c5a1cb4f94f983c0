using Microsoft.ML.RevRnn.Networks;

namespace Microsoft.ML.RevRnn.Engine.Tests;

/// <summary>Echo state networks over series of numbers.</summary>
[TestClass]
internal sealed class EchoStateNetworkTests
{
    [TestMethod]
    [GoldenFiles("esn_leaky_ridge")]
    public void WeightsStatesAndReadoutAreThoseOfTheReference(string name)
    {
        var file = GoldenFile.Load(name);
        var (units, steps, washout, delay) = (file.Int("N"), file.Int("T"), file.Int("washout"), file.Int("delay"));
        var raw = file.Numbers("W_raw");

        var radius = SpectralRadius.Of((double[])raw.Clone(), units, EchoStateNetwork.Squarings);
        var network = new EchoStateNetwork(
            Array.ConvertAll(raw, weight => weight * file.Number("spectral_radius") / radius), file.Numbers("W_in"), units, file.Number("leak"));
        var inputs = file.Numbers("u");
        var states = network.Run([.. inputs.Select(value => new[] { value })]);

        Assert.AreEqual(file.Number("max_abs_eigenvalue_raw"), radius, 1e-12);
        for (var t = 0; t < steps; t++)
            Near.AreNear(file.Numbers("states", t), states[t], 1e-12, $"state {t}");
        double[][] features = [.. Enumerable.Range(washout, steps - washout).Select(t => (double[])[1, inputs[t], .. states[t]])];
        double[][] targets = [.. Enumerable.Range(washout, steps - washout).Select(t => new[] { inputs[t - delay] })];
        var readout = RidgeReadout.Fit(features, targets, file.Number("ridge"));
        // The file's readout is 6e-11 off the solution of its own equations in exact arithmetic.
        Near.AreNear(file.Numbers("w_out"), [.. readout.Weights], 1e-10, "readout");
        double[] predictions = [.. features.Select(row => readout.Predict(row)[0])];
        Near.AreNear(file.Numbers("prediction"), predictions, 1e-12, "prediction");
        Assert.AreEqual(file.Number("mse"), predictions.Select((value, t) => Math.Pow(value - targets[t][0], 2)).Average(), 1e-12);
    }

    [TestMethod]
    public void TheMemoryOfTwentyUnitsIsAsMeasuredAndNeverLongerThanThey()
    {
        // Jaeger 2001: no more than N of past inputs can be had back by linear maps of N states.
        double[] ofTanh = [.. Enumerable.Range(0, 3).Select(seed => MemoryCapacity(seed, isLinear: false))];
        double[] ofLinear = [.. Enumerable.Range(0, 3).Select(seed => MemoryCapacity(seed, isLinear: true))];

        Assert.IsInRange(13, 15.5, ofTanh.Average());
        foreach (var (tanh, linear) in ofTanh.Zip(ofLinear))
        {
            Assert.IsInRange(12, 20, tanh);
            // r^2 of what has nothing to do with each other is about 1 / 3,000, for 40 delays.
            Assert.IsInRange(14, 20, linear);
            Assert.IsLessThan(linear, tanh);
        }
    }

    [TestMethod]
    [DataRow(0.9, 1e-6)]
    [DataRow(0.5, 1e-30)]
    public void TheStartIsForgotten(double radius, double remainder)
    {
        var network = new EchoStateNetwork(new EchoStateOptions { Units = 30, SpectralRadius = radius, Leak = 1 }, inputCount: 1);
        double[] first = [.. Enumerable.Range(0, 30).Select(unit => Math.Sin(unit))], second = [.. Enumerable.Range(0, 30).Select(unit => Math.Cos(3 * unit))];
        var before = Distance(first, second);
        for (var t = 0; t < 200; t++)
        {
            network.Step([0], first);
            network.Step([0], second);
        }
        Assert.IsLessThan(remainder * before, Distance(first, second));
    }

    [TestMethod]
    public void SameOptionsSameBitsAndAnotherSeedOthers()
    {
        var options = new EchoStateOptions { Units = 20, BiasScale = 0.3 };
        double[][] inputs = [[0.5, -1], [0, 2]];
        var states = new EchoStateNetwork(options, 2).Run(inputs);

        CollectionAssert.AreEqual(states[1], new EchoStateNetwork(options, 2).Run(inputs)[1]);
        foreach (var other in (EchoStateOptions[])
            [
                options with { Seed = 1 },
                options with { SpectralRadius = 0.8 },
                options with { Leak = 0.6 },
                options with { InputScale = 1 },
                options with { BiasScale = 0 },
                options with { IsLinear = true },
            ])
        {
            CollectionAssert.AreNotEqual(states[1], new EchoStateNetwork(other, 2).Run(inputs)[1], $"{other}");
        }
        Assert.IsTrue(states[1].All(state => Math.Abs(state) <= 1));
    }

    [TestMethod]
    [DataRow(1, 0.9, 0.5, 1.5, 0.0, "Units is 1")]
    [DataRow(1001, 0.9, 0.5, 1.5, 0.0, "Units is 1001")]
    [DataRow(10, 0.0, 0.5, 1.5, 0.0, "SpectralRadius is 0")]
    [DataRow(10, 3.1, 0.5, 1.5, 0.0, "SpectralRadius is 3.1")]
    [DataRow(10, 0.9, 1.1, 1.5, 0.0, "Leak is 1.1")]
    [DataRow(10, 0.9, 0.5, double.NaN, 0.0, "InputScale is NaN")]
    [DataRow(10, 0.9, 0.5, 1.5, -1.0, "BiasScale is -1")]
    public void OptionsOutOfTheirRangeAreReported(int units, double radius, double leak, double inputs, double bias, string message)
    {
        var options = new EchoStateOptions { Units = units, SpectralRadius = radius, Leak = leak, InputScale = inputs, BiasScale = bias };
        StringAssert.Contains(Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new EchoStateNetwork(options, 1)).Message, message);
        StringAssert.Contains(Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new EchoStateEncoder(options)).Message, message);
    }

    [TestMethod]
    public void BadInputsAreReported()
    {
        var network = new EchoStateNetwork(new EchoStateOptions { Units = 4 }, 2);
        foreach (var (action, message) in (IEnumerable<(Action, string)>)
            [
                (() => network.Step([1], new double[4]), "There are 1 inputs; the network takes 2."),
                (() => network.Step([1, 2], new double[5]), "There are 5 states; the network has 4."),
                (() => network.Run([[1, double.NaN]]), "Input 1 is NaN"),
            ])
        {
            StringAssert.Contains(Assert.ThrowsExactly<ArgumentException>(action).Message, message);
        }
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new EchoStateNetwork(new EchoStateOptions(), -1));
    }

    private static double Distance(double[] left, double[] right) => Math.Sqrt(left.Zip(right, (a, b) => (a - b) * (a - b)).Sum());

    /// <summary>Sum over delays of the squared correlation of what a linear map of the states gives with the input that long ago.</summary>
    private static double MemoryCapacity(int seed, bool isLinear)
    {
        const int Units = 20, Steps = 6000, Delays = 2 * Units, WashOut = 200;
        var network = new EchoStateNetwork(new EchoStateOptions { Units = Units, Leak = 1, InputScale = 0.1, IsLinear = isLinear, Seed = seed }, inputCount: 1);
        var random = new Random(seed);
        double[] inputs = [.. Enumerable.Range(0, Steps).Select(_ => 1.6 * random.NextDouble() - 0.8)];
        var states = network.Run([.. inputs.Select(input => new[] { input })]);
        double[] Features(int t) => [1, .. states[t]];
        double[] Past(int t) => [.. Enumerable.Range(1, Delays).Select(delay => inputs[t - delay])];
        var training = Enumerable.Range(WashOut + Delays, Steps / 2 - WashOut - Delays).ToArray();
        var readout = RidgeReadout.Fit([.. training.Select(Features)], [.. training.Select(Past)], ridge: 1e-8);
        var tested = Enumerable.Range(Steps / 2, Steps / 2).Select(t => (Predicted: readout.Predict(Features(t)), Actual: Past(t))).ToArray();
        return Enumerable.Range(0, Delays).Sum(delay => Math.Pow(
            Correlation([.. tested.Select(pair => pair.Predicted[delay])], [.. tested.Select(pair => pair.Actual[delay])]), 2));
    }

    private static double Correlation(double[] left, double[] right)
    {
        var (meanLeft, meanRight) = (left.Average(), right.Average());
        var both = left.Zip(right, (a, b) => (a - meanLeft) * (b - meanRight)).Sum();
        return both / Math.Sqrt(left.Sum(a => (a - meanLeft) * (a - meanLeft)) * right.Sum(b => (b - meanRight) * (b - meanRight)));
    }
}
