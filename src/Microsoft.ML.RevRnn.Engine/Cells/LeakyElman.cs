using Microsoft.ML.RevRnn.Compute;

namespace Microsoft.ML.RevRnn.Cells;

/// <summary>
/// Leaky units (Goodfellow et al. 2016, section 10.9.2): z = sigmoid(b_z), g = tanh(a_g); h := z h + (1 - z) g. With z = 0 it is Elman's cell. It reads the state that it changes, so
/// it cannot be reversed; its state is floats.
/// </summary>
internal sealed class LeakyElmanSpec() : CellSpec(CellKind.LeakyElman, halves: 1, ["h"],
[
    new("g", GateActivation.Tanh),
    new("z", GateActivation.Sigmoid, GateSource.Bias),
])
{
    public override bool PassesStateByWeights => true;

    public override RecurrentCell Create<TFloat, TInt, TState>(CellShape shape, ForgettingLimit limit, MatrixKernel kernel) =>
        new GatedCell<TFloat, TInt, TState, RevLeaky<TFloat, TInt, TState>>(shape, limit, kernel);
}
