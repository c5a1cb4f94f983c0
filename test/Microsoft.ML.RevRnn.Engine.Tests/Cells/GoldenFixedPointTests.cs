using System.Numerics;
using Microsoft.ML.RevRnn.Cells;
using Microsoft.ML.RevRnn.Compute;

namespace Microsoft.ML.RevRnn.Engine.Tests;

/// <summary>
/// The fixed-point cells against an independent implementation with double-precision gates and one unbounded buffer for each unit. Units share lanes
/// here, so low bits of the states differ by design, and a state that differs may round a gate the other way, worth |h| 2^-10. So each step of the engine is
/// compared with what the equations make of the engine's own states before it.
/// </summary>
[TestClass]
internal sealed class GoldenFixedPointTests
{
    private const double Tolerance = 1e-5;

    // Units of 2^-23: what is added is rounded to one, and its tanh is good to about one.
    private const double StepTolerance = 2;

    [TestMethod]
    [GoldenFiles("revlstm_fixed")]
    [GoldenFiles("revgru_fixed")]
    public void ScalarLayerWithUnboundedBuffersGivesTheReferencesIntegers(string name)
    {
        var buffers = new Dictionary<(int, int, int), BigInteger>();
        ScalarStates(GoldenFile.Load(name), (row, part, unit, state, z) =>
        {
            var key = (row, part, unit);
            var algorithm = new UnboundedAlgorithm1(state, buffers.GetValueOrDefault(key));
            algorithm.Multiply(z);
            buffers[key] = algorithm.Buffer;
            return (int)algorithm.State;
        }, (file, t, hidden, cell) =>
        {
            var shape = GoldenLayer.ShapeOf(file);
            CollectionAssert.AreEqual(Integers(Hidden(shape, file, "steps", t, "state")), hidden, $"hidden state after step {t}");
            if (HasCell(shape))
                CollectionAssert.AreEqual(Integers(Cell(shape, file, "steps", t, "state")), cell, $"cell state after step {t}");
        });
    }

    [TestMethod]
    [GoldenFiles("revlstm_fixed")]
    [GoldenFiles("revgru_fixed")]
    public void TheGradientAlongTheReferencesStatesIsTheReferences(string name)
    {
        var file = GoldenFile.Load(name);
        var shape = GoldenLayer.ShapeOf(file);
        int[][][] moments = [States(shape, file, "state0_fixed"), .. Enumerable.Range(0, file.Int("T")).Select(t => States(shape, file, "steps", t, "state"))];
        var reference = new StraightThroughLayer(file, shape, maximumGate: 1024);
        double[][] gates = [.. Enumerable.Range(0, file.Int("T")).Select(t => reference.Gates(file.Numbers("x", t), moments[t], moments[t + 1]))];

        var (inputs, start) = Gradients(file, reference, moments, gates);

        Near.AreNear(file.Numbers("grad_x"), inputs, 1e-11, "gradient by the inputs");
        for (var state = 0; state < shape.StateCount; state++)
            Near.AreNear(State(shape, file, state, "grad_state0"), start[state], 1e-11, $"gradient by the first state {state}");
        for (var half = 0; half < 2; half++)
        {
            var weights = new GoldenWeights(file, shape, "grad_params", half);
            for (var row = 0; row < shape.GateCount * shape.Half; row++)
                Near.AreNear(weights.Row(row / shape.Half, row % shape.Half), reference.WeightGradients[half][row], 1e-11, $"gradient by weights {row} of half {half}");
        }
    }

    [TestMethod]
    [GoldenFiles("revlstm_fixed", CellArithmetic.Reversible, SimdWidth.Bits512)]
    [GoldenFiles("revlstm_fixed", CellArithmetic.Reversible, SimdWidth.Bits256)]
    [GoldenFiles("revlstm_fixed", CellArithmetic.Reversible, SimdWidth.Bits128)]
    [GoldenFiles("revlstm_fixed", CellArithmetic.Inference, SimdWidth.Bits512)]
    [GoldenFiles("revgru_fixed", CellArithmetic.Reversible, SimdWidth.Bits512)]
    [GoldenFiles("revgru_fixed", CellArithmetic.Reversible, SimdWidth.Bits256)]
    [GoldenFiles("revgru_fixed", CellArithmetic.Reversible, SimdWidth.Bits128)]
    [GoldenFiles("revgru_fixed", CellArithmetic.Inference, SimdWidth.Bits512)]
    public void EachStepAndTheGradientFollowFromTheStatesBeforeIt(string name, CellArithmetic arithmetic, SimdWidth width)
    {
        var file = GoldenFile.Load(name);
        using var layer = new GoldenLayer(file, arithmetic, width);
        var shape = layer.Shape;
        var reference = new StraightThroughLayer(file, shape, shape.Spec.MaximumGate);
        var moments = layer.StatesOfEachStep(States(shape, file, "state0_fixed"));

        layer.Forward(moments[0], keepsLostBits: true);

        for (var state = 0; state < shape.StateCount; state++)
            CollectionAssert.AreEqual(moments[^1][state], layer.StateNow(state), "The steps as one chunk end elsewhere than one by one.");
        double[][] gates = [.. Enumerable.Range(0, layer.Steps).Select(layer.Gates)];
        CheckSteps(file, reference, arithmetic, moments, gates);
        for (var t = 0; t < layer.Steps; t++)
            Near.AreNear(Real(moments[t + 1][CellSpec.HiddenState]), layer.HiddenAfter(t), 1.0 / (1 << 24), $"output of step {t}");
        var bits = gates.Sum(ofStep => ForgetGates(shape, reference, ofStep).Sum(gate => -Math.Log2(reference.Quantize(gate) / 1024.0)));
        Assert.AreEqual(bits, layer.OptimalBits(), Tolerance * bits);

        if (arithmetic == CellArithmetic.Reversible)
        {
            var outputs = Enumerable.Range(0, layer.Steps).Select(layer.HiddenAfter).ToArray();
            layer.Reverse();
            for (var t = 0; t < layer.Steps; t++)
            {
                CollectionAssert.AreEqual(outputs[t], layer.HiddenAfter(t), $"recovered output of step {t}");
                CollectionAssert.AreEqual(gates[t], layer.Gates(t), $"recovered gates of step {t}");
            }
            for (var state = 0; state < shape.StateCount; state++)
                CollectionAssert.AreEqual(moments[0][state], layer.StateNow(state), $"recovered first state {state}");
            Assert.IsTrue(layer.Layer.LostBitStore.IsEmpty);
        }

        layer.Backward(file.Numbers("loss_weight_out"), Numbers(shape, file, "loss_weight_final"));

        var (inputs, start) = Gradients(file, reference, moments, gates);
        Near.AreNearToLargest(inputs, layer.InputGradients(), Tolerance, "gradient by the inputs");
        for (var state = 0; state < shape.StateCount; state++)
            Near.AreNearToLargest(start[state], layer.StartGradients(state), Tolerance, $"gradient by the first state {state}");
        var (expected, actual) = layer.ParameterGradients((half, gate, unit, column) => reference.WeightGradients[half][gate * shape.Half + unit][column]);
        Near.AreNearToLargest(expected, actual, Tolerance, "gradient by the parameters");
    }

    /// <summary>Gates are those that the states before a step give, and states after it those that the gates give: product, with the digits of the lanes, and update.</summary>
    private static void CheckSteps(GoldenFile file, StraightThroughLayer reference, CellArithmetic arithmetic, int[][][] moments, double[][] gates)
    {
        var shape = GoldenLayer.ShapeOf(file);
        var rows = file.Int("B");
        var table = LostBitTable.Create();
        ScalarLanes[] blocks = [.. Enumerable.Range(0, (rows + 7) / 8).Select(_ => new ScalarLanes(table))];
        for (var t = 0; t < gates.Length; t++)
        {
            var (before, after) = (moments[t], moments[t + 1]);
            Near.AreNear(reference.Gates(file.Numbers("x", t), before, after), gates[t], Tolerance, $"gates of step {t}");
            for (var half = 0; half < 2; half++)
            {
                for (var row = 0; row < rows; row++)
                {
                    foreach (var (state, gate) in reference.Updates)
                    {
                        for (var unit = 0; unit < shape.BlockStride; unit++)
                            CheckUpdate(t, half, row, state, gate, unit, before, after);
                    }
                }
            }
        }

        void CheckUpdate(int t, int half, int row, int state, int gate, int unit, int[][] before, int[][] after)
        {
            // Padding keeps nothing of nothing, which the lanes count all the same.
            var exists = unit < shape.Half;
            var index = reference.StateIndex(row, half, unit);
            var z = exists ? reference.Quantize(gates[t][reference.GateIndex(row, half, gate, unit)]) : 1024;
            var old = exists ? before[state][index] : 0;
            var product = arithmetic == CellArithmetic.Inference ? (int)((long)old * z >> 10) : blocks[row / 8].Multiply(old, z, unit % ScalarLanes.Count);
            if (!exists)
                return;
            var expected = product + reference.Addend(gates[t], after, state, row, half, unit) * StraightThroughLayer.StateOne;
            Assert.AreEqual(expected, after[state][index], StepTolerance, $"state {state} of unit {unit} of half {half} in row {row} after step {t}");
        }
    }

    /// <summary>Gradients by the inputs and the first states, of the file's loss along given states; the reference has those by the weights.</summary>
    private static (double[] Inputs, double[][] Start) Gradients(GoldenFile file, StraightThroughLayer reference, int[][][] moments, double[][] gates)
    {
        var gradients = Numbers(GoldenLayer.ShapeOf(file), file, "loss_weight_final");
        var inputs = new double[gates.Length][];
        for (var t = gates.Length - 1; t >= 0; t--)
        {
            var outputs = file.Numbers("loss_weight_out", t);
            for (var i = 0; i < outputs.Length; i++)
                gradients[CellSpec.HiddenState][i] += outputs[i];
            inputs[t] = reference.Backward(file.Numbers("x", t), gates[t], moments[t], moments[t + 1], gradients);
        }
        return ([.. inputs.SelectMany(ofStep => ofStep)], gradients);
    }

    private static IEnumerable<double> ForgetGates(CellShape shape, StraightThroughLayer reference, double[] gates) =>
        from row in Enumerable.Range(0, gates.Length / (2 * shape.GateCount * shape.Half))
        from half in Enumerable.Range(0, 2)
        from update in reference.Updates
        from unit in Enumerable.Range(0, shape.Half)
        select gates[reference.GateIndex(row, half, update.Gate, unit)];

    /// <summary>Runs the scalar layer over a file's inputs and shows the states after each step.</summary>
    private static void ScalarStates(
        GoldenFile file, Func<int, int, int, int, int, int> multiply, Action<GoldenFile, int, int[], int[]> check)
    {
        var shape = GoldenLayer.ShapeOf(file);
        GoldenWeights[] weights = [new(file, shape, "params", 0), new(file, shape, "params", 1)];
        var layer = new ScalarFixedPointLayer(shape, file.Number("max_forget"), weights, multiply);
        var (hidden, cell) = StartStates(shape, file);
        for (var t = 0; t < file.Int("T"); t++)
        {
            layer.Step(file.Numbers("x", t), hidden, cell);
            check(file, t, hidden, cell);
        }
    }

    private static bool HasCell(CellShape shape) => shape.StateCount > 1;

    private static (int[] Hidden, int[] Cell) StartStates(CellShape shape, GoldenFile file) =>
        (Integers(Hidden(shape, file, "state0_fixed")), HasCell(shape) ? Integers(Cell(shape, file, "state0_fixed")) : []);

    private static int[][] States(CellShape shape, GoldenFile file, params object[] path) =>
        [.. Numbers(shape, file, path).Select(Integers)];

    private static double[][] Numbers(CellShape shape, GoldenFile file, params object[] path) =>
        [.. Enumerable.Range(0, shape.StateCount).Select(state => State(shape, file, state, path))];

    private static double[] State(CellShape shape, GoldenFile file, int state, params object[] path) => Halves(shape, file.Numbers(path), 2 * state);

    private static double[] Hidden(CellShape shape, GoldenFile file, params object[] path) => Halves(shape, file.Numbers(path), 0);

    private static double[] Cell(CellShape shape, GoldenFile file, params object[] path) => Halves(shape, file.Numbers(path), 2);

    /// <summary>[B, H] of two of the file's parts [part, B, P], which are h1, h2, c1, c2.</summary>
    private static double[] Halves(CellShape shape, double[] parts, int first)
    {
        var half = shape.Half;
        var rows = parts.Length / half / (HasCell(shape) ? 4 : 2);
        var states = new double[rows * 2 * half];
        for (var i = 0; i < states.Length; i++)
        {
            var (row, unit) = (i / (2 * half), i % (2 * half));
            states[i] = parts[((first + unit / half) * rows + row) * half + unit % half];
        }
        return states;
    }

    private static int[] Integers(double[] values) => Array.ConvertAll(values, value => checked((int)value));

    private static double[] Real(int[] values) => Array.ConvertAll(values, value => (double)value / (1 << 23));
}
