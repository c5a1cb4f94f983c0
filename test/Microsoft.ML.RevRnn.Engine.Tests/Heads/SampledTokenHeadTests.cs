using Microsoft.ML.RevRnn.Cells;
using Microsoft.ML.RevRnn.Heads;

namespace Microsoft.ML.RevRnn.Engine.Tests;

/// <summary>Softmax over a sample of the tokens: what it estimates, and its gradients.</summary>
[TestClass]
internal sealed class SampledTokenHeadTests
{
    private const int V = 11;

    private static readonly int[][] _sequences = Sequences.Random(5, 1, 9, seed: 3);
    private static readonly long[] _frequencies = [0, 3, 40, 7, 1, 90, 15, 2, 2, 30, 10];

    private static readonly StackSetup _setup = new()
    {
        Arithmetic = CellArithmetic.Unquantized,
        Strategy = ActivationStrategy.Stored,
        SoftmaxSamples = 6,
        Frequencies = _frequencies,
    };

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public void WithAllTokensDrawnItIsTheWholeSoftmax(bool tied)
    {
        var setup = _setup with { EmbeddingWidth = 6, TiesEmbedding = tied, SoftmaxSamples = 20_000, OutputDropout = 0.3f };
        using var sampled = new NextTokenRun(setup);
        using var whole = new NextTokenRun(setup with { SoftmaxSamples = 0 });

        var (actual, expected) = (sampled.Train(_sequences), whole.Train(_sequences));

        Assert.AreEqual(expected.LossSum, actual.LossSum, 1e-6 * expected.LossSum);
        Assert.AreEqual(expected.Correct, actual.Correct);
        Assert.AreEqual(expected.Predictions, actual.Predictions);
        Near.AreNear(Doubles(whole.Gradients()), Doubles(sampled.Gradients()), 1e-6, "gradient");
    }

    [TestMethod]
    public void TheEstimateOfTheSumIsUnbiased()
    {
        const int Seeds = 4000;
        // One prediction, whose loss is log Z less the target's score.
        int[][] sequence = [[4]];
        using var whole = new NextTokenRun(_setup with { SoftmaxSamples = 0 });
        using var run = new NextTokenRun(_setup);
        var expected = Math.Exp(whole.Train(sequence).LossSum);
        var (sum, squares) = (0.0, 0.0);
        for (var seed = 1; seed <= Seeds; seed++)
        {
            var estimate = Math.Exp(run.Train(sequence, (ulong)seed).LossSum);
            sum += estimate;
            squares += estimate * estimate;
        }
        var mean = sum / Seeds;
        var error = Math.Sqrt((squares / Seeds - mean * mean) / Seeds);
        Assert.AreEqual(expected, mean, 4 * error);
        Assert.IsTrue(error > 0 && error < 0.05 * expected, $"{error} of {expected}");
    }

    [TestMethod]
    public void TokensAreDrawnInProportionToTheirFrequency()
    {
        const int Seeds = 3000;
        using var run = new NextTokenRun(_setup);
        var drawn = new int[V];
        for (var seed = 1; seed <= Seeds; seed++)
        {
            run.Train([[4]], (ulong)seed);
            // Every drawn token but the target, 0, pushes its own score down.
            for (var token = 1; token < V; token++)
                drawn[token] += run.Parameters.Output.Bias.GradientAt(0, token) != 0 ? 1 : 0;
        }
        var all = _frequencies.Sum(count => count + 1.0);
        for (var token = 1; token < V; token++)
        {
            var probability = 1 - Math.Pow(1 - (_frequencies[token] + 1) / all, _setup.SoftmaxSamples);
            Assert.AreEqual(probability, (double)drawn[token] / Seeds, 4 * Math.Sqrt(probability * (1 - probability) / Seeds), $"token {token}");
        }
    }

    [TestMethod]
    [DataRow(CellKind.RevLstm, false, 0f)]
    [DataRow(CellKind.RevGru, false, 0.3f)]
    [DataRow(CellKind.RevLstm, true, 0.3f)]
    public void GradientsAreThoseOfFiniteDifferencesOfItsLoss(CellKind cell, bool tied, float dropout)
    {
        const float Step = 0.004f;
        using var run = new NextTokenRun(_setup with { Cell = cell, TiesEmbedding = tied, EmbeddingWidth = 6, OutputDropout = dropout });
        foreach (var parameter in run.All)
        {
            var largest = 0f;
            for (var i = 0; i < parameter.Rows * parameter.Columns; i += parameter.Rows > 1 ? 3 : 1)
            {
                run.Train(_sequences);
                var (row, column) = (i / parameter.Columns, i % parameter.Columns);
                var gradient = run.GradientAt(parameter, row, column);
                ref var value = ref parameter.At(row, column);
                var before = value;
                value = before + Step;
                var above = run.Train(_sequences);
                value = before - Step;
                var below = run.Train(_sequences);
                value = before;
                Assert.AreEqual((above.LossSum - below.LossSum) / (2 * Step * above.Predictions), gradient, 2e-4, $"{parameter.Name} [{row}, {column}]");
                largest = Math.Max(largest, Math.Abs(gradient));
            }
            Assert.IsTrue(largest > 2e-3f, $"{parameter.Name}: {largest}");
        }
    }

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public void ThreadsAndActivationsGiveTheSameBits(bool tied)
    {
        var sequences = Sequences.Random(37, 1, 60, vocabulary: 150);
        var setup = new StackSetup
        {
            Vocabulary = 150,
            Units = 70,
            EmbeddingWidth = 40,
            TiesEmbedding = tied,
            Dropout = 0.2f,
            SoftmaxSamples = 60,
        };
        using var one = new NextTokenRun(setup);
        var result = one.Train(sequences);
        Assert.IsTrue(one.LargestChunkRows > 2 * 128);
        foreach (var other in (StackSetup[])[setup with { Threads = 2 }, setup with { Threads = 3 }, setup with { Strategy = ActivationStrategy.Stored }])
        {
            using var run = new NextTokenRun(other);
            Assert.AreEqual(result, run.Train(sequences), $"{other}");
            Near.AreSame(one.Gradients(), run.Gradients(), $"gradient of {other}");
        }
    }

    [TestMethod]
    public void ABatchDoesNotDependOnTheOnesBefore()
    {
        using var run = new NextTokenRun(_setup);
        var result = run.Train(_sequences);
        var gradients = run.Gradients();
        Assert.AreNotEqual(result, run.Train(_sequences, dropoutSeed: 6));
        run.Train(Sequences.Random(40, 3, 90, seed: 4), dropoutSeed: 7);

        Assert.AreEqual(result, run.Train(_sequences));
        Near.AreSame(gradients, run.Gradients(), "gradient");
    }

    [TestMethod]
    public void ASampleOfTheTargetAloneHasNoLossAndNoGradient()
    {
        // One draw, and token 0 is by far the likeliest one.
        var frequencies = new long[V];
        frequencies[0] = long.MaxValue / 2;
        using var run = new NextTokenRun(_setup with { SoftmaxSamples = 1, Frequencies = frequencies });

        var result = run.Train([[4]]);

        Assert.AreEqual(new BatchResult(0, 1, 1), result);
        Assert.IsTrue(run.Gradients().All(gradient => gradient == 0));
    }

    private static double[] Doubles(float[] values) => Array.ConvertAll(values, value => (double)value);
}
