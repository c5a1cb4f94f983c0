using Microsoft.ML.RevRnn.Cells;
using Microsoft.ML.RevRnn.Compute;
using Microsoft.ML.RevRnn.Networks;

namespace Microsoft.ML.RevRnn.Engine.Tests;

/// <summary>Leaky units: how long they remember, and that without a leak they are Elman's.</summary>
[TestClass]
internal sealed class LeakyTests
{
    [TestMethod]
    public void WithoutALeakTheyAreElmansToTheBit()
    {
        var setup = new StackSetup { Cell = CellKind.LeakyElman, Units = 34, Layers = 2, Dropout = 0.2f, Strategy = ActivationStrategy.Stored };
        using var leaky = new StackRun(setup);
        using var elman = new StackRun(setup with { Cell = CellKind.Elman });
        foreach (var (source, target) in leaky.Parameters.Encoder.Stacks[0].Layers.Zip(elman.Parameters.Encoder.Stacks[0].Layers))
        {
            SetLeaks(source, -200);
            Copy(source.Input, target.Input);
            Copy(source.Hidden[0], target.Hidden[0]);
            Copy(source.Bias, target.Bias);
        }
        var sequences = Sequences.Random(9, 1, 40);

        leaky.Train(sequences);
        elman.Train(sequences);

        Near.AreSame(elman.Outputs, leaky.Outputs, "output");
        foreach (var (source, target) in leaky.Parameters.Encoder.Stacks[0].Layers.Zip(elman.Parameters.Encoder.Stacks[0].Layers))
        {
            Near.AreSame(Gradients(target.Input), Gradients(source.Input), "gradient by input weights");
            Near.AreSame(Gradients(target.Hidden[0]), Gradients(source.Hidden[0]), "gradient by recurrent weights");
            Near.AreSame(Gradients(target.Bias), Gradients(source.Bias).AsSpan(0, 34), "gradient by the bias");
        }
    }

    [TestMethod]
    public void LongTimeConstantsKeepTheState()
    {
        var file = GoldenFile.Load("leaky_elman");
        using var layer = new GoldenLayer(file, CellArithmetic.Unquantized, SimdWidths.Best);
        SetLeaks(layer.Parameters, 9);
        var start = file.Numbers("h0");

        layer.Forward([Bits(start)], keepsLostBits: false);

        // Each step moves a state in [-1, 1] by at most 2 (1 - alpha).
        var most = 2 * layer.Steps / (1 + Math.Exp(9)) + 1e-6;
        var moved = layer.HiddenAfter(layer.Steps - 1).Zip(start).Max(pair => Math.Abs(pair.First - pair.Second));
        Assert.IsTrue(moved <= most && moved > 1e-5, $"The state moved by {moved}.");
    }

    [TestMethod]
    [DataRow(CellKind.LeakyElman)]
    [DataRow(CellKind.RevLeaky)]
    public void TimeConstantsStartSpreadOverTheirLogarithms(CellKind cell)
    {
        var network = new NetworkOptions { Cell = cell, HiddenSize = 4096, EmbeddingSize = 2, LongestTimeConstant = 1000 };
        using var parameters = new StackParameters(new NetworkShape(network, 2), Parameter.Identity(2), 32);
        parameters.Initialize(3);

        double[] logarithms = [.. Leaks(parameters.Layers[0]).Select(bias => Math.Log(1 + Math.Exp(bias))).Order()];

        // Uniform over [0, ln 1000]: each tenth of the units has a tenth of the range.
        for (var tenth = 0; tenth < 10; tenth++)
            Assert.AreEqual(Math.Log(1000) * (tenth + 0.5) / 10, logarithms[(2 * tenth + 1) * 4096 / 20], 0.15, $"{tenth}");
        Assert.IsTrue(logarithms[^1] <= Math.Log(1000) + 1e-5);
    }

    [TestMethod]
    [DataRow(CellKind.LeakyElman, true)]
    [DataRow(CellKind.LeakyElman, false)]
    [DataRow(CellKind.RevLeaky, true)]
    [DataRow(CellKind.RevLeaky, false)]
    public void TimeConstantsAreLearnedUnlessTheyAreFixed(CellKind cell, bool learns)
    {
        var network = new NetworkOptions { Cell = cell, HiddenSize = 34, EmbeddingSize = 6, LearnsTimeConstants = learns };
        var training = new TrainingOptions { MaximumEpochs = 1, BatchSize = 8, ValidationFraction = 0, Seed = 1, WeightDecay = 0.1f };
        using var start = new StackParameters(new NetworkShape(network, 11), Parameter.Identity(6), 32);
        start.Initialize(CounterRandom.Key(training.RandomSeed, RandomUse.InitialWeights));

        var model = SequenceClassifier.Train(Sequences.Random(24, 5, 20), Sequences.Labels(24), 3, 11, network, training).Model;

        var (before, after) = (Leaks(start.Layers[0]), Leaks(model.Parameters.Encoder.Stacks[0].Layers[0]));
        if (learns)
            Assert.IsTrue(before.Zip(after).Count(pair => pair.First != pair.Second) > 30);
        else
            CollectionAssert.AreEqual(before, after);
        Assert.AreEqual(learns, Models.Classifier(Models.Bytes(model)).Network.LearnsTimeConstants);
    }

    [TestMethod]
    [DataRow(0.5f)]
    [DataRow(200_000f)]
    [DataRow(float.NaN)]
    public void ATimeConstantOutOfRangeIsNamed(float longest)
    {
        var failure = Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new NetworkOptions { LongestTimeConstant = longest }.Validate());

        Assert.AreEqual(nameof(NetworkOptions.LongestTimeConstant), failure.ParamName);
    }

    private static void SetLeaks(LayerParameters layer, float bias)
    {
        for (var unit = 0; unit < layer.Shape.Units; unit++)
            layer.Bias.At(0, layer.Shape.Units + unit) = bias;
    }

    /// <summary>The biases of the leaks, of all halves.</summary>
    private static float[] Leaks(LayerParameters layer)
    {
        var (half, gates) = (layer.Shape.Half, layer.Shape.GateCount);
        return [.. Enumerable.Range(0, layer.Bias.Columns).Where(column => column / half % gates == RevLeakySpec.Z).Select(column => layer.Bias.At(0, column))];
    }

    /// <summary>As much as the target has room for: padding differs.</summary>
    private static void Copy(Parameter source, Parameter target)
    {
        for (var row = 0; row < target.Rows; row++)
        {
            for (var column = 0; column < target.Columns; column++)
                target.At(row, column) = source.At(row, column);
        }
    }

    private static float[] Gradients(Parameter parameter) =>
        [.. Enumerable.Range(0, parameter.Rows * parameter.Columns).Select(i => parameter.GradientAt(i / parameter.Columns, i % parameter.Columns))];

    private static int[] Bits(double[] values) => Array.ConvertAll(values, value => BitConverter.SingleToInt32Bits((float)value));
}
