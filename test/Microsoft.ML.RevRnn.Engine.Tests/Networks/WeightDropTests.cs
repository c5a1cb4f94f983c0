using Microsoft.ML.RevRnn.Compute;
using Microsoft.ML.RevRnn.Networks;

namespace Microsoft.ML.RevRnn.Engine.Tests;

/// <summary>Weight drop against a network whose weights are zeroed beforehand.</summary>
[TestClass]
internal sealed class WeightDropTests
{
    private const ulong Seed = 5;
    private const ulong FirstUse = 600;

    private static readonly StackSetup _setup = new() { Layers = 2, Units = 34, WeightScale = 2 };
    private static readonly int[][] _sequences = Sequences.Random(9, 1, 40);

    [TestMethod]
    [DataRow(CellKind.RevLstm)]
    [DataRow(CellKind.RevGru)]
    [DataRow(CellKind.Lstm)]
    [DataRow(CellKind.Elman)]
    [DataRow(CellKind.GruResetAfter)]
    public void OutputsAndGradientsAreThoseOfWeightsZeroedBeforehand(CellKind cell)
    {
        const float Rate = 0.4f;
        var setup = _setup with { Cell = cell, Strategy = ActivationStrategy.Stored };
        using var dropping = new StackRun(setup with { WeightDropout = Rate });
        using var dropped = new StackRun(setup);
        ForEachWeight(dropped, (weight, index, factor) => weight.Values[index] *= factor, Rate);

        dropping.Train(_sequences);
        dropped.Train(_sequences);

        Near.AreSame(dropped.Outputs, dropping.Outputs, "output");
        // A dropped weight's gradient is plus zero, not minus.
        ForEachWeight(dropped, (weight, index, factor) => weight.Gradients[index] = weight.Gradients[index] * factor + 0f, Rate);
        Near.AreSame(dropped.Gradients(), dropping.Gradients(), "gradient");
    }

    [TestMethod]
    [DataRow(0.1f)]
    [DataRow(0.5f)]
    [DataRow(0.9f)]
    public void TheRateIsKept(float rate)
    {
        using var run = new StackRun(_setup with { WeightDropout = rate });
        run.Train(_sequences);
        var (zeros, count) = (0, 0);
        foreach (var layer in run.Parameters.Encoder.Stacks[0].Layers)
        {
            foreach (var weight in layer.Hidden)
            {
                for (var i = 0; i < weight.Rows * weight.Columns; i++, count++)
                    zeros += weight.GradientAt(i / weight.Columns, i % weight.Columns) == 0 ? 1 : 0;
            }
        }
        // Four standard deviations.
        Assert.AreEqual(rate, (double)zeros / count, 4 * Math.Sqrt(rate * (1 - rate) / count));
    }

    [TestMethod]
    public void EachSeedHasMasksOfItsOwnAndPredictionHasNone()
    {
        using var without = new StackRun(_setup);
        using var with = new StackRun(_setup with { WeightDropout = 0.5f });
        with.Train(_sequences, dropoutSeed: 1);
        var first = with.Outputs;
        with.Train(_sequences, dropoutSeed: 2);
        CollectionAssert.AreNotEqual(first, with.Outputs);
        with.Train(_sequences, dropoutSeed: 1);
        Near.AreSame(first, with.Outputs, "output");

        with.Predict(_sequences);
        without.Predict(_sequences);
        Near.AreSame(without.Outputs, with.Outputs, "output of prediction");
        CollectionAssert.AreNotEqual(first, with.Outputs);
    }

    [TestMethod]
    public void TheWeightsThemselvesAreKept()
    {
        using var run = new StackRun(_setup with { WeightDropout = 0.5f });
        var before = run.Parameters.Dense.Select(parameter => parameter.Values.ToArray()).ToArray();

        run.Train(_sequences);

        foreach (var (parameter, values) in run.Parameters.Dense.Zip(before))
            Near.AreSame(values, parameter.Values, parameter.Name);
    }

    /// <summary>Visits all weights from hidden state to gates with their places in the parameters' buffers and the factors of their masks.</summary>
    private static void ForEachWeight(StackRun run, Action<Parameter, int, float> visit, float rate)
    {
        var layers = run.Parameters.Encoder.Stacks[0].Layers;
        for (var layer = 0; layer < layers.Length; layer++)
        {
            for (var half = 0; half < layers[layer].Hidden.Length; half++)
            {
                var weight = layers[layer].Hidden[half];
                for (var index = 0; index < weight.Values.Length; index++)
                {
                    var key = CounterRandom.Key(Seed, FirstUse + 2 * (ulong)layer + (ulong)half, (ulong)(index / weight.Stride));
                    visit(weight, index, NaiveDropout.Factor(key, index % weight.Stride, rate));
                }
            }
        }
    }
}
