using System.Runtime.CompilerServices;
using Microsoft.ML.RevRnn.Compute;

namespace Microsoft.ML.RevRnn.Cells;

/// <summary>
/// GRU of K sets of weights, mixed at each step by what it reads (after Qian, Kennedy, Klabjan 2019): w = softmax(x U_w + h V_w + b_w), K values; z and r are sigmoids of the sums over k of
/// w_k (x U_k + h V_k + b_k), and g = tanh of that of w_k (x U_k + (r h) V_k + b_k); h := z h + (1 - z) g. With one set it is the GRU. It reads the state that it changes, so it cannot be
/// reversed; its state is floats.
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

    private static IEnumerable<GateSpec> Sets(string name, int sets, GateSource source) =>
        Enumerable.Range(1, sets).Select(set => new GateSpec($"{name}{set}", GateActivation.None, source));
}

/// <summary>The equations of <see cref="MixedGruSpec"/>. Gates stay pre-activations until the backward pass, for the gradient by w is made of them.</summary>
internal readonly unsafe struct MixedGru<TFloat, TInt> : IStagedEquations<TFloat, TInt>
    where TFloat : struct, IFloatLane<TFloat, TInt>
    where TInt : struct, IIntLane<TInt>
{
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void Derive(in HalfRow row, int stage, float* vectors, int stride)
    {
        var sets = Sets(row);
        var weights = Softmax(row, sets);
        var before = row.Before(0);
        for (var u = 0; u < row.Length; u += TFloat.Count)
            (Sigmoid(row, sets, sets, weights, u) * TFloat.Load(before + u)).Store(vectors + u);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void Forward(in HalfRow row, int stages)
    {
        var sets = Sets(row);
        var weights = Weights(row, sets);
        var before = row.Before(0);
        for (var u = 0; u < row.Length; u += TFloat.Count)
        {
            var z = Sigmoid(row, 0, sets, weights, u);
            var g = LaneMath.Tanh<TFloat, TInt>(Mixed(row, 2 * sets + 1, sets, weights, u));
            var h = TFloat.Load(before + u) * z + (TFloat.Broadcast(1f) - z) * g;
            h.Bits().Store(row.Now(0) + u);
            h.Store(row.After(0) + u);
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void Backward(in HalfRow row, int stages, float* room)
    {
        var sets = Sets(row);
        var weights = Weights(row, sets);
        var before = row.Before(0);
        var gradient = row.Gradient(0);
        for (var u = 0; u < row.Length; u += TFloat.Count)
        {
            var d = TFloat.Load(gradient + u);
            var z = Sigmoid(row, 0, sets, weights, u);
            var g = LaneMath.Tanh<TFloat, TInt>(Mixed(row, 2 * sets + 1, sets, weights, u));
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
        var weights = Weights(row, sets);
        var before = row.Before(0);
        var target = row.Gradient(0);
        for (var u = 0; u < row.Length; u += TFloat.Count)
        {
            var d = TFloat.Load(gradient + u);
            var r = Sigmoid(row, sets, sets, weights, u);
            TFloat.FusedMultiplyAdd(d, r, TFloat.Load(target + u)).Store(target + u);
            (d * TFloat.Load(before + u) * Sweeps<TFloat, TInt>.SigmoidSlope(r)).Store(row.Scratch + u);
        }
        Spread(row, sets, sets, row.Scratch);
        BackwardSoftmax(row, sets);
    }

    private static int Sets(in HalfRow row) => (row.GateCount - 1) / 3;

    private static float* Weights(in HalfRow row, int sets) => row.Gate(2 * sets) + MixedGruSpec.WeightLane;

    private static float* Slopes(in HalfRow row, int sets) => row.Gate(2 * sets) + MixedGruSpec.SlopeLane;

    /// <summary>The sum of K gates' pre-activations, each times its weight.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TFloat Mixed(in HalfRow row, int first, int sets, float* weights, int unit)
    {
        var gate = row.Gate(first) + unit;
        var sum = TFloat.Broadcast(weights[0]) * TFloat.Load(gate);
        for (var set = 1; set < sets; set++)
            sum = TFloat.FusedMultiplyAdd(TFloat.Broadcast(weights[set]), TFloat.Load(gate + set * row.Length), sum);
        return sum;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TFloat Sigmoid(in HalfRow row, int first, int sets, float* weights, int unit) => LaneMath.Sigmoid<TFloat, TInt>(Mixed(row, first, sets, weights, unit));

    private static float* Softmax(in HalfRow row, int sets)
    {
        var scores = row.Gate(2 * sets);
        var weights = Weights(row, sets);
        var largest = scores[0];
        for (var set = 1; set < sets; set++)
            largest = MathF.Max(largest, scores[set]);
        var sum = 0f;
        for (var set = 0; set < sets; set++)
            sum += weights[set] = HostMath.ExpSingle(scores[set] - largest);
        for (var set = 0; set < sets; set++)
            weights[set] /= sum;
        return weights;
    }

    /// <summary>From the gradient by a mixed pre-activation to those by the K that it was mixed of, in their place, and to that by w.</summary>
    private static void Spread(in HalfRow row, int first, int sets, float* gradient)
    {
        var weights = Weights(row, sets);
        var slopes = Slopes(row, sets);
        for (var set = 0; set < sets; set++)
        {
            var gate = row.Gate(first + set);
            slopes[set] += RowMath.Dot(new ReadOnlySpan<float>(gradient, row.Length), new ReadOnlySpan<float>(gate, row.Length));
            var weight = TFloat.Broadcast(weights[set]);
            for (var u = 0; u < row.Length; u += TFloat.Count)
                (weight * TFloat.Load(gradient + u)).Store(gate + u);
        }
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
