using Microsoft.ML.RevRnn.Compute;
using Microsoft.ML.RevRnn.Reversible;

namespace Microsoft.ML.RevRnn.Cells;

/// <summary>
/// What there is to know of a kind of cell: its gates, its states, and whether it is updated in two halves. Shapes, buffers, parameters and gradients follow
/// from it. Each cell's spec stands in the cell's own file, with its equations; a new cell is such a file, a member of <see cref="CellKind"/> and a row here.
/// </summary>
internal abstract class CellSpec
{
    /// <summary>The most states that a cell may have.</summary>
    public const int MostStates = 5;

    /// <summary>The state that gates read: the first of every cell.</summary>
    public const int HiddenState = 0;

    private static readonly Dictionary<CellKind, CellSpec> _specs = new CellSpec[]
    {
        new RevLstmSpec(),
        new RevGruSpec(),
        new LstmSpec(),
        new GruSpec(),
        new NfRevLstmSpec(),
        new NfRevGruSpec(),
        new ElmanSpec(),
        new GruResetAfterSpec(),
        new LeakyElmanSpec(),
        new RevLeakySpec(),
        NestedLstmSpec.Of(NestedLstmSpec.DefaultDepth),
        new DeepTransitionSpec(CellKind.DeepTransition),
        new DeepTransitionSpec(CellKind.DeepTransitionShortcut),
        MixedGruSpec.Of(MixedGruSpec.DefaultSets),
        new UnitarySpec(),
    }.ToDictionary(spec => spec.Kind);

    /// <param name="kind">The kind that is described.</param>
    /// <param name="halves">
    /// 2 for a reversible cell: each half's update reads the other half only, so it can be undone. 1 for an ordinary one.
    /// </param>
    /// <param name="states">What its states are called, the hidden one first.</param>
    /// <param name="gates">The gates of a half, in the order of their blocks.</param>
    /// <param name="stages">Further products within a step, in their order; of ordinary cells only. Null for none.</param>
    protected CellSpec(CellKind kind, int halves, IReadOnlyList<string> states, IReadOnlyList<GateSpec> gates, IReadOnlyList<CellStage>? stages = null)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(states.Count, MostStates);
        Kind = kind;
        Halves = halves;
        States = states;
        Gates = gates;
        Stages = stages ?? [];
        ForgetGates = Numbers(gate => gate.Forgets);
        ConstantGates = Numbers(gate => gate.IsConstant);
        InputlessGates = Numbers(gate => !gate.ReadsInput);
        HiddenlessGates = Numbers(gate => !gate.ReadsHidden);
        HiddenReaders = GateRun.Where(gates, gate => gate.Source is GateSource.InputAndHidden or GateSource.Hidden);
        ResetReaders = GateRun.Where(gates, gate => gate.Source == GateSource.InputAndResetHidden);
        ResetGate = Array.FindIndex([.. gates], gate => gate.Resets);
        // Blocks are whole registers, columns of a product whole pairs of them.
        if (ResetReaders.First % 2 != 0)
            throw new ArgumentException("Gates that read the reset state must come after an even number of others.", nameof(gates));
    }

    public CellKind Kind { get; }

    public int Halves { get; }

    public IReadOnlyList<string> States { get; }

    public IReadOnlyList<GateSpec> Gates { get; }

    /// <summary>Products after that with the hidden state; none of most cells.</summary>
    public IReadOnlyList<CellStage> Stages { get; }

    /// <summary>The state that layers above and heads read.</summary>
    public virtual int OutputState => HiddenState;

    public bool IsReversible => Halves == 2;

    /// <summary>Whether the states of a reversible cell are only added to: reversal needs no lost bits, and nothing bounds the states.</summary>
    public bool IsNoForgetting => IsReversible && ForgetGates.Length == 0;

    /// <summary>
    /// Whether a state reaches the next step by the weights of one gate, and a constant part of it, so that the gradient by it is theirs times that by the gate, and the part of it: what
    /// <see cref="TrainingOptions.InformationFlow"/> is of.
    /// </summary>
    public virtual bool PassesStateByWeights => false;

    /// <summary>The gates that cost lost bits.</summary>
    public int[] ForgetGates { get; }

    /// <summary>The gates that are a bias alone, each unit's leak.</summary>
    public int[] ConstantGates { get; }

    /// <summary>What the options say of the constant gates; of no meaning to a cell that has none.</summary>
    public TimeConstants TimeConstants { get; init; } = new(TimeConstants.DefaultLongest, areLearned: true);

    /// <summary>The gates that do not read x and have no weights for it.</summary>
    public int[] InputlessGates { get; }

    /// <summary>The gates that do not read the hidden state and have no weights for it.</summary>
    public int[] HiddenlessGates { get; }

    /// <summary>The gates that read the hidden state as it is.</summary>
    public GateRun HiddenReaders { get; }

    /// <summary>The gates that read the reset hidden state.</summary>
    public GateRun ResetReaders { get; }

    /// <summary>The gate that resets; -1 if there is none.</summary>
    public int ResetGate { get; }

    public bool HasReset => ResetGate >= 0;

    /// <summary>The highest quantised forget gate: below 1024, or rounding it up to 1 would let a state drift to which something is added all the same.</summary>
    public virtual int MaximumGate => FixedPoint.GateOne - 1;

    /// <summary>
    /// Initial weights are uniform in +- this: 1 / sqrt(I + P), the fan-in of a gate, for reversible cells (the default of PyTorch's Linear, as in the
    /// authors' code); 1 / sqrt(H) for ordinary ones (that of PyTorch's recurrent layers).
    /// </summary>
    public virtual float InitialBound(CellShape shape) => 1f / MathF.Sqrt(IsReversible ? shape.Inputs + shape.Half : shape.Units);

    /// <summary>What makes its recurrent weights and biases of fewer learned values; null where those are learned themselves.</summary>
    public virtual MadeRecurrence? CreateRecurrence(CellShape shape) => null;

    /// <summary>How many values <see cref="CreateRecurrence"/> makes them of; null where they are learned themselves.</summary>
    public virtual (int Rows, int Columns)? MadeOf(CellShape shape) => null;

    public static CellSpec Of(CellKind kind) => _specs.TryGetValue(kind, out var spec)
        ? spec
        : throw new ArgumentOutOfRangeException(nameof(kind), kind, "Unknown cell.");

    /// <summary>Makes the cell for a register width and an arithmetic of its states.</summary>
    public abstract RecurrentCell Create<TFloat, TInt, TState>(CellShape shape, ForgettingLimit limit, MatrixKernel kernel)
        where TFloat : struct, IFloatLane<TFloat, TInt>
        where TInt : struct, IIntLane<TInt>
        where TState : struct, IStateArithmetic<TFloat, TInt>;

    /// <summary>Makes a cell that only runs forward, of whose gates nothing is asked; another one where that saves products.</summary>
    public virtual RecurrentCell CreateForPrediction<TFloat, TInt, TState>(CellShape shape, ForgettingLimit limit, MatrixKernel kernel)
        where TFloat : struct, IFloatLane<TFloat, TInt>
        where TInt : struct, IIntLane<TInt>
        where TState : struct, IStateArithmetic<TFloat, TInt>
        => Create<TFloat, TInt, TState>(shape, limit, kernel);

    private int[] Numbers(Func<GateSpec, bool> condition) => [.. Enumerable.Range(0, Gates.Count).Where(gate => condition(Gates[gate]))];
}
