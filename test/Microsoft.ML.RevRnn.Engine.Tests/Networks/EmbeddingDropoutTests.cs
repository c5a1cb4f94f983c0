using Microsoft.ML.RevRnn.Compute;

namespace Microsoft.ML.RevRnn.Engine.Tests;

/// <summary>Embedding dropout against a network whose token vectors are zeroed beforehand.</summary>
[TestClass]
internal sealed class EmbeddingDropoutTests
{
    private const ulong Seed = 5;
    private const ulong Use = 500;
    private const int V = 400;

    private static readonly StackSetup _setup = new() { Vocabulary = V, Strategy = ActivationStrategy.Stored };
    private static readonly int[][] _sequences = [.. Enumerable.Range(0, 8).Select(row => Enumerable.Range(0, V).Select(i => (i * 7 + row) % V).ToArray())];

    [TestMethod]
    [DataRow(CellKind.RevLstm)]
    [DataRow(CellKind.Lstm)]
    public void OutputsAndGradientsAreThoseOfVectorsZeroedBeforehand(CellKind cell)
    {
        const float Rate = 0.3f;
        using var dropping = new StackRun(_setup with { Cell = cell, EmbeddingDropout = Rate });
        using var dropped = new StackRun(_setup with { Cell = cell });
        for (var token = 0; token < V; token++)
        {
            for (var column = 0; column < _setup.EmbeddingWidth; column++)
                dropped.Parameters.Encoder.Embedding.Value.At(token, column) *= Factor(token, Rate);
        }

        dropping.Train(_sequences);
        dropped.Train(_sequences);

        Near.AreSame(dropped.Outputs, dropping.Outputs, "output");
        foreach (var (expected, actual) in dropped.Parameters.Dense.Zip(dropping.Parameters.Dense))
            Near.AreSame(expected.Gradients, actual.Gradients, expected.Name);
        for (var token = 0; token < V; token++)
        {
            for (var column = 0; column < _setup.EmbeddingWidth; column++)
            {
                var expected = dropped.EmbeddingGradientAt(token, column) * Factor(token, Rate);
                Assert.AreEqual(expected, dropping.EmbeddingGradientAt(token, column), 1e-6f * Math.Max(1, Math.Abs(expected)), $"token {token}");
            }
        }
    }

    [TestMethod]
    [DataRow(0.1f)]
    [DataRow(0.5f)]
    [DataRow(0.9f)]
    public void WholeVectorsAreDroppedAtTheRate(float rate)
    {
        using var run = new StackRun(_setup with { EmbeddingDropout = rate });
        run.Train(_sequences);
        var dropped = 0;
        for (var token = 0; token < V; token++)
        {
            var zeros = Enumerable.Range(0, _setup.EmbeddingWidth).Count(column => run.EmbeddingGradientAt(token, column) == 0);
            Assert.IsTrue(zeros == 0 || zeros == _setup.EmbeddingWidth, $"token {token}: {zeros} values are dropped.");
            dropped += zeros > 0 ? 1 : 0;
        }
        // Four standard deviations.
        Assert.AreEqual(rate, (double)dropped / V, 4 * Math.Sqrt(rate * (1 - rate) / V));
    }

    [TestMethod]
    public void EachSeedHasAMaskOfItsOwnAndPredictionHasNone()
    {
        using var without = new StackRun(_setup);
        using var with = new StackRun(_setup with { EmbeddingDropout = 0.5f });
        with.Train(_sequences, dropoutSeed: 1);
        var first = with.Outputs;
        with.Train(_sequences, dropoutSeed: 2);
        CollectionAssert.AreNotEqual(first, with.Outputs);
        with.Train(_sequences, dropoutSeed: 1);
        Near.AreSame(first, with.Outputs, "output");

        with.Predict(_sequences);
        without.Predict(_sequences);
        Near.AreSame(without.Outputs, with.Outputs, "output of prediction");
    }

    private static float Factor(int token, float rate) => CounterRandom.Uniform(CounterRandom.Key(Seed, Use), (ulong)token) < rate ? 0 : 1 / (1 - rate);
}
