using Microsoft.ML.RevRnn.Compute;
using Microsoft.ML.RevRnn.Networks;
using Microsoft.ML.RevRnn.Training;

namespace Microsoft.ML.RevRnn.Engine.Tests;

/// <summary>A training step makes no garbage: what a batch allocates does not depend on its length.</summary>
[TestClass]
internal sealed class AllocationTests
{
    private const int Rows = 16;

    /// <summary>Two batches: 10 steps, and 300.</summary>
    private static readonly int[][] _sequences = [.. Sequences.Random(Rows, 8, 10), .. Sequences.Random(Rows, 250, 300)];

    [TestMethod]
    [DataRow(CellKind.RevLstm, ActivationStrategy.Reversible)]
    [DataRow(CellKind.RevLstm, ActivationStrategy.Stored)]
    [DataRow(CellKind.RevGru, ActivationStrategy.Reversible)]
    [DataRow(CellKind.RevGru, ActivationStrategy.Stored)]
    public void ALongBatchOfAClassifierAllocatesNoMoreThanAShortOne(CellKind cell, ActivationStrategy strategy)
    {
        using var team = new WorkerTeam(1);
        using var parameters = new ClassifierParameters(Options(cell), 3);
        parameters.Initialize(1);
        using var task = new ClassificationTask(parameters, _sequences, Sequences.Labels(2 * Rows), Training(strategy), team);
        Check(task, team);
    }

    [TestMethod]
    [DataRow(CellKind.RevLstm, ActivationStrategy.Reversible)]
    [DataRow(CellKind.RevLstm, ActivationStrategy.Stored)]
    [DataRow(CellKind.RevGru, ActivationStrategy.Reversible)]
    [DataRow(CellKind.RevGru, ActivationStrategy.Stored)]
    public void ALongBatchOfANextTokenModelAllocatesNoMoreThanAShortOne(CellKind cell, ActivationStrategy strategy)
    {
        using var team = new WorkerTeam(1);
        using var parameters = new LanguageModelParameters(Options(cell));
        parameters.Initialize(1);
        using var task = new NextTokenTask(
            parameters, _sequences, heldBack: null, Training(strategy), DropoutRates.OfLayers(0.3f), softmaxSamples: 0, team);
        Check(task, team);
    }

    [TestMethod]
    public void PredictingALongTextAllocatesNoMoreThanAShortOne()
    {
        var task = ToyTask.Learnable(20);
        var classifier = task.Run(null, new CancellationToken(true)).Model;
        var encoder = task.RunEncoder(null, new CancellationToken(true)).Model;
        var tokens = Sequences.Random(1, 1_000, 1_000, ToyTask.VocabularySize)[0];
        var probabilities = new float[ToyTask.Classes];
        var features = new float[task.Network.HiddenSize];
        foreach (var length in (int[])[1_000, 1, 1_000])
        {
            classifier.Predict(tokens.AsSpan(0, length), probabilities);
            encoder.Encode(tokens.AsSpan(0, length), features);
        }

        foreach (var length in (int[])[1, 1_000])
        {
            Assert.AreEqual(0, Allocated(() => classifier.Predict(tokens.AsSpan(0, length), probabilities)), $"classifier, {length}");
            Assert.AreEqual(0, Allocated(() => encoder.Encode(tokens.AsSpan(0, length), features)), $"encoder, {length}");
        }
    }

    private static void Check(SequenceTask task, WorkerTeam team)
    {
        using var optimizer = new AdamOptimizer(task.Dense, task.Parameters.Embedding, team, SimdWidths.Best);
        var brief = Parameter.Identity(2 * Rows)[..Rows];
        var lengthy = Parameter.Identity(2 * Rows)[Rows..];
        for (var i = 0; i < 3; i++)
        {
            Step(lengthy);
            Step(brief);
        }

        var allocated = Allocated(() => Step(brief));
        Assert.AreEqual(allocated, Allocated(() => Step(lengthy)));
        // The keys that a batch is sorted by, and some little things.
        Assert.IsTrue(allocated < 1_000, $"{allocated} bytes");

        void Step(int[] members)
        {
            task.Train(members, 7);
            optimizer.Step(1e-4f, 0, 1);
            task.BeginValidation();
            task.Evaluate(members);
        }
    }

    /// <summary>The least of several runs: a collection that another test's thread brings about counts the rest of this thread's allocation block.</summary>
    private static long Allocated(Action action)
    {
        var least = long.MaxValue;
        for (var run = 0; run < 5; run++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            action();
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }
        return least;
    }

    private static StackOptions Options(CellKind cell) => new StackSetup { Cell = cell, Layers = 2, Units = 34, EmbeddingWidth = 12 }.Options;

    private static TrainingOptions Training(ActivationStrategy strategy) => new() { ActivationStrategy = strategy, Dropout = 0.3f, Seed = 0 };
}
