using Microsoft.ML.RevRnn.Compute;
using static Microsoft.ML.RevRnn.Cells.UnitarySpec;

namespace Microsoft.ML.RevRnn.Cells;

/// <summary>
/// Unitary RNN (Arjovsky, Shah and Bengio 2016): z = W h + V x; h := modReLU(z), with n = H / 2 complex units, real and imaginary parts side by side, W of
/// <see cref="UnitaryRecurrence"/> and <see cref="ModRelu"/>. It loses what modReLU cuts off and the phase at 0, so it cannot be reversed; its state is floats.
/// </summary>
internal sealed class UnitarySpec() : CellSpec(CellKind.Unitary, halves: 1, ["h"],
[
    new("z", GateActivation.None),
    new("b", GateActivation.None, GateSource.Bias),
])
{
    public const int H = 0;
    public const int Z = 0, B = 1;

    /// <summary>V by Glorot's rule for [I, 2n].</summary>
    public override float InitialBound(CellShape shape) => MathF.Sqrt(6f / (shape.Inputs + shape.Units));

    public override MadeRecurrence CreateRecurrence(CellShape shape) => new UnitaryRecurrence(shape);

    public override (int Rows, int Columns)? MadeOf(CellShape shape) => (UnitaryRecurrence.LearnedRows, shape.Units / 2);

    public override RecurrentCell Create<TFloat, TInt, TState>(CellShape shape, ForgettingLimit limit, MatrixKernel kernel) =>
        new GatedCell<TFloat, TInt, TState, Unitary<TFloat, TInt>>(shape, limit, kernel);
}

/// <summary>The equations of <see cref="UnitarySpec"/>.</summary>
internal readonly unsafe struct Unitary<TFloat, TInt> : ICellEquations<TFloat, TInt>
    where TFloat : struct, IFloatLane<TFloat, TInt>
    where TInt : struct, IIntLane<TInt>
{
    public static TInt Forward(in HalfRow row)
    {
        var after = new Span<float>(row.After(H), row.Length);
        ModRelu.Forward(new ReadOnlySpan<float>(row.Gate(Z), row.Length), new ReadOnlySpan<float>(row.Gate(B), row.Length), after);
        after.CopyTo(new Span<float>(row.Now(H), row.Length));
        return TInt.Broadcast(0);
    }

    public static void Backward(in HalfRow row)
    {
        var gradient = new Span<float>(row.Gradient(H), row.Length);
        ModRelu.Backward<float>(new Span<float>(row.Gate(Z), row.Length), new Span<float>(row.Gate(B), row.Length), gradient);
        gradient.Clear();
    }
}
