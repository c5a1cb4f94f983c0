using Microsoft.ML.RevRnn.Cells;
using Microsoft.ML.RevRnn.Compute;

namespace Microsoft.ML.RevRnn.Engine.Tests;

/// <summary>The unquantised cells against double-precision results of an independent implementation.</summary>
[TestClass]
internal sealed class GoldenCellTests
{
    private const double Tolerance = 1e-5;

    [TestMethod]
    [DataRow("revlstm_3bit", SimdWidth.Bits512)]
    [DataRow("revlstm_3bit", SimdWidth.Bits256)]
    [DataRow("revlstm_3bit", SimdWidth.Bits128)]
    [DataRow("revlstm_nolimit", SimdWidth.Bits512)]
    [DataRow("revlstm_nolimit", SimdWidth.Bits256)]
    [DataRow("revlstm_nolimit", SimdWidth.Bits128)]
    [DataRow("revgru_3bit", SimdWidth.Bits512)]
    [DataRow("revgru_3bit", SimdWidth.Bits256)]
    [DataRow("revgru_3bit", SimdWidth.Bits128)]
    [DataRow("revgru_nolimit", SimdWidth.Bits512)]
    [DataRow("revgru_nolimit", SimdWidth.Bits256)]
    [DataRow("revgru_nolimit", SimdWidth.Bits128)]
    [DataRow("nf_revlstm", SimdWidth.Bits512)]
    [DataRow("nf_revlstm", SimdWidth.Bits256)]
    [DataRow("nf_revlstm", SimdWidth.Bits128)]
    [DataRow("nf_revgru", SimdWidth.Bits512)]
    [DataRow("nf_revgru", SimdWidth.Bits256)]
    [DataRow("nf_revgru", SimdWidth.Bits128)]
    [DataRow("lstm_torch", SimdWidth.Bits512)]
    [DataRow("lstm_torch", SimdWidth.Bits256)]
    [DataRow("lstm_torch", SimdWidth.Bits128)]
    [DataRow("gru_tf_reset_before", SimdWidth.Bits512)]
    [DataRow("gru_tf_reset_before", SimdWidth.Bits256)]
    [DataRow("gru_tf_reset_before", SimdWidth.Bits128)]
    [DataRow("rnn_tanh", SimdWidth.Bits512)]
    [DataRow("rnn_tanh", SimdWidth.Bits256)]
    [DataRow("rnn_tanh", SimdWidth.Bits128)]
    [DataRow("gru_torch", SimdWidth.Bits512)]
    [DataRow("gru_torch", SimdWidth.Bits256)]
    [DataRow("gru_torch", SimdWidth.Bits128)]
    [DataRow("nested_lstm_depth2", SimdWidth.Bits512)]
    [DataRow("nested_lstm_depth2", SimdWidth.Bits256)]
    [DataRow("nested_lstm_depth2", SimdWidth.Bits128)]
    public void OutputsStatesAndGradientsAreThoseOfTheReference(string name, SimdWidth width)
    {
        var file = GoldenFile.Load(name);
        using var layer = new GoldenLayer(file, CellArithmetic.Unquantized, width);
        var states = layer.Shape.Spec.States;

        layer.Forward([.. states.Select(state => FloatBits(file.Numbers("state0", state)))], keepsLostBits: false);

        for (var t = 0; t < layer.Steps; t++)
        {
            Near.AreNear(file.Numbers("out", t), layer.HiddenAfter(t), Tolerance, $"output of step {t}");
            for (var state = 0; state < states.Count; state++)
                Near.AreNear(file.Numbers("states", t, states[state]), layer.StateAfter(state, t), Tolerance, $"state {states[state]} after step {t}");
        }
        for (var state = 0; state < states.Count; state++)
            Near.AreNear(file.Numbers("final_state", states[state]), Floats(layer.StateNow(state)), Tolerance, $"final state {states[state]}");
        var bits = layer.Shape.IsReversible ? file.Number("optimal_bits") : 0;
        Assert.AreEqual(bits, layer.OptimalBits(), 1e-5 * bits);

        layer.Backward(
            file.Numbers("loss_weight_out"), [.. states.Select(state => file.Numbers("loss_weight_final_state", state))]);

        Near.AreNear(file.Numbers("grad_x"), layer.InputGradients(), Tolerance, "gradient by the inputs");
        for (var state = 0; state < states.Count; state++)
            Near.AreNear(file.Numbers("grad_state0", states[state]), layer.StartGradients(state), Tolerance, $"gradient by the first state {states[state]}");
        var (expected, actual) = layer.ParameterGradients();
        Near.AreNear(expected, actual, Tolerance, "gradient by the parameters");
        Assert.IsTrue(layer.PaddingGradients().All(gradient => gradient == 0), "There are gradients by weights that do not exist.");
    }

    private static int[] FloatBits(double[] values) => Array.ConvertAll(values, value => BitConverter.SingleToInt32Bits((float)value));

    private static double[] Floats(int[] bits) => Array.ConvertAll(bits, value => (double)BitConverter.Int32BitsToSingle(value));
}
