using Microsoft.ML.RevRnn.Cells;
using Microsoft.ML.RevRnn.Compute;
using Microsoft.ML.RevRnn.Networks;

namespace Microsoft.ML.RevRnn.Engine.Tests;

/// <summary>Contexts of sequences, in the states that these begin with and in each of their steps.</summary>
[TestClass]
internal sealed class ContextTests
{
    private const int Rows = 4;

    private static readonly int[][] _texts = Sequences.Random(Rows, 7, 23);

    private static readonly float[][] _contexts = [.. Enumerable.Range(0, Rows).Select(row => new[] { 0.7f * MathF.Sin(row + 1), 0, row == 2 ? 1 : -0.4f })];

    [TestMethod]
    [DataRow(CellKind.RevLstm, ContextUse.Both)]
    [DataRow(CellKind.RevGru, ContextUse.Both)]
    [DataRow(CellKind.Lstm, ContextUse.InitialState)]
    [DataRow(CellKind.Gru, ContextUse.Both)]
    [DataRow(CellKind.GruResetAfter, ContextUse.EachStep)]
    [DataRow(CellKind.NfRevLstm, ContextUse.Both)]
    public void GradientsAreCentralDifferences(CellKind cell, ContextUse use)
    {
        using var run = Run(Setup(cell) with { ContextUse = use, Arithmetic = CellArithmetic.Unquantized, Strategy = ActivationStrategy.Stored, WeightScale = 2 });
        run.Train(_texts);
        // The gradient is of the mean; of the sum both are far from the noise of single precision.
        var tokens = _texts.Sum(text => text.Length);
        foreach (var parameter in run.Parameters.Encoder.Stacks[0].Context!.All)
        {
            var differs = false;
            for (var i = 0; i < 12; i++)
            {
                var (row, column) = (i % parameter.Rows, i * 5 % parameter.Columns);
                ref var value = ref parameter.At(row, column);
                var (kept, step) = (value, 1e-2f);
                value = kept + step;
                var above = run.Score(_texts).LossSum;
                value = kept - step;
                var below = run.Score(_texts).LossSum;
                value = kept;
                var expected = (above - below) / (2 * step);
                Assert.AreEqual(expected, tokens * parameter.GradientAt(row, column), 5e-3 + 2e-2 * Math.Abs(expected), $"{parameter.Name} [{row}, {column}]");
                differs |= Math.Abs(expected) > 2e-2;
            }
            Assert.IsTrue(differs, parameter.Name);
        }
        Assert.IsTrue(PaddingIsZero(run.Parameters.Encoder.Stacks[0].Context!), "There are gradients by weights that do not exist.");
    }

    [TestMethod]
    [DataRow(CellKind.RevLstm, true)]
    [DataRow(CellKind.RevLstm, false)]
    [DataRow(CellKind.RevGru, true)]
    [DataRow(CellKind.NfRevGru, false)]
    public void NeitherStrategyNorThreadsNorSharedProductsChangeABit(CellKind cell, bool tied)
    {
        var setup = Setup(cell) with { TiesEmbedding = tied, EmbeddingWidth = 6 };
        using var expected = Run(setup with { Strategy = ActivationStrategy.Stored });
        var loss = expected.Train(_texts).LossSum;
        var gradients = expected.Gradients();
        foreach (var other in (StackSetup[])
            [
                setup,
                setup with { Strategy = ActivationStrategy.Checkpointed },
                setup with { Strategy = ActivationStrategy.Hybrid },
                setup with { Threads = 3 },
            ])
        {
            using var run = Run(other);
            Assert.AreEqual(loss, run.Train(_texts).LossSum);
            Near.AreSame(gradients, run.Gradients(), $"gradient, {other.Strategy}, {other.Threads} threads");
        }
        // Sums by token are taken in another order.
        using var unshared = Run(setup with { SharesInputs = false });
        Assert.AreEqual(loss, unshared.Train(_texts).LossSum);
        Near.AreNear(Doubles(gradients), Doubles(unshared.Gradients()), 1e-5, "gradient without shared products");
    }

    [TestMethod]
    [DataRow(CellKind.RevLstm)]
    [DataRow(CellKind.RevGru)]
    [DataRow(CellKind.Lstm)]
    [DataRow(CellKind.Elman)]
    public void WithoutMapsTheNetworkIsTheOneWithoutContextsToTheBit(CellKind cell)
    {
        var setup = Setup(cell) with { Strategy = ActivationStrategy.Stored };
        using var without = Run(setup with { Contexts = null });
        using var with = Run(setup);
        var differs = with.Train(_texts).LossSum;
        foreach (var parameter in with.Parameters.Encoder.Stacks[0].Context!.All)
            parameter.Values.Clear();

        Assert.AreEqual(without.Train(_texts).LossSum, with.Train(_texts).LossSum);
        Assert.AreNotEqual(differs, with.Score(_texts).LossSum);
        foreach (var (left, right) in without.All.Zip(with.All.Where(parameter => !parameter.Name.StartsWith("context", StringComparison.Ordinal))))
        {
            if (left != without.Parameters.Encoder.Embedding.Value)
                Near.AreSame(left.Gradients, right.Gradients, $"gradient by {left.Name}");
        }
    }

    [TestMethod]
    public void ARowOfABatchIsAsByItself()
    {
        using var together = Run(Setup(CellKind.Lstm) with { Strategy = ActivationStrategy.Stored });
        var sum = 0.0;
        for (var row = 0; row < Rows; row++)
        {
            using var alone = Run(Setup(CellKind.Lstm) with { Strategy = ActivationStrategy.Stored, Contexts = [_contexts[row]] });
            sum += alone.Score([_texts[row]]).LossSum;
        }
        Assert.AreEqual(sum, together.Score(_texts).LossSum, 1e-4);
    }

    [TestMethod]
    public void ANetworkThatWantsContextsIsNotRunWithout()
    {
        using var device = new Device(threads: 1);
        using var parameters = new EncoderParameters(Setup(CellKind.RevLstm).Shape);
        var failure = Assert.ThrowsExactly<ArgumentException>(() => Encoders.Create(parameters, StackSettings.Prediction, device));
        StringAssert.Contains(failure.Message, "a context with each sequence");
    }

    private static StackSetup Setup(CellKind cell) => new()
    {
        Cell = cell,
        Layers = 2,
        Contexts = _contexts,
        MinimumChunkSteps = 2,
        MaximumChunkSteps = 4,
        TargetChunkRows = 12,
    };

    private static NextTokenRun Run(StackSetup setup) => new(setup);

    private static unsafe bool PaddingIsZero(ContextParameters context)
    {
        foreach (var parameter in context.All)
        {
            var inside = 0.0;
            for (var row = 0; row < parameter.Rows; row++)
            {
                for (var column = 0; column < parameter.Columns; column++)
                    inside += Math.Abs(parameter.GradientAt(row, column));
            }
            var all = 0.0;
            foreach (var gradient in parameter.Gradients)
                all += Math.Abs(gradient);
            if (Math.Abs(all - inside) > 1e-9 * all)
                return false;
        }
        return true;
    }

    private static double[] Doubles(float[] values) => Array.ConvertAll(values, value => (double)value);
}
