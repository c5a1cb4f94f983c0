using Microsoft.ML.RevRnn.Compute;
using Microsoft.ML.RevRnn.Reversible;

namespace Microsoft.ML.RevRnn.Cells;

/// <summary>
/// One time step of a cell over a range of rows: forward, its exact reverse if it has one, and its gradient. Where past states come from
/// is not its concern.
/// </summary>
internal abstract unsafe class RecurrentCell : IDisposable
{
    private readonly NativeBuffer<float> _minimumGate;

    protected RecurrentCell(CellShape shape, ForgettingLimit limit, MatrixKernel kernel)
    {
        Shape = shape;
        Kernel = kernel;
        Range = limit == ForgettingLimit.None ? 1f : 1f - MathF.ScaleB(1f, -(int)limit);
        Weights = new CellWeights(shape, kernel);
        _minimumGate = new NativeBuffer<float>(shape.BlockStride);
        for (var u = 0; u < shape.BlockStride; u++)
            _minimumGate.Pointer[u] = u < shape.Half ? 1 : FixedPoint.GateOne;
    }

    public CellShape Shape { get; }

    public CellWeights Weights { get; }

    /// <summary>m of z = m sigmoid(a) + (1 - m).</summary>
    public float Range { get; }

    protected MatrixKernel Kernel { get; }

    /// <summary>Least quantised gate of each unit of a half: 1, and 1024 in padding.</summary>
    protected float* MinimumGate => _minimumGate.Pointer;

    /// <summary>Makes a cell. Ordinary cells have float states whatever the arithmetic asked for, and no forgetting limit.</summary>
    public static RecurrentCell Create(CellShape shape, ForgettingLimit limit, CellArithmetic arithmetic, SimdWidth width)
        => width.Create<RecurrentCell, Factory>(new(shape, limit, arithmetic, width));

    /// <summary>Advances the states of rows [begin, end) by one step.</summary>
    public abstract void Forward(in CellStep step, int begin, int end);

    /// <summary>Takes the states of rows [begin, end) one step back and gives the gates and the states before the step.</summary>
    public abstract void Reverse(in CellStep step, int begin, int end);

    /// <summary>Gradient of one step for rows [begin, end); the gates become their pre-activations' gradients.</summary>
    public abstract void Backward(in CellStep step, int begin, int end);

    /// <summary>Writes the states of rows [begin, end) as floats.</summary>
    public abstract void Materialize(int* state, float* values, int begin, int end);

    /// <summary>A checksum of the states of rows [begin, end); the sum over any split of the rows is that of the whole.</summary>
    public abstract ulong Checksum(int* state, int begin, int end);

    public virtual void Dispose()
    {
        Weights.Dispose();
        _minimumGate.Dispose();
    }

    private static RecurrentCell Create<TFloat, TInt, TWide>(CellShape shape, ForgettingLimit limit, CellArithmetic arithmetic, SimdWidth width)
        where TFloat : struct, IFloatLane<TFloat, TInt>
        where TInt : struct, IIntLane<TInt>
        where TWide : struct, IWideLane<TWide, TInt>
        => shape.Kind switch
        {
            CellKind.Lstm => new Lstm<TFloat, TInt>(shape, MatrixKernel.For(width)),
            CellKind.Gru => new RevGru<TFloat, TInt, FloatState<TFloat, TInt>>(shape, ForgettingLimit.None, MatrixKernel.For(width)),
            _ => CreateReversible<TFloat, TInt, TWide>(shape, limit, arithmetic, width),
        };

    private static RecurrentCell CreateReversible<TFloat, TInt, TWide>(
        CellShape shape, ForgettingLimit limit, CellArithmetic arithmetic, SimdWidth width)
        where TFloat : struct, IFloatLane<TFloat, TInt>
        where TInt : struct, IIntLane<TInt>
        where TWide : struct, IWideLane<TWide, TInt>
        => arithmetic switch
        {
            CellArithmetic.Reversible => CreateReversible<TFloat, TInt, ReversibleState<TFloat, TInt, TWide>>(shape, limit, MatrixKernel.For(width)),
            CellArithmetic.Inference => CreateReversible<TFloat, TInt, InferenceState<TFloat, TInt>>(shape, limit, MatrixKernel.For(width)),
            CellArithmetic.Unquantized => CreateReversible<TFloat, TInt, FloatState<TFloat, TInt>>(shape, limit, MatrixKernel.For(width)),
            _ => throw new ArgumentOutOfRangeException(nameof(arithmetic), arithmetic, "Unknown arithmetic."),
        };

    private static RecurrentCell CreateReversible<TFloat, TInt, TState>(CellShape shape, ForgettingLimit limit, MatrixKernel kernel)
        where TFloat : struct, IFloatLane<TFloat, TInt>
        where TInt : struct, IIntLane<TInt>
        where TState : struct, IStateArithmetic<TFloat, TInt>
        => shape.Kind switch
        {
            CellKind.RevLstm => new RevLstm<TFloat, TInt, TState>(shape, limit, kernel),
            CellKind.RevGru => new RevGru<TFloat, TInt, TState>(shape, limit, kernel),
            CellKind.NfRevLstm => new NfRevLstm<TFloat, TInt, TState>(shape, kernel),
            CellKind.NfRevGru => new NfRevGru<TFloat, TInt, TState>(shape, limit, kernel),
            _ => throw new ArgumentOutOfRangeException(nameof(shape), shape.Kind, "Unknown cell."),
        };

    private readonly struct Factory(CellShape shape, ForgettingLimit limit, CellArithmetic arithmetic, SimdWidth width) : ILaneFactory<RecurrentCell>
    {
        public RecurrentCell Create<TFloat, TInt, TWide>()
            where TFloat : struct, IFloatLane<TFloat, TInt>
            where TInt : struct, IIntLane<TInt>
            where TWide : struct, IWideLane<TWide, TInt>
            => RecurrentCell.Create<TFloat, TInt, TWide>(shape, limit, arithmetic, width);
    }
}
