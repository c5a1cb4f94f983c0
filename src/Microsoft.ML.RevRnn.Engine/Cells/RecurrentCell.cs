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
        Weights = new CellWeights(shape, kernel);
        _minimumGate = new NativeBuffer<float>(shape.BlockStride);
        for (var u = 0; u < shape.BlockStride; u++)
            _minimumGate.Pointer[u] = u < shape.Half ? 1 : FixedPoint.GateOne;
        Limits = new GateLimits(
            _minimumGate.Pointer, shape.Spec.MaximumGate, limit == ForgettingLimit.None ? 1f : 1f - MathF.ScaleB(1f, -(int)limit));
    }

    public CellShape Shape { get; }

    public CellWeights Weights { get; }

    /// <summary>The bounds of its forget gates.</summary>
    protected GateLimits Limits { get; }

    protected MatrixKernel Kernel { get; }

    /// <summary>Makes a cell. Ordinary cells have float states whatever the arithmetic asked for, and no forgetting limit.</summary>
    public static RecurrentCell Create(CellShape shape, ForgettingLimit limit, CellArithmetic arithmetic, SimdWidth width)
        => width.Create<RecurrentCell, Factory>(new(shape, limit, arithmetic, width));

    /// <summary>Advances the states of rows [begin, end) by one step.</summary>
    public abstract void Forward(in CellStep step, int begin, int end);

    /// <summary>Takes the states of rows [begin, end) one step back and gives the gates and the states before the step.</summary>
    /// <param name="step">The step.</param>
    /// <param name="begin">First row.</param>
    /// <param name="end">Behind the last row.</param>
    /// <param name="hasGates">Whether the gates are still those of the forward pass; else they are made again.</param>
    public abstract void Reverse(in CellStep step, int begin, int end, bool hasGates);

    /// <summary>Gradient of one step for rows [begin, end); the gates become their pre-activations' gradients.</summary>
    public abstract void Backward(in CellStep step, int begin, int end);

    /// <summary>What forget gates multiply states by: the gates as they are rounded and bounded for it.</summary>
    /// <param name="gates">Forget gates; what comes of padding means nothing.</param>
    /// <param name="factors">Receives the factors.</param>
    /// <param name="length">How many there are, whole registers.</param>
    public abstract void ForgetFactors(float* gates, float* factors, int length);

    /// <summary>Writes the states of rows [begin, end) as floats.</summary>
    public abstract void Materialize(int* state, float* values, int begin, int end);

    /// <summary>A checksum of the states of rows [begin, end); the sum over any split of the rows is that of the whole.</summary>
    public abstract ulong Checksum(int* state, int begin, int end);

    public virtual void Dispose()
    {
        Weights.Dispose();
        _minimumGate.Dispose();
    }

    private readonly struct Factory(CellShape shape, ForgettingLimit limit, CellArithmetic arithmetic, SimdWidth width) : ILaneFactory<RecurrentCell>
    {
        public RecurrentCell Create<TFloat, TInt, TWide>()
            where TFloat : struct, IFloatLane<TFloat, TInt>
            where TInt : struct, IIntLane<TInt>
            where TWide : struct, IWideLane<TWide, TInt>
            => (shape.IsReversible ? arithmetic : CellArithmetic.Unquantized) switch
            {
                CellArithmetic.Reversible => Make<TFloat, TInt, ReversibleState<TFloat, TInt, TWide>>(),
                CellArithmetic.Preimages => Make<TFloat, TInt, PreimageState<TFloat, TInt, TWide>>(),
                CellArithmetic.Inference => Make<TFloat, TInt, InferenceState<TFloat, TInt>>(),
                CellArithmetic.Unquantized => Make<TFloat, TInt, FloatState<TFloat, TInt>>(),
                _ => throw new ArgumentOutOfRangeException(nameof(arithmetic), arithmetic, "Unknown arithmetic."),
            };

        private RecurrentCell Make<TFloat, TInt, TState>()
            where TFloat : struct, IFloatLane<TFloat, TInt>
            where TInt : struct, IIntLane<TInt>
            where TState : struct, IStateArithmetic<TFloat, TInt>
        {
            var (applied, kernel) = (shape.IsReversible ? limit : ForgettingLimit.None, MatrixKernel.For(width));
            return arithmetic == CellArithmetic.Inference
                ? shape.Spec.CreateForPrediction<TFloat, TInt, TState>(shape, applied, kernel)
                : shape.Spec.Create<TFloat, TInt, TState>(shape, applied, kernel);
        }
    }
}
