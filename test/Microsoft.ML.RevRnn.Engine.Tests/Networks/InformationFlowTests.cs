using Microsoft.ML.RevRnn.Compute;
using Microsoft.ML.RevRnn.Heads;
using Microsoft.ML.RevRnn.Networks;
using Microsoft.ML.RevRnn.Training;

namespace Microsoft.ML.RevRnn.Engine.Tests;

/// <summary>What keeps gradients as long as they are, and how far they reach without.</summary>
[TestClass]
internal sealed class InformationFlowTests
{
    private GoldenFile _file = null!;

    [TestMethod]
    [GoldenFiles("information_flow_omega", InformationFlowForm.SquaredNorms, "squared_norms_as_coded", 1)]
    [GoldenFiles("information_flow_omega", InformationFlowForm.SquaredNorms, "squared_norms_as_coded", 4)]
    [GoldenFiles("information_flow_omega", InformationFlowForm.Norms, "norms_as_written", 4)]
    public void OmegaAndItsGradientAreThoseOfTheReference(string golden, InformationFlowForm form, string name, int chunk)
    {
        _file = GoldenFile.Load(golden);
        const float Factor = 3;
        var settings = new StackSettings
        {
            Strategy = ActivationStrategy.Checkpointed,
            ChunkLength = new ChunkLength(1, chunk, 1),
            InformationFlow = Factor,
            InformationFlowForm = form,
            MeasuresGradientReach = true,
        };

        var (gradient, omega, reach) = Run(settings);

        Assert.AreEqual(_file.Number(name, "omega"), omega, 1e-5);
        var (ofLoss, ofOmega) = (_file.Numbers("grad_W_loss"), _file.Numbers(name, "grad_W_immediate"));
        Near.AreNear([.. ofLoss.Zip(ofOmega, (loss, flow) => loss + Factor * flow)], gradient, 1e-5, "gradient by W");
        Assert.AreEqual(Reach(), reach, 1e-5);
    }

    [TestMethod]
    [GoldenFiles("information_flow_omega")]
    public void WithoutItTheGradientIsThatOfTheLoss(string golden)
    {
        _file = GoldenFile.Load(golden);
        var settings = new StackSettings { Strategy = ActivationStrategy.Stored, MaximumStateGradientNorm = 1e9f };

        var (gradient, _, _) = Run(settings);

        Near.AreNear(_file.Numbers("grad_W_loss"), gradient, 1e-5, "gradient by W");
        var (same, _, _) = Run(settings with { MeasuresGradientReach = true });
        CollectionAssert.AreEqual(gradient, same);
    }

    /// <summary>Of leaky units v has what leaks of g too, and the gate of the leak, which reads no state, has no gradient of Omega.</summary>
    [TestMethod]
    public void LeakyUnitsHaveThatOfTheirDefinition()
    {
        const float Factor = 2;
        const int Steps = 4;
        const int Units = 3;
        var random = new Random(4);
        var network = new NetworkShape(new NetworkOptions { Cell = CellKind.LeakyElman, EmbeddingSize = 2, HiddenSize = Units }, Steps);
        using var device = new Device(threads: 1);
        using var parameters = new EncoderParameters(network);
        parameters.Initialize(5);
        var layer = parameters.Stacks[0].Layers[0];
        double[] alpha = [.. Enumerable.Range(0, Units).Select(unit => 1 / (1 + Math.Exp(-layer.Bias.At(0, Units + unit))))];
        double[] ofLast = [.. Enumerable.Range(0, Units).Select(_ => random.NextDouble() - 0.5)];
        var batch = new PackedBatch();
        batch.Fill([Parameter.Identity(Steps)], [0], 0);
        var (plain, _) = Gradient(0);
        var (penalised, flow) = Gradient(Factor);

        // States forwards, then g, d and v backwards.
        var states = new double[Steps + 1][];
        states[0] = new double[Units];
        for (var t = 0; t < Steps; t++)
            states[t + 1] = [.. Enumerable.Range(0, Units).Select(j => alpha[j] * states[t][j] + (1 - alpha[j]) * Candidate(t, j))];
        var (g, omega, expected) = (ofLast, 0.0, new double[Units * Units]);
        for (var t = Steps - 1; t >= 0; t--)
        {
            double[] d = [.. Enumerable.Range(0, Units).Select(j => g[j] * (1 - alpha[j]) * (1 - Math.Pow(Candidate(t, j), 2)))];
            double[] v = [.. Enumerable.Range(0, Units).Select(k => alpha[k] * g[k] + Enumerable.Range(0, Units).Sum(j => layer.Hidden[0].At(k, j) * d[j]))];
            var (ofG, ratio) = (g.Sum(x => x * x), v.Sum(x => x * x) / g.Sum(x => x * x));
            omega += (ratio - 1) * (ratio - 1) / Steps;
            for (var i = 0; i < expected.Length; i++)
                expected[i] += Factor * 4 * (ratio - 1) / ofG * v[i / Units] * d[i % Units] / Steps;
            g = v;
        }

        Assert.AreEqual(omega, flow, 1e-5);
        Near.AreNear(expected, [.. penalised.Zip(plain, (with, without) => with - without)], 1e-5, "gradient by U");
        var all = layer.Hidden[0].Gradients.ToArray();
        Assert.AreEqual(Units * Units, all.Count(value => value != 0), "There are gradients by weights that do not exist.");

        double Candidate(int t, int j) => Math.Tanh(layer.Bias.At(0, j)
            + Enumerable.Range(0, 2).Sum(i => parameters.Embedding.Value.At(t, i) * layer.Input.At(i, j))
            + Enumerable.Range(0, Units).Sum(k => states[t][k] * layer.Hidden[0].At(k, j)));

        (double[] Gradient, double Omega) Gradient(float factor)
        {
            var settings = new StackSettings { Strategy = ActivationStrategy.Stored, InformationFlow = factor };
            using var encoder = Encoders.Create(parameters, settings, device);
            encoder.PrepareTraining();
            layer.Hidden[0].Gradients.Clear();
            using var head = new LinearHead(encoder, (flat, unit) => flat == Steps - 1 ? (float)ofLast[unit] : 0);
            new BatchPass(encoder, head).Train(batch, seed: 0);
            var gradient = Enumerable.Range(0, Units * Units).Select(i => (double)layer.Hidden[0].GradientAt(i / Units, i % Units));
            return ([.. gradient], ((RecurrentStack)encoder).Layers[0].Layer.Flow?.Omega ?? 0);
        }
    }

    [TestMethod]
    public void ANetworkThatPassesStatesOnAsTheyAreKeepsTheGradientsLength()
    {
        // W = I, and no inputs or bias: h stays 0, where the slope of tanh is 1.
        var training = new TrainingOptions { Seed = 1, Dropout = 0, ValidationFraction = 0, MeasuresGradientReach = true, InformationFlow = 2 };
        using var network = NetworkParameters.OfSequences(
            new NetworkShape(new NetworkOptions { Cell = CellKind.Elman, EmbeddingSize = 2, HiddenSize = 4, Pooling = PoolingKind.Last }, Vocabulary: 3), 2);
        network.Output.Weight.InitializeUniform(1, 1);
        var hidden = network.Encoder.Stacks[0].Layers[0].Hidden[0];
        for (var i = 0; i < 4; i++)
            hidden.At(i, i) = 1;
        int[] labels = [0, 1, 1];
        using var device = new Device(threads: 1);
        using var trainer = new ManagedTrainer(network, new SequenceObjective(new SoftmaxLoss(labels), labels, training), training, device);
        var batch = new PackedBatch();
        batch.Fill([[1, 2, 1, 1, 2], [2, 2], new int[40]], [0, 1, 2], 0);

        trainer.Train(batch, 1);

        Assert.AreEqual((0.0, 4 + 1 + 39L), trainer.Account.GradientReach);
        Assert.IsTrue(hidden.Gradients.ToArray().All(gradient => gradient == 0), "Omega is 0, and so is its gradient; that of the loss is h times something.");
    }

    [TestMethod]
    [DataRow(1, ActivationStrategy.Stored)]
    [DataRow(3, ActivationStrategy.Checkpointed)]
    public void NeitherThreadsNorTheActivationsMemoryChangeABit(int threads, ActivationStrategy strategy)
    {
        var task = ToyTask.Learnable(40);
        task = task with { Network = task.Network with { Cell = CellKind.Elman, HiddenSize = 40, LayerCount = 2 }, Training = task.Training with { MaximumEpochs = 2, InformationFlow = 1 } };
        byte[] Bytes(ToyTask run) => Models.Bytes(run.Run().Model);

        CollectionAssert.AreEqual(Bytes(task), Bytes(task with { Training = task.Training with { ThreadCount = threads, ActivationStrategy = strategy } }));
        CollectionAssert.AreNotEqual(Bytes(task), Bytes(task with { Training = task.Training with { InformationFlow = 0 } }));
        CollectionAssert.AreEqual(
            Bytes(task with { Training = task.Training with { InformationFlow = 0, MeasuresGradientReach = true } }), Bytes(task with { Training = task.Training with { InformationFlow = 0 } }));
    }

    [TestMethod]
    [DataRow(CellKind.RevLstm)]
    [DataRow(CellKind.Lstm)]
    [DataRow(CellKind.RevGru)]
    public void ItIsOfNoOtherCellAndTheReachIsOfAll(CellKind cell)
    {
        var task = ToyTask.Learnable(40);
        task = task with { Network = task.Network with { Cell = cell, Bidirectional = true }, Training = task.Training with { MaximumEpochs = 2 } };

        var failure = Assert.ThrowsExactly<ArgumentException>(() => (task with { Training = task.Training with { InformationFlow = 1 } }).Run());

        StringAssert.Contains(failure.Message, $"InformationFlow is 1, and is of Elman and LeakyElman, whose state is passed on by one gate's weights: {cell} is another cell");
        var report = (task with { Training = task.Training with { MeasuresGradientReach = true } }).Run().Report;
        Assert.IsTrue(report.Epochs.All(epoch => epoch.Course!.GradientReach is { } reach && double.IsFinite(reach) && reach != 0));
        Assert.IsTrue(task.Run().Report.Epochs.All(epoch => epoch.Course!.GradientReach == null));
    }

    /// <summary>Trains a batch of the file's rows by its loss, whose gradient by the last output is given.</summary>
    private (double[] Gradient, double Omega, double Reach) Run(StackSettings settings)
    {
        var (steps, rows, inputs, units) = (_file.Int("T"), _file.Int("B"), _file.Int("I"), _file.Int("H"));
        using var device = new Device(threads: 2);
        using var parameters = new EncoderParameters(new NetworkShape(new NetworkOptions { Cell = CellKind.Elman, EmbeddingSize = inputs, HiddenSize = units }, steps * rows));
        Fill(parameters.Embedding.Value, _file.Numbers("x"), transposed: false);
        var layer = parameters.Stacks[0].Layers[0];
        Fill(layer.Input, _file.Numbers("params", "U"), transposed: true);
        Fill(layer.Hidden[0], _file.Numbers("params", "W"), transposed: true);
        Fill(layer.Bias, _file.Numbers("params", "b"), transposed: false);
        using var encoder = Encoders.Create(parameters, settings, device);
        encoder.PrepareTraining();
        var batch = new PackedBatch();
        batch.Fill([.. Enumerable.Range(0, rows).Select(b => Enumerable.Range(0, steps).Select(t => t * rows + b).ToArray())], Parameter.Identity(rows), 0);
        // Only the last states have a part in the loss themselves.
        var ofLast = _file.Numbers("grad_states", steps - 1);
        using var head = new LinearHead(encoder, (flat, unit) => flat < (steps - 1) * rows ? 0 : (float)ofLast[(flat - (steps - 1) * rows) * units + unit]);

        new BatchPass(encoder, head).Train(batch, seed: 0);

        var gradient = new double[units * units];
        for (var i = 0; i < gradient.Length; i++)
            gradient[i] = layer.Hidden[0].GradientAt(i % units, i / units);
        var reach = encoder.Account.GradientReach;
        return (gradient, ((RecurrentStack)encoder).Layers[0].Layer.Flow?.Omega ?? 0, reach.Count == 0 ? 0 : reach.Sum / reach.Count);
    }

    /// <summary>The mean of log10 |g_t| / |g_T| of the file's gradients.</summary>
    private double Reach()
    {
        var (steps, rows) = (_file.Int("T"), _file.Int("B"));
        var sum = 0.0;
        for (var b = 0; b < rows; b++)
        {
            for (var t = 0; t < steps - 1; t++)
                sum += Math.Log10(Norm(t, b) / Norm(steps - 1, b));
        }
        return sum / (rows * (steps - 1));

        double Norm(int t, int b) => Math.Sqrt(_file.Numbers("grad_states", t, b).Sum(value => value * value));
    }

    private static void Fill(Parameter matrix, double[] values, bool transposed)
    {
        var columns = transposed ? matrix.Rows : matrix.Columns;
        Assert.AreEqual(matrix.Rows * matrix.Columns, values.Length);
        for (var i = 0; i < values.Length; i++)
            (transposed ? ref matrix.At(i % columns, i / columns) : ref matrix.At(i / columns, i % columns)) = (float)values[i];
    }
}
