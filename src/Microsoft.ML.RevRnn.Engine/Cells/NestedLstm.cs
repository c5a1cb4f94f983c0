using System.Runtime.CompilerServices;
using Microsoft.ML.RevRnn.Compute;

namespace Microsoft.ML.RevRnn.Cells;

/// <summary>
/// Nested LSTM of D levels (Moniz and Krueger 2017; as in the code of Madsen 2019). At each level k the gates i, f, o = sigmoid, j = tanh, or linear at level 0, read what the level outside of it
/// would have added up to its cell state: x and h at level 0, else i j and f c of level k - 1. Innermost c := i j + f c; outside of it c of level k - 1 := o tanh(c) of level k, and
/// h := o tanh(c) of level 0. It overwrites h, so it cannot be reversed; its states are floats.
/// </summary>
internal sealed class NestedLstmSpec : CellSpec
{
    /// <summary>Gates of a level.</summary>
    internal const int Level = 4;

    internal const int DefaultDepth = 2;

    private static readonly NestedLstmSpec[] _specs = [.. Enumerable.Range(1, MostStates - 1).Select(depth => new NestedLstmSpec(depth))];

    private NestedLstmSpec(int depth)
        : base(CellKind.NestedLstm, halves: 1, ["h", .. Enumerable.Range(0, depth).Select(level => $"c{level}")], [.. Enumerable.Range(0, depth).SelectMany(GatesOf)],
            [.. Enumerable.Range(1, depth - 1).Select(level => new CellStage(new GateRun(Level * level, Level), Reads: 2))])
    {
    }

    /// <param name="depth">D, from 1 to 4.</param>
    public static NestedLstmSpec Of(int depth) => _specs[depth - 1];

    public override RecurrentCell Create<TFloat, TInt, TState>(CellShape shape, ForgettingLimit limit, MatrixKernel kernel) =>
        new StagedCell<TFloat, TInt, TState, NestedLstm<TFloat, TInt>>(shape, limit, kernel);

    private static IEnumerable<GateSpec> GatesOf(int level)
    {
        var source = level == 0 ? GateSource.InputAndHidden : GateSource.Inner;
        return
        [
            new($"i{level}", GateActivation.Sigmoid, source),
            new($"j{level}", level == 0 ? GateActivation.None : GateActivation.Tanh, source),
            new($"f{level}", GateActivation.Sigmoid, source) { InitialBias = 1 },
            new($"o{level}", GateActivation.Sigmoid, source),
        ];
    }
}

/// <summary>The equations of <see cref="NestedLstmSpec"/>. State 0 is h, and state k + 1 the c of level k, so that state k is o tanh of state k + 1.</summary>
internal readonly unsafe struct NestedLstm<TFloat, TInt> : IStagedEquations<TFloat, TInt>
    where TFloat : struct, IFloatLane<TFloat, TInt>
    where TInt : struct, IIntLane<TInt>
{
    private const int I = 0, J = 1, F = 2, O = 3;

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void Derive(in HalfRow row, int stage, float* vectors, int stride)
    {
        var input = Gate(row, stage, I);
        var candidate = Gate(row, stage, J);
        var forget = Gate(row, stage, F);
        var before = row.Before(stage + 1);
        for (var u = 0; u < row.Length; u += TFloat.Count)
        {
            (TFloat.Load(input + u) * TFloat.Load(candidate + u)).Store(vectors + u);
            (TFloat.Load(forget + u) * TFloat.Load(before + u)).Store(vectors + stride + u);
        }
    }

    public static void Forward(in HalfRow row, int stages)
    {
        AddUp(row, stages);
        for (var level = stages; level >= 0; level--)
            Output(row, level);
    }

    public static void Backward(in HalfRow row, int stages, float* room)
    {
        for (var level = 0; level <= stages; level++)
        {
            Sweeps<TFloat, TInt>.Tanh(row.After(level + 1), row.Scratch, row.Length);
            BackwardOutput(row, level);
        }
        BackwardSums(row, stages, row.Gradient(stages + 1), row.Gradient(stages + 1));
    }

    public static void BackwardDerive(in HalfRow row, int stage, float* gradient, int stride) => BackwardSums(row, stage, gradient, gradient + stride);

    private static float* Gate(in HalfRow row, int level, int gate) => row.Gate(NestedLstmSpec.Level * level + gate);

    /// <summary>Innermost c := i j + f c.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void AddUp(in HalfRow row, int level)
    {
        var input = Gate(row, level, I);
        var candidate = Gate(row, level, J);
        var forget = Gate(row, level, F);
        var before = row.Before(level + 1);
        var now = row.Now(level + 1);
        var after = row.After(level + 1);
        for (var u = 0; u < row.Length; u += TFloat.Count)
        {
            var c = TFloat.FusedMultiplyAdd(TFloat.Load(input + u), TFloat.Load(candidate + u), TFloat.Load(forget + u) * TFloat.Load(before + u));
            c.Bits().Store(now + u);
            c.Store(after + u);
        }
    }

    /// <summary>State k := o tanh(state k + 1).</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Output(in HalfRow row, int level)
    {
        var output = Gate(row, level, O);
        var inner = row.After(level + 1);
        var now = row.Now(level);
        var after = row.After(level);
        for (var u = 0; u < row.Length; u += TFloat.Count)
        {
            var s = TFloat.Load(output + u) * LaneMath.Tanh<TFloat, TInt>(TFloat.Load(inner + u));
            s.Bits().Store(now + u);
            s.Store(after + u);
        }
    }

    /// <summary>The row's scratch holds tanh(state k + 1).</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void BackwardOutput(in HalfRow row, int level)
    {
        var output = Gate(row, level, O);
        var activation = row.Scratch;
        var gradient = row.Gradient(level);
        var inner = row.Gradient(level + 1);
        for (var u = 0; u < row.Length; u += TFloat.Count)
        {
            var d = TFloat.Load(gradient + u);
            var o = TFloat.Load(output + u);
            var a = TFloat.Load(activation + u);
            TFloat.FusedMultiplyAdd(d * o, Sweeps<TFloat, TInt>.TanhSlope(a), TFloat.Load(inner + u)).Store(inner + u);
            (d * a * Sweeps<TFloat, TInt>.SigmoidSlope(o)).Store(output + u);
            TFloat.Broadcast(0f).Store(gradient + u);
        }
    }

    /// <summary>From the gradients by i j and by f c to those by the gates and by c before the step.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void BackwardSums(in HalfRow row, int level, float* ofInput, float* ofKept)
    {
        var input = Gate(row, level, I);
        var candidate = Gate(row, level, J);
        var forget = Gate(row, level, F);
        var before = row.Before(level + 1);
        var gradient = row.Gradient(level + 1);
        for (var u = 0; u < row.Length; u += TFloat.Count)
        {
            var added = TFloat.Load(ofInput + u);
            var kept = TFloat.Load(ofKept + u);
            var i = TFloat.Load(input + u);
            var j = TFloat.Load(candidate + u);
            var f = TFloat.Load(forget + u);
            (added * j * Sweeps<TFloat, TInt>.SigmoidSlope(i)).Store(input + u);
            (level == 0 ? added * i : added * i * Sweeps<TFloat, TInt>.TanhSlope(j)).Store(candidate + u);
            (kept * TFloat.Load(before + u) * Sweeps<TFloat, TInt>.SigmoidSlope(f)).Store(forget + u);
            (kept * f).Store(gradient + u);
        }
    }
}
