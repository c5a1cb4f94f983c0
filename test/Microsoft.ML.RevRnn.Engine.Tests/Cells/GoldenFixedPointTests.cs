using System.Numerics;
using Microsoft.ML.RevRnn.Cells;
using Microsoft.ML.RevRnn.Compute;

namespace Microsoft.ML.RevRnn.Engine.Tests;

/// <summary>
/// The fixed-point cells against an independent implementation with double-precision gates and one unbounded buffer for each unit. Units share lanes
/// here, so low bits of the states differ by design.
/// </summary>
[TestClass]
internal sealed class GoldenFixedPointTests
{
    // A multiplication's digit differs by up to 2^-13. In RevLSTM, whose two states feed each other, such a difference is seen to round a gate Z
    // the other way, which is worth 2^-10 of a state. With the digits of the engine's own lanes the states agree to the rounding of a float.
    private const double GruStateTolerance = 1.0 / (1 << 12);
    private const double LstmStateTolerance = 1.0 / (1 << 10);

    private const double FloatStateTolerance = 1.0 / (1 << 19);

    // States that differ by up to 2^-12 give gradients that differ about as much; the largest gradients are about 3.
    private const double GradientTolerance = 2e-3;

    [TestMethod]
    [DataRow("revlstm_fixed_3bit")]
    [DataRow("revgru_fixed_3bit")]
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
    [DataRow("revlstm_fixed_3bit", CellArithmetic.Reversible)]
    [DataRow("revlstm_fixed_3bit", CellArithmetic.Inference)]
    [DataRow("revgru_fixed_3bit", CellArithmetic.Reversible)]
    [DataRow("revgru_fixed_3bit", CellArithmetic.Inference)]
    public void StatesAreThoseOfTheScalarLayerWithTheSameDigits(string name, CellArithmetic arithmetic)
    {
        var golden = GoldenFile.Load(name);
        using var layer = new GoldenLayer(golden, arithmetic, SimdWidths.Best);
        var (hidden0, cell0) = StartStates(layer.Shape, golden);
        layer.Forward([hidden0, cell0], keepsLostBits: true);

        var expected = new List<double>();
        var actual = new List<double>();
        var lanes = new ScalarLanes(LostBitTable.Create());
        ScalarStates(golden, (row, part, unit, state, z) => arithmetic == CellArithmetic.Inference
            ? (int)((long)state * z >> 10)
            : lanes.Multiply(state, z, unit % layer.Shape.Half), (file, t, hidden, cell) =>
        {
            expected.AddRange(Real(hidden));
            actual.AddRange(layer.HiddenAfter(t));
            if (!HasCell(layer.Shape))
                return;
            expected.AddRange(Real(cell));
            actual.AddRange(layer.StateAfter(RevLstmSpec.C, t));
        });

        // Single-precision gates move a digit by a few units. Now and then that carries one over Z, and the later digits of its lane are others.
        Near.AreMostlyNear([.. expected], [.. actual], FloatStateTolerance, 0.1, LstmStateTolerance, "states");
    }

    [TestMethod]
    [DataRow("revlstm_fixed_3bit", CellArithmetic.Reversible, SimdWidth.Bits512)]
    [DataRow("revlstm_fixed_3bit", CellArithmetic.Reversible, SimdWidth.Bits256)]
    [DataRow("revlstm_fixed_3bit", CellArithmetic.Reversible, SimdWidth.Bits128)]
    [DataRow("revlstm_fixed_3bit", CellArithmetic.Inference, SimdWidth.Bits512)]
    [DataRow("revgru_fixed_3bit", CellArithmetic.Reversible, SimdWidth.Bits512)]
    [DataRow("revgru_fixed_3bit", CellArithmetic.Reversible, SimdWidth.Bits256)]
    [DataRow("revgru_fixed_3bit", CellArithmetic.Reversible, SimdWidth.Bits128)]
    [DataRow("revgru_fixed_3bit", CellArithmetic.Inference, SimdWidth.Bits512)]
    public void StatesBitsAndGradientsAreThoseOfTheReference(string name, CellArithmetic arithmetic, SimdWidth width)
    {
        var file = GoldenFile.Load(name);
        using var layer = new GoldenLayer(file, arithmetic, width);
        var hasCell = HasCell(layer.Shape);
        var stateTolerance = hasCell ? LstmStateTolerance : GruStateTolerance;
        var (hidden, cell) = StartStates(layer.Shape, file);

        layer.Forward([hidden, cell], keepsLostBits: true);

        for (var t = 0; t < layer.Steps; t++)
        {
            Near.AreNear(Real(Hidden(layer.Shape, file, "steps", t, "state")), layer.HiddenAfter(t), stateTolerance, $"hidden state after step {t}");
            Near.AreNear(file.Numbers("out", t), layer.HiddenAfter(t), stateTolerance, $"output of step {t}");
            if (hasCell)
                Near.AreNear(Real(Cell(layer.Shape, file, "steps", t, "state")), layer.StateAfter(RevLstmSpec.C, t), stateTolerance, $"cell state after step {t}");
        }
        Assert.AreEqual(file.Number("optimal_bits_quantised"), layer.OptimalBits(), 1e-3 * file.Number("optimal_bits_quantised"));

        if (arithmetic == CellArithmetic.Reversible)
        {
            var outputs = Enumerable.Range(0, layer.Steps).Select(layer.HiddenAfter).ToArray();
            layer.Reverse();
            for (var t = 0; t < layer.Steps; t++)
                CollectionAssert.AreEqual(outputs[t], layer.HiddenAfter(t), $"recovered output of step {t}");
            CollectionAssert.AreEqual(hidden, layer.StateNow(CellSpec.HiddenState));
            if (hasCell)
                CollectionAssert.AreEqual(cell, layer.StateNow(RevLstmSpec.C));
            Assert.IsTrue(layer.Layer.LostBitStore.IsEmpty);
        }

        layer.Backward(
            file.Numbers("loss_weight_out"),
            [Hidden(layer.Shape, file, "loss_weight_final"), hasCell ? Cell(layer.Shape, file, "loss_weight_final") : []]);

        Near.AreNear(file.Numbers("grad_x"), layer.InputGradients(), GradientTolerance, "gradient by the inputs");
        Near.AreNear(Hidden(layer.Shape, file, "grad_state0"), layer.StartGradients(CellSpec.HiddenState), GradientTolerance, "gradient by the first hidden state");
        if (hasCell)
            Near.AreNear(Cell(layer.Shape, file, "grad_state0"), layer.StartGradients(RevLstmSpec.C), GradientTolerance, "gradient by the first cell state");
        var (expected, actual) = layer.ParameterGradients();
        Near.AreNear(expected, actual, GradientTolerance, "gradient by the parameters");
    }

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

    private static double[] Real(double[] values) => Array.ConvertAll(values, value => value / (1 << 23));

    private static double[] Real(int[] values) => Array.ConvertAll(values, value => (double)value / (1 << 23));
}
