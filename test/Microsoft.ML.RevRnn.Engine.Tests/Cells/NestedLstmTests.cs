using Microsoft.ML.RevRnn.Cells;
using Microsoft.ML.RevRnn.Networks;

namespace Microsoft.ML.RevRnn.Engine.Tests;

/// <summary>Nested LSTMs of each depth.</summary>
[TestClass]
internal sealed class NestedLstmTests
{
    private const int Units = 4, Rows = 3, Steps = 6;

    [TestMethod]
    [DataRow(1)]
    [DataRow(2)]
    [DataRow(3)]
    [DataRow(4)]
    public void GradientsAreThoseOfFiniteDifferences(int depth)
    {
        const double Step = 1e-4;
        using var run = Run(depth);
        var texts = Sequences.Random(Rows, Steps, Steps);
        var layer = run.Parameters.Encoder.Stacks[0].Layers[0];
        var reference = new Reference(run.Parameters, depth);

        run.Train(texts);

        for (var i = 0; i < run.Outputs.Length; i++)
            Assert.AreEqual(reference.Outputs(texts)[i], run.Outputs[i], 1e-5, $"output {i}");
        foreach (var parameter in layer.All)
        {
            for (var i = 0; i < parameter.Rows * parameter.Columns; i += 1 + i % 3)
            {
                ref var value = ref reference.Values[parameter][i];
                var at = value;
                value = at + Step;
                var above = reference.Loss(texts);
                value = at - Step;
                var below = reference.Loss(texts);
                value = at;
                Assert.AreEqual((above - below) / (2 * Step), parameter.GradientAt(i / parameter.Columns, i % parameter.Columns), 2e-5, $"{parameter.Name} {i}");
            }
        }
    }

    /// <summary>As many as a two-layer LSTM of the same units has, and as the article counts.</summary>
    [TestMethod]
    public void ParametersAreCounted()
    {
        Assert.AreEqual(5_764_800, new CellShape(NestedLstmSpec.Of(2), 600, 600).ParameterCount);
        Assert.AreEqual(new CellShape(CellKind.Lstm, 600, 600).ParameterCount, new CellShape(NestedLstmSpec.Of(1), 600, 600).ParameterCount);
        using var parameters = new LayerParameters("layer", new CellShape(NestedLstmSpec.Of(3), 6, 8), Parameter.Identity(6), 32);
        Assert.AreEqual(parameters.Shape.ParameterCount, parameters.All.Sum(parameter => parameter.Rows * parameter.Columns));
    }

    [TestMethod]
    [DataRow(1)]
    [DataRow(4)]
    public void TheDepthIsSaved(int depth)
    {
        var network = new NetworkOptions { Cell = CellKind.NestedLstm, NestingDepth = depth, EmbeddingSize = 6, HiddenSize = 8, LayerCount = 2 };
        var training = new TrainingOptions { MaximumEpochs = 1, BatchSize = 8, ValidationFraction = 0, Seed = 1 };

        var model = SequenceClassifier.Train(Sequences.Random(24, 5, 20), Sequences.Labels(24), 3, 11, network, training).Model;

        var loaded = Models.Classifier(Models.Bytes(model));
        Assert.AreEqual(depth, loaded.Network.NestingDepth);
        Near.AreSame(model.Predict(1, 2, 3), loaded.Predict(1, 2, 3), "probabilities");
    }

    [TestMethod]
    [DataRow(CellKind.NestedLstm)]
    [DataRow(CellKind.DeepTransition)]
    [DataRow(CellKind.MixedGru)]
    public void NoNeuronIsCutFromACellOfSeveralProducts(CellKind cell)
    {
        using var parameters = Heads.NetworkParameters.OfSequences(new NetworkShape(new NetworkOptions { Cell = cell, EmbeddingSize = 4, HiddenSize = 4 }, 11), 3);

        StringAssert.Contains(Assert.ThrowsExactly<ArgumentException>(() => Selection.NeuronGroup.Of(parameters, selectsInputs: false)).Message, $"Cell is {cell}, which makes gates of gates");
    }

    [TestMethod]
    [DataRow(0)]
    [DataRow(5)]
    public void ADepthOutOfRangeIsNamed(int depth)
        => Assert.AreEqual(nameof(NetworkOptions.NestingDepth), Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new NetworkOptions { NestingDepth = depth }.Validate()).ParamName);

    private static StackRun Run(int depth) => new(new StackSetup
    {
        Cell = CellKind.NestedLstm,
        NestingDepth = depth,
        Units = Units,
        EmbeddingWidth = 3,
        Strategy = ActivationStrategy.Checkpointed,
        MinimumChunkSteps = 2,
        MaximumChunkSteps = 2,
    });

    /// <summary>The same in plain double-precision loops, with values that may be changed.</summary>
    private sealed class Reference(Heads.NetworkParameters parameters, int depth)
    {
        private readonly LayerParameters _layer = parameters.Encoder.Stacks[0].Layers[0];

        public Dictionary<Parameter, double[]> Values { get; } = parameters.Encoder.Stacks[0].Layers[0].All.ToDictionary(
            parameter => parameter, parameter => Enumerable.Range(0, parameter.Rows * parameter.Columns).Select(i => (double)parameter.At(i / parameter.Columns, i % parameter.Columns)).ToArray());

        /// <summary>That of a LinearHead.</summary>
        public double Loss(int[][] texts) => Outputs(texts).Select((output, i) => output * LinearHead.Coefficient(i / Units, i % Units)).Sum();

        /// <summary>Rows of a step beside each other.</summary>
        public double[] Outputs(int[][] texts)
        {
            double[][] ofRows = [.. texts.Select(Run)];
            return [.. Enumerable.Range(0, Steps).SelectMany(t => ofRows.SelectMany(row => row[(t * Units)..((t + 1) * Units)]))];
        }

        private double[] Run(int[] text)
        {
            double[][] states = [.. Enumerable.Range(0, depth + 1).Select(_ => new double[Units])];
            var outputs = new List<double>();
            foreach (var token in text)
            {
                double[] x = [.. Enumerable.Range(0, 3).Select(i => (double)parameters.Encoder.Embedding.Value.At(token, i))];
                states[0] = Level(0, x, states[0], states);
                outputs.AddRange(states[0]);
            }
            return [.. outputs];
        }

        /// <summary>o tanh(c) of a level that reads u and v.</summary>
        private double[] Level(int level, double[] u, double[] v, double[][] states)
        {
            double[] Gate(int gate) => [.. Enumerable.Range(0, Units).Select(unit => Sum(level, gate * Units + unit, u, v))];
            var (i, j, f, o) = (Gate(0).Select(Sigmoid).ToArray(), Gate(1), Gate(2).Select(Sigmoid).ToArray(), Gate(3).Select(Sigmoid).ToArray());
            if (level > 0)
                j = [.. j.Select(Math.Tanh)];
            double[] added = [.. i.Zip(j, (a, b) => a * b)];
            double[] kept = [.. f.Zip(states[level + 1], (a, b) => a * b)];
            states[level + 1] = level == depth - 1 ? [.. added.Zip(kept, (a, b) => a + b)] : Level(level + 1, added, kept, states);
            return [.. o.Zip(states[level + 1], (gate, c) => gate * Math.Tanh(c))];
        }

        private double Sum(int level, int column, double[] u, double[] v)
        {
            const int Columns = NestedLstmSpec.Level * Units;
            var sum = Values[_layer.Bias][level * Columns + column];
            for (var k = 0; k < u.Length; k++)
                sum += u[k] * Values[level == 0 ? _layer.Input : _layer.Inner[level - 1]][k * Columns + column];
            for (var k = 0; k < Units; k++)
                sum += v[k] * (level == 0 ? Values[_layer.Hidden[0]][k * Columns + column] : Values[_layer.Inner[level - 1]][(Units + k) * Columns + column]);
            return sum;
        }

        private static double Sigmoid(double a) => 1 / (1 + Math.Exp(-a));
    }
}
