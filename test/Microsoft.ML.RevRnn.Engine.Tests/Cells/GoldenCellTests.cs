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
    public void OutputsStatesAndGradientsAreThoseOfTheReference(string name, SimdWidth width)
    {
        var file = GoldenFile.Load(name);
        using var layer = new GoldenLayer(file, CellArithmetic.Unquantized, width);
        var hasCell = layer.Shape.HasCellState;

        layer.Forward(FloatBits(file.Numbers("state0", "h")), hasCell ? FloatBits(file.Numbers("state0", "c")) : [], keepsLostBits: false);

        for (var t = 0; t < layer.Steps; t++)
        {
            Near.AreNear(file.Numbers("out", t), layer.HiddenAfter(t), Tolerance, $"output of step {t}");
            Near.AreNear(file.Numbers("states", t, "h"), layer.HiddenAfter(t), Tolerance, $"hidden state after step {t}");
            if (hasCell)
                Near.AreNear(file.Numbers("states", t, "c"), layer.CellAfter(t), Tolerance, $"cell state after step {t}");
        }
        Near.AreNear(file.Numbers("final_state", "h"), Floats(layer.HiddenNow()), Tolerance, "final hidden state");
        if (hasCell)
            Near.AreNear(file.Numbers("final_state", "c"), Floats(layer.CellNow()), Tolerance, "final cell state");
        var bits = layer.Shape.IsReversible ? file.Number("optimal_bits") : 0;
        Assert.AreEqual(bits, layer.OptimalBits(), 1e-5 * bits);

        layer.Backward(
            file.Numbers("loss_weight_out"),
            file.Numbers("loss_weight_final_state", "h"),
            hasCell ? file.Numbers("loss_weight_final_state", "c") : []);

        Near.AreNear(file.Numbers("grad_x"), layer.InputGradients(), Tolerance, "gradient by the inputs");
        Near.AreNear(file.Numbers("grad_state0", "h"), layer.StartHiddenGradients(), Tolerance, "gradient by the first hidden state");
        if (hasCell)
            Near.AreNear(file.Numbers("grad_state0", "c"), layer.StartCellGradients(), Tolerance, "gradient by the first cell state");
        var (expected, actual) = layer.ParameterGradients();
        Near.AreNear(expected, actual, Tolerance, "gradient by the parameters");
    }

    private static int[] FloatBits(double[] values) => Array.ConvertAll(values, value => BitConverter.SingleToInt32Bits((float)value));

    private static double[] Floats(int[] bits) => Array.ConvertAll(bits, value => (double)BitConverter.Int32BitsToSingle(value));
}
