using Microsoft.ML.RevRnn.Cells;
using Microsoft.ML.RevRnn.Compute;
using Microsoft.ML.RevRnn.Heads;
using Microsoft.ML.RevRnn.Networks;
using Microsoft.ML.RevRnn.Selection;

namespace Microsoft.ML.RevRnn.Engine.Tests;

/// <summary>Gates, expected weights and a gated LSTM against an independent implementation.</summary>
[TestClass]
internal sealed class HardConcreteTests
{
    private GoldenFile _file = null!;

    [TestMethod]
    [GoldenFiles("hard_concrete_neuron_gates", "i")]
    [GoldenFiles("hard_concrete_neuron_gates", "h")]
    public void GatesAreThoseOfTheReference(string name, string set)
    {
        _file = GoldenFile.Load(name);
        var a = _file.Numbers($"log_alpha_{set}");
        var u = _file.Numbers($"u_{set}");

        Near.AreNear(_file.Numbers($"sample_{set}"), [.. a.Zip(u, (a, u) => HardConcrete.Sample(a, u).Gate)], 1e-12, "sample");
        Near.AreNear(_file.Numbers($"final_{set}"), [.. a.Select(HardConcrete.Final)], 1e-12, "final");
        Near.AreNear(_file.Numbers($"p_open_{set}"), [.. a.Select(a => HardConcrete.Open(a).Probability)], 1e-12, "P(open)");
    }

    [TestMethod]
    [GoldenFiles("hard_concrete_neuron_gates")]
    public void LossAndGradientAreThoseOfTheReference(string name)
    {
        _file = GoldenFile.Load(name);
        const double Penalty = 0.01;
        var layer = new CellShape(CellKind.Lstm, _file.Int("I"), _file.Int("H"));
        var (ofInputs, ofUnits) = (Gates("i"), Gates("h"));
        var inputs = ofInputs.Sum(gate => gate.Open.Probability);
        double[] units = [ofUnits.Sum(gate => gate.Open.Probability)];

        var left = ExpectedWeights.Of(layer, inputs, units);

        Near.AreNear([_file.Number("expected_weights")], [left], 1e-12, "expected weights");
        var loss = ofInputs.Concat(ofUnits).Sum(gate => gate.Sample.Gate * gate.Weight) + Penalty * left;
        Assert.AreEqual(_file.Number("loss"), loss, 1e-12);
        var byInputs = ExpectedWeights.SlopeByInputs(layer, units);
        var byUnits = ExpectedWeights.SlopeByUnits(layer, inputs, units, 0);
        Near.AreNear(
            _file.Numbers("grad_log_alpha_i"), [.. ofInputs.Select(gate => gate.Sample.Slope * gate.Weight + Penalty * byInputs * gate.Open.Slope)], 1e-12, "inputs");
        Near.AreNear(
            _file.Numbers("grad_log_alpha_h"), [.. ofUnits.Select(gate => gate.Sample.Slope * gate.Weight + Penalty * byUnits * gate.Open.Slope)], 1e-12, "units");

        (double Weight, (double Gate, double Slope) Sample, (double Probability, double Slope) Open)[] Gates(string set)
        {
            var (a, u, weights) = (_file.Numbers($"log_alpha_{set}"), _file.Numbers($"u_{set}"), _file.Numbers($"loss_weight_{set}"));
            return [.. a.Index().Select(gate => (weights[gate.Index], HardConcrete.Sample(gate.Item, u[gate.Index]), HardConcrete.Open(gate.Item)))];
        }
    }

    [TestMethod]
    public void AGateIsExactlyClosedAndExactlyOpenFarOut()
    {
        Assert.AreEqual(0, HardConcrete.Final(-2.3979));
        Assert.IsTrue(HardConcrete.Final(-2.397) > 0);
        Assert.AreEqual(1, HardConcrete.Final(2.3979));
        Assert.IsTrue(HardConcrete.Final(2.397) < 1);
    }

    /// <summary>The weights of a reversible layer: each half's gates read the other half.</summary>
    [TestMethod]
    [DataRow(CellKind.RevLstm, 5)]
    [DataRow(CellKind.RevGru, 3)]
    public void ExpectedWeightsOfAnOpenLayerAreItsWeights(CellKind cell, int gates)
    {
        var layer = new CellShape(cell, 7, 10);
        double[] units = [5, 5];

        Assert.AreEqual(gates * (10 * 7 + 2 * 5 * 5), ExpectedWeights.Of(layer, 7, units));
        // Of half the inputs, and of a fifth of one half: slopes are those of differences, since it is linear in each.
        double[] fewer = [1, 5];
        Assert.AreEqual(ExpectedWeights.Of(layer, 7, units) - ExpectedWeights.Of(layer, 7, fewer), 4 * ExpectedWeights.SlopeByUnits(layer, 7, units, 0), 1e-9);
        Assert.AreEqual(ExpectedWeights.Of(layer, 7, fewer) - ExpectedWeights.Of(layer, 3, fewer), 4 * ExpectedWeights.SlopeByInputs(layer, fewer), 1e-9);
    }

    [TestMethod]
    [GoldenFiles("hard_concrete_neuron_gates")]
    public void TheGatedAndTheShrunkLstmAreThoseOfTheReference(string name)
    {
        _file = GoldenFile.Load(name);
        var (steps, rows, inputs, units) = (_file.Int("T"), _file.Int("B"), _file.Int("I"), _file.Int("H"));
        var shape = new NetworkShape(new NetworkOptions { Cell = CellKind.Lstm, EmbeddingSize = inputs, HiddenSize = units }, steps * rows);
        using var network = NetworkParameters.OfTokens(shape, 2);
        // Token t B + b stands for the file's x[t][b].
        Fill(network.Encoder.Embedding.Value, _file.Numbers("lstm", "x"), transposed: false);
        var layer = network.Encoder.Stacks[0].Layers[0];
        Fill(layer.Input, _file.Numbers("lstm", "weight_ih"), transposed: true);
        Fill(layer.Hidden[0], _file.Numbers("lstm", "weight_hh"), transposed: true);
        Fill(layer.Bias, _file.Numbers("lstm", "bias"), transposed: false);
        float[][] open = [Open("open_i"), Open("open_h")];
        int[][] kept = [.. open.Select(gates => gates.Index().Where(gate => gate.Item == 1).Select(gate => gate.Index).ToArray())];
        var groups = NeuronGroup.Of(network, selectsInputs: true);

        using var shrunk = NetworkShrinker.Shrink(network, groups, new NeuronChoice(kept, open), smaller => NetworkParameters.OfTokens(smaller, 2));

        Assert.AreEqual((kept[0].Length, kept[1].Length), (shrunk.Network.Options.EmbeddingSize, shrunk.Network.Options.HiddenSize));
        var (gated, cut) = (Outputs(network, steps, rows), Outputs(shrunk, steps, rows));
        // A closed neuron has a value still, which nothing reads: the file's is multiplied by the gate.
        Near.AreNear(_file.Numbers("lstm", "out_gated"), [.. gated.Index().Select(output => output.Item * open[1][output.Index % units])], 1e-5, "gated");
        Near.AreNear(_file.Numbers("lstm", "out_shrunk"), cut, 1e-5, "shrunk");
    }

    private float[] Open(string name) => Array.ConvertAll(_file.Numbers("lstm", name), value => (float)value);

    private static void Fill(Parameter matrix, double[] values, bool transposed)
    {
        var columns = transposed ? matrix.Rows : matrix.Columns;
        Assert.AreEqual(matrix.Rows * matrix.Columns, values.Length);
        for (var i = 0; i < values.Length; i++)
            (transposed ? ref matrix.At(i % columns, i / columns) : ref matrix.At(i / columns, i % columns)) = (float)values[i];
    }

    /// <summary>[T, B, H]: the file's order is that of a batch whose rows are equally long.</summary>
    private static double[] Outputs(NetworkParameters network, int steps, int rows)
    {
        using var device = new Device(threads: 1);
        using var encoder = Encoders.Create(network.Encoder, StackSettings.Prediction, device);
        using var head = new WatchedHead(encoder, new LinearHead(encoder));
        var batch = new PackedBatch();
        batch.Fill([.. Enumerable.Range(0, rows).Select(b => Enumerable.Range(0, steps).Select(t => t * rows + b).ToArray())], Parameter.Identity(rows), 0);
        var pass = new BatchPass(encoder, head);
        pass.PackWeights();
        pass.Run(batch);
        CollectionAssert.AreEqual(Parameter.Identity(rows), Enumerable.Range(0, rows).Select(batch.MemberOfRow).ToArray());
        return Array.ConvertAll(head.Outputs, output => (double)output);
    }
}
