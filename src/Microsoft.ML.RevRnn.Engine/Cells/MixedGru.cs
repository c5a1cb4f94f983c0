using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using Microsoft.ML.RevRnn.Compute;

namespace Microsoft.ML.RevRnn.Cells;

/// <summary>
/// GRU of K sets of weights, of which what it reads chooses one at each step (after Qian, Kennedy, Klabjan 2019): w = softmax(x U_w + h V_w + b_w), K values, of which w_c is the largest, the first if
/// there are several; z and r are sigmoids of K w_c (x U_c + h V_c + b_c), and g = tanh of K w_c (x U_c + (r h) V_c + b_c); h := z h + (1 - z) g. With one set it is the GRU. The gradient by w is the
/// straight-through one: that of K sum over k of w_k (...)_k, as if all sets were mixed, so that sets that are not chosen are found; by all else it is that of the equations. It reads the state that
/// it changes, so it cannot be reversed; its state is floats.
/// </summary>
internal sealed class MixedGruSpec : CellSpec
{
    /// <summary>The most sets that there may be.</summary>
    internal const int MostSets = 8;

    internal const int DefaultSets = 4;

    /// <summary>Where in the block of w's scores the gradient by w lies, and w itself: lanes that no unit has.</summary>
    internal const int SlopeLane = 8, WeightLane = 16;

    private static readonly MixedGruSpec[] _specs = [.. Enumerable.Range(1, MostSets).Select(sets => new MixedGruSpec(sets))];

    private MixedGruSpec(int sets)
        : base(CellKind.MixedGru, halves: 1, ["h"],
            [
                .. Sets("z", sets, GateSource.InputAndHidden),
                .. Sets("r", sets, GateSource.InputAndHidden),
                new("w", GateActivation.None) { Width = sets },
                .. Sets("g", sets, GateSource.Input),
            ],
            [new CellStage(new GateRun(2 * sets + 1, sets), Reads: 1)]) => SetCount = sets;

    /// <summary>K.</summary>
    public int SetCount { get; }

    /// <summary>The gate of w.</summary>
    public int Scores => 2 * SetCount;

    /// <param name="sets">K, from 1 to 8.</param>
    public static MixedGruSpec Of(int sets) => _specs[sets - 1];

    public override RecurrentCell Create<TFloat, TInt, TState>(CellShape shape, ForgettingLimit limit, MatrixKernel kernel) =>
        new StagedCell<TFloat, TInt, TState, MixedGru<TFloat, TInt>>(shape, limit, kernel);

    public override RecurrentCell CreateForPrediction<TFloat, TInt, TState>(CellShape shape, ForgettingLimit limit, MatrixKernel kernel) =>
        new ChosenSetCell<TFloat, TInt, TState>(shape, limit, kernel);

    private static IEnumerable<GateSpec> Sets(string name, int sets, GateSource source) =>
        Enumerable.Range(1, sets).Select(set => new GateSpec($"{name}{set}", GateActivation.None, source));
}

/// <summary>
/// The equations of <see cref="MixedGruSpec"/>. Gates stay pre-activations until the backward pass, for the gradient by w is made of them. Forward, no other set's gates than the chosen one's are read.
/// </summary>
internal readonly unsafe struct MixedGru<TFloat, TInt> : IStagedEquations<TFloat, TInt>
    where TFloat : struct, IFloatLane<TFloat, TInt>
    where TInt : struct, IIntLane<TInt>
{
    /// <summary>c: the first set of the highest score.</summary>
    public static int Chosen(in HalfRow row)
    {
        var sets = Sets(row);
        return TensorPrimitives.IndexOfMax(new ReadOnlySpan<float>(row.Gate(2 * sets), sets));
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void Derive(in HalfRow row, int stage, float* vectors, int stride)
    {
        var sets = Sets(row);
        Softmax(row, sets);
        var (chosen, factor) = Choice(row, sets);
        var before = row.Before(0);
        for (var u = 0; u < row.Length; u += TFloat.Count)
            (Sigmoid(row, sets + chosen, factor, u) * TFloat.Load(before + u)).Store(vectors + u);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void Forward(in HalfRow row, int stages)
    {
        var sets = Sets(row);
        var (chosen, factor) = Choice(row, sets);
        var before = row.Before(0);
        for (var u = 0; u < row.Length; u += TFloat.Count)
        {
            var z = Sigmoid(row, chosen, factor, u);
            var g = Tanh(row, 2 * sets + 1 + chosen, factor, u);
            var h = TFloat.Load(before + u) * z + (TFloat.Broadcast(1f) - z) * g;
            h.Bits().Store(row.Now(0) + u);
            h.Store(row.After(0) + u);
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void Backward(in HalfRow row, int stages, float* room)
    {
        var sets = Sets(row);
        var (chosen, factor) = Choice(row, sets);
        var before = row.Before(0);
        var gradient = row.Gradient(0);
        for (var u = 0; u < row.Length; u += TFloat.Count)
        {
            var d = TFloat.Load(gradient + u);
            var z = Sigmoid(row, chosen, factor, u);
            var g = Tanh(row, 2 * sets + 1 + chosen, factor, u);
            (d * (TFloat.Load(before + u) - g) * Sweeps<TFloat, TInt>.SigmoidSlope(z)).Store(row.Scratch + u);
            (d * (TFloat.Broadcast(1f) - z) * Sweeps<TFloat, TInt>.TanhSlope(g)).Store(room + u);
            (d * z).Store(gradient + u);
        }
        new Span<float>(Slopes(row, sets), sets).Clear();
        Spread(row, 0, sets, row.Scratch);
        Spread(row, 2 * sets + 1, sets, room);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void BackwardDerive(in HalfRow row, int stage, float* gradient, int stride)
    {
        var sets = Sets(row);
        var (chosen, factor) = Choice(row, sets);
        var before = row.Before(0);
        var target = row.Gradient(0);
        for (var u = 0; u < row.Length; u += TFloat.Count)
        {
            var d = TFloat.Load(gradient + u);
            var r = Sigmoid(row, sets + chosen, factor, u);
            TFloat.FusedMultiplyAdd(d, r, TFloat.Load(target + u)).Store(target + u);
            (d * TFloat.Load(before + u) * Sweeps<TFloat, TInt>.SigmoidSlope(r)).Store(row.Scratch + u);
        }
        Spread(row, sets, sets, row.Scratch);
        BackwardSoftmax(row, sets);
    }

    private static int Sets(in HalfRow row) => (row.GateCount - 1) / 3;

    private static float* Weights(in HalfRow row, int sets) => row.Gate(2 * sets) + MixedGruSpec.WeightLane;

    private static float* Slopes(in HalfRow row, int sets) => row.Gate(2 * sets) + MixedGruSpec.SlopeLane;

    /// <summary>c, and what its pre-activations are multiplied by: K w_c.</summary>
    private static (int Chosen, TFloat Factor) Choice(in HalfRow row, int sets)
    {
        var chosen = Chosen(row);
        return (chosen, TFloat.Broadcast(sets * Weights(row, sets)[chosen]));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TFloat Sigmoid(in HalfRow row, int gate, TFloat factor, int unit) => LaneMath.Sigmoid<TFloat, TInt>(factor * TFloat.Load(row.Gate(gate) + unit));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TFloat Tanh(in HalfRow row, int gate, TFloat factor, int unit) => LaneMath.Tanh<TFloat, TInt>(factor * TFloat.Load(row.Gate(gate) + unit));

    private static void Softmax(in HalfRow row, int sets)
    {
        var scores = row.Gate(2 * sets);
        var weights = Weights(row, sets);
        var largest = scores[Chosen(row)];
        var sum = 0f;
        for (var set = 0; set < sets; set++)
            sum += weights[set] = HostMath.ExpSingle(scores[set] - largest);
        for (var set = 0; set < sets; set++)
            weights[set] /= sum;
    }

    /// <summary>From the gradient by the chosen set's pre-activation, times its factor, to those by all sets', in their place, and to that by w, of which each has its set's part.</summary>
    private static void Spread(in HalfRow row, int first, int sets, float* gradient)
    {
        var (chosen, factor) = Choice(row, sets);
        var slopes = Slopes(row, sets);
        for (var set = 0; set < sets; set++)
        {
            var gate = row.Gate(first + set);
            slopes[set] += sets * RowMath.Dot(new ReadOnlySpan<float>(gradient, row.Length), new ReadOnlySpan<float>(gate, row.Length));
            if (set != chosen)
                new Span<float>(gate, row.Length).Clear();
        }
        var taken = row.Gate(first + chosen);
        for (var u = 0; u < row.Length; u += TFloat.Count)
            (factor * TFloat.Load(gradient + u)).Store(taken + u);
    }

    /// <summary>The gradients by the scores in their place; nothing else is left in their block.</summary>
    private static void BackwardSoftmax(in HalfRow row, int sets)
    {
        var scores = row.Gate(2 * sets);
        var weights = Weights(row, sets);
        var slopes = Slopes(row, sets);
        var mean = 0f;
        for (var set = 0; set < sets; set++)
            mean += weights[set] * slopes[set];
        for (var set = 0; set < sets; set++)
            scores[set] = weights[set] * (slopes[set] - mean);
        new Span<float>(scores + sets, row.Length - sets).Clear();
    }
}
