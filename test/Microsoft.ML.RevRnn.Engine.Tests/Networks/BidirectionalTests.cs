using Microsoft.ML.RevRnn.Compute;
using Microsoft.ML.RevRnn.Heads;
using Microsoft.ML.RevRnn.Networks;

namespace Microsoft.ML.RevRnn.Engine.Tests;

[TestClass]
internal sealed class BidirectionalTests
{
    private const int H = 6;

    private static readonly int[][] _sequences = Sequences.Random(9, 1, 40);

    private static readonly ActivationStrategy[] _strategies =
        [ActivationStrategy.Stored, ActivationStrategy.Checkpointed, ActivationStrategy.Reversible, ActivationStrategy.Hybrid, ActivationStrategy.Auto];

    [TestMethod]
    [GoldenFiles("bidirectional_gru")]
    public void OutputsAndGradientsAreThoseOfPyTorch(string name)
    {
        var file = GoldenFile.Load(name);
        var (steps, rows, inputs, units) = (file.Int("T"), file.Int("B"), file.Int("I"), file.Int("H"));
        var lengths = Array.ConvertAll(file.Numbers("lengths"), length => (int)length);
        var shape = new NetworkShape(
            new NetworkOptions { Cell = CellKind.GruResetAfter, EmbeddingSize = inputs, HiddenSize = units, Bidirectional = true }, steps * rows);
        using var device = new Device(threads: 2);
        using var parameters = new EncoderParameters(shape);
        // Token t B + b stands for the file's x[t][b], so that the gradient by a token's vector is that by x.
        var x = file.Numbers("x");
        for (var i = 0; i < x.Length; i++)
            parameters.Embedding.Value.At(i / inputs, i % inputs) = (float)x[i];
        string[] suffixes = ["_l0", "_l0_reverse"];
        foreach (var (stack, suffix) in parameters.Stacks.Zip(suffixes))
            GoldenWeights.ForEach(file, stack.Layers[0], "params", (parameter, row, column, value) => parameter.At(row, column) = (float)value, suffix);
        var settings = new StackSettings { Strategy = ActivationStrategy.Checkpointed, ChunkLength = new ChunkLength(1, 2, 1) };
        using var encoder = Encoders.Create(parameters, settings, device);
        encoder.PrepareTraining();
        var batch = new PackedBatch();
        int[][] tokens = [.. lengths.Select((length, b) => Enumerable.Range(0, length).Select(t => t * rows + b).ToArray())];
        batch.Fill(tokens, Parameter.Identity(rows), 0);
        // The second direction's outputs lie where it reads: its output for token t is in row length - 1 - t.
        int Place(long flat, int i)
        {
            var t = Enumerable.Range(0, batch.StepCount).Last(step => batch.FlatOffset(step) <= flat);
            var row = (int)(flat - batch.FlatOffset(t));
            var at = i < units ? t : batch.Length(row) - 1 - t;
            return (at * rows + batch.MemberOfRow(row)) * 2 * units + i;
        }
        var ofOutputs = file.Numbers("loss_weight_out");
        using var head = new WatchedHead(encoder, new LinearHead(encoder, (flat, i) => (float)ofOutputs[Place(flat, i)]));

        new BatchPass(encoder, head).Train(batch, seed: 0);

        var expected = file.Numbers("out");
        var outputs = head.Outputs;
        for (var i = 0; i < outputs.Length; i++)
            Assert.AreEqual(expected[Place(i / (2 * units), i % (2 * units))], outputs[i], 1e-5, $"output {i}");
        foreach (var (stack, suffix) in parameters.Stacks.Zip(suffixes))
        {
            GoldenWeights.ForEach(file, stack.Layers[0], "grad_params",
                (parameter, row, column, value) => Assert.AreEqual(value, parameter.GradientAt(row, column), 1e-5, $"{parameter.Name} {row} {column}"), suffix);
        }
        CheckInputGradients(file.Numbers("grad_x"), parameters.Embedding, inputs);
    }

    [TestMethod]
    [DataRow(CellKind.GruResetAfter)]
    [DataRow(CellKind.NestedLstm)]
    [DataRow(CellKind.DeepTransitionShortcut)]
    public void GradientsOfCellsThatCannotBeReversedAreTheSameBitsCheckpointed(CellKind cell)
    {
        var expected = Gradients(cell, PoolingKind.MeanMaxLast, ActivationStrategy.Stored, threads: 1);

        Assert.IsTrue(expected.Any(value => value != 0));
        Near.AreSame(expected, Gradients(cell, PoolingKind.MeanMaxLast, ActivationStrategy.Checkpointed, threads: 2), "gradient");
    }

    [TestMethod]
    [DataRow(CellKind.RevLstm)]
    [DataRow(CellKind.RevGru)]
    public void GradientsAreTheSameBitsWhateverTheStrategyAndTheNumberOfThreads(CellKind cell)
    {
        foreach (var pooling in Enum.GetValues<PoolingKind>())
        {
            var expected = Gradients(cell, pooling, ActivationStrategy.Stored, threads: 1);
            Assert.IsTrue(expected.Any(value => value != 0));
            foreach (var strategy in _strategies)
                Near.AreSame(expected, Gradients(cell, pooling, strategy, threads: 1), $"{pooling} {strategy}");
            Near.AreSame(expected, Gradients(cell, pooling, ActivationStrategy.Hybrid, threads: 3), $"{pooling}, three threads");
        }
    }

    [TestMethod]
    public void EachDirectionIsAStackOfItsOwn()
    {
        using var device = new Device(threads: 1);
        using var both = new EncoderParameters(new NetworkShape(Network(CellKind.RevLstm, PoolingKind.Mean) with { LayerCount = 2 }, 11));
        both.Initialize(3);
        using var one = new EncoderParameters(new NetworkShape(Network(CellKind.RevLstm, PoolingKind.Mean) with { LayerCount = 2, Bidirectional = false }, 11));
        var reversed = Array.ConvertAll(_sequences, sequence => sequence.AsEnumerable().Reverse().ToArray());

        foreach (var (direction, sequences) in ((int, int[][])[])[(0, _sequences), (1, reversed)])
        {
            one.Embedding.Value.CopyValuesFrom(both.Embedding.Value);
            foreach (var (target, source) in one.Stacks[0].All.Zip(both.Stacks[direction].All))
                target.CopyValuesFrom(source);
            var alone = Outputs(one, sequences, device);
            var joined = Outputs(both, _sequences, device);
            for (var i = 0; i < alone.Length; i++)
                Assert.AreEqual(alone[i], joined[i / H * 2 * H + direction * H + i % H], $"direction {direction}, value {i}");
        }
    }

    [TestMethod]
    [DataRow(CellKind.RevLstm)]
    [DataRow(CellKind.GruResetAfter)]
    public void ReversedTextsAndSwappedDirectionsSwapTheOutputs(CellKind cell)
    {
        using var device = new Device(threads: 1);
        using var parameters = new EncoderParameters(new NetworkShape(Network(cell, PoolingKind.Mean), 11));
        parameters.Initialize(3);
        using var swapped = new EncoderParameters(parameters.Shape);
        swapped.Embedding.Value.CopyValuesFrom(parameters.Embedding.Value);
        for (var direction = 0; direction < 2; direction++)
        {
            foreach (var (target, source) in swapped.Stacks[direction].All.Zip(parameters.Stacks[1 - direction].All))
                target.CopyValuesFrom(source);
        }

        var outputs = Outputs(parameters, _sequences, device);
        var others = Outputs(swapped, Array.ConvertAll(_sequences, sequence => sequence.AsEnumerable().Reverse().ToArray()), device);

        for (var i = 0; i < outputs.Length; i++)
            Assert.AreEqual(outputs[i], others[i / (2 * H) * 2 * H + (i + H) % (2 * H)], $"value {i}");
    }

    [TestMethod]
    public void ABudgetIsForBothDirections()
    {
        var sequences = Sequences.Random(4, 300, 400);
        var network = Network(CellKind.RevGru, PoolingKind.MeanMax) with { HiddenSize = 34 };
        var training = new TrainingOptions { MaximumEpochs = 1, BatchSize = 4, ValidationFraction = 0, Seed = 1, Dropout = 0, ActivationStrategy = ActivationStrategy.Auto };
        var free = SequenceClassifier.Train(sequences, [0, 1, 0, 1], 2, 11, network, training).Report.PeakActivationBytes;

        var held = SequenceClassifier.Train(sequences, [0, 1, 0, 1], 2, 11, network, training with { MemoryBudget = free / 3 }).Report.PeakActivationBytes;

        Assert.IsTrue(held <= free / 3, $"{held} bytes of {free / 3}");
    }

    [TestMethod]
    [DataRow(ActivationStrategy.Stored)]
    [DataRow(ActivationStrategy.Checkpointed)]
    [DataRow(ActivationStrategy.Reversible)]
    [DataRow(ActivationStrategy.Hybrid)]
    public void TheEstimateIsOfBothDirections(ActivationStrategy strategy)
    {
        const int Rows = 16, Steps = 400;
        var network = Network(CellKind.RevGru, PoolingKind.MeanMax) with { HiddenSize = 64, EmbeddingSize = 32 };
        var training = new TrainingOptions
        {
            MaximumEpochs = 1,
            BatchSize = Rows,
            ValidationFraction = 0,
            Seed = 1,
            ThreadCount = 2,
            Dropout = 0,
            ActivationStrategy = strategy,
        };

        var measured = SequenceClassifier.Train(Sequences.Random(Rows, Steps, Steps), Sequences.Labels(Rows), 3, 11, network, training).Report.PeakActivationBytes;

        var estimate = ActivationMemory.Estimate(network, Rows, Steps, threadCount: 2)[strategy]!.Value;
        Assert.AreEqual(1, (double)measured / estimate, 0.05, $"{measured} bytes, and {estimate} were foretold");
    }

    [TestMethod]
    public void TheSecondDirectionTellsOfTheBeginning()
    {
        // The class is the first token, which the first direction read long ago, and the second last.
        var sequences = Sequences.Random(300, 30, 40, vocabulary: 4, seed: 5);
        var labels = Array.ConvertAll(sequences, sequence => sequence[0] % 2);
        var network = new NetworkOptions { Cell = CellKind.RevGru, EmbeddingSize = 8, HiddenSize = 8, Pooling = PoolingKind.Last };
        var training = new TrainingOptions { MaximumEpochs = 12, BatchSize = 16, LearningRate = 0.01f, Dropout = 0, ValidationFraction = 0, Seed = 1 };

        var both = SequenceClassifier.Train(sequences[..200], labels[..200], 2, 4, network with { Bidirectional = true }, training).Model;

        Assert.IsTrue(both.Accuracy(sequences[200..], labels[200..]) > 0.95);
    }

    private static NetworkOptions Network(CellKind cell, PoolingKind pooling)
        => new() { Cell = cell, EmbeddingSize = 5, HiddenSize = H, Bidirectional = true, Pooling = pooling };

    private static float[] Gradients(CellKind cell, PoolingKind pooling, ActivationStrategy strategy, int threads)
    {
        using var device = new Device(threads);
        using var parameters = NetworkParameters.OfSequences(new NetworkShape(Network(cell, pooling) with { LayerCount = 2 }, 11), 3);
        parameters.Initialize(1);
        foreach (var parameter in parameters.Dense)
            parameter.EnableGradient();
        var settings = new StackSettings
        {
            Strategy = strategy,
            MemoryBudget = strategy == ActivationStrategy.Auto ? 60_000 : null,
            Dropout = new DropoutRates(0.2f, 0.3f, 0.4f, 0.1f, 0.2f),
            ChunkLength = new ChunkLength(3, 5, 20),
        };
        using var encoder = Encoders.Create(parameters.Encoder, settings, device);
        encoder.PrepareTraining();
        using var head = new PooledHead(parameters, encoder, new SoftmaxLoss(Sequences.Labels(_sequences.Length)), dropout: 0.4f);
        var batch = new PackedBatch();
        batch.Fill(_sequences, Parameter.Identity(_sequences.Length), 0);
        new BatchPass(encoder, head).Train(batch, seed: 5);
        return [.. parameters.Dense.SelectMany(parameter => parameter.Gradients.ToArray()), .. parameters.Encoder.Embedding.Gradients];
    }

    private static float[] Outputs(EncoderParameters parameters, int[][] sequences, Device device)
    {
        using var encoder = Encoders.Create(parameters, StackSettings.Prediction, device);
        using var head = new WatchedHead(encoder, new LinearHead(encoder));
        var batch = new PackedBatch();
        batch.Fill(sequences, Parameter.Identity(sequences.Length), 0);
        var pass = new BatchPass(encoder, head);
        pass.PackWeights();
        pass.Run(batch);
        return head.Outputs;
    }

    private static unsafe void CheckInputGradients(double[] expected, EmbeddingTable embedding, int inputs)
    {
        for (var i = 0; i < expected.Length; i++)
        {
            // What lies behind a sequence's end is no token of the batch, and has no gradient.
            var slot = embedding.Touched.IndexOf(i / inputs);
            Assert.AreEqual(expected[i], slot < 0 ? 0 : embedding.Gradient[slot * embedding.Stride + i % inputs], 1e-5, $"input {i}");
        }
    }
}
