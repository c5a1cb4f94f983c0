using Microsoft.ML.RevRnn.Compute;

namespace Microsoft.ML.RevRnn.Cells;

/// <summary>
/// Ordinary GRU (Cho et al. 2014: the reset gate acts before the matrix product): z = sigmoid(a_z), r = sigmoid(a_r), g = tanh(x U_x + (r h) U_h + b);
/// h := z h + (1 - z) g. It reads the state that it changes, so it cannot be reversed; its state is floats.
/// </summary>
internal sealed class GruSpec() : CellSpec(CellKind.Gru, halves: 1, ["h"],
[
    new("z", GateActivation.Sigmoid),
    new("r", GateActivation.Sigmoid) { Resets = true },
    new("g", GateActivation.Tanh, GateSource.InputAndResetHidden),
])
{
    public override RecurrentCell Create<TFloat, TInt, TState>(CellShape shape, ForgettingLimit limit, MatrixKernel kernel) =>
        new GatedCell<TFloat, TInt, TState, RevGru<TFloat, TInt, TState>>(shape, limit, kernel);
}
