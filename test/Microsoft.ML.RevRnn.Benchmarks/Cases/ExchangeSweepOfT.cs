using System.Runtime.CompilerServices;
using Microsoft.ML.RevRnn.Compute;
using Microsoft.ML.RevRnn.Reversible;

namespace Microsoft.ML.RevRnn.Benchmarks;

/// <inheritdoc/>
internal sealed unsafe class ExchangeSweep<TFloat, TInt, TReversible> : ExchangeSweep
    where TFloat : struct, IFloatLane<TFloat, TInt>
    where TInt : struct, IIntLane<TInt>
    where TReversible : struct, IStateArithmetic<TFloat, TInt>
{
    private const int Rows = LostBitStore.RowsPerBlock;

    /// <summary>[rows, units]</summary>
    private readonly NativeBuffer<int> _states = new(Rows * Units);

    private readonly NativeBuffer<int> _plainStates = new(Rows * Units);

    /// <summary>[steps, rows, units], quantised.</summary>
    private readonly NativeBuffer<float> _gates = new(Steps * Rows * Units);

    private readonly LostBitStore _store = new(meter: null);
    private readonly LostBitLanes _lanes;
    private readonly int[] _start;

    public ExchangeSweep(ForgettingLimit limit)
    {
        var random = new Random(1);
        foreach (ref var state in _states.Span)
            state = random.Next(-FixedPoint.StateOne, FixedPoint.StateOne);
        _start = _states.Span.ToArray();
        // Pre-activations of a trained cell spread over a few units around zero.
        const float Spread = 6;
        var range = limit == ForgettingLimit.None ? 1f : 1f - MathF.ScaleB(1f, -(int)limit);
        foreach (ref var gate in _gates.Span)
        {
            var sigmoid = 1 / (1 + MathF.Exp(-Spread * (random.NextSingle() - 0.5f)));
            gate = Math.Clamp(MathF.Round((range * sigmoid + 1 - range) * FixedPoint.GateOne), 1, FixedPoint.GateOne - 1);
        }
        _store.Reset(Rows, keepsWords: true);
        _lanes = _store.LanesOfRow(0);
    }

    public override long Multiplications => (long)Steps * Rows * Units;

    public override void Forward()
    {
        for (var step = 0; step < Steps; step++)
        {
            for (var row = 0; row < Rows; row++)
                Multiply<TReversible>(_states.Pointer + row * Units, Gates(step, row), _lanes);
        }
    }

    public override void Back()
    {
        for (var step = Steps - 1; step >= 0; step--)
        {
            for (var row = Rows - 1; row >= 0; row--)
                Unmultiply(_states.Pointer + row * Units, Gates(step, row), _lanes);
        }
        if (!_states.Span.SequenceEqual(_start) || !_store.IsEmpty)
            throw new InvalidOperationException("The multiplications were not undone exactly.");
    }

    public override void Plain()
    {
        for (var step = 0; step < Steps; step++)
        {
            for (var row = 0; row < Rows; row++)
                Multiply<InferenceState<TFloat, TInt>>(_plainStates.Pointer + row * Units, Gates(step, row), _lanes);
        }
    }

    public override void Dispose()
    {
        _states.Dispose();
        _plainStates.Dispose();
        _gates.Dispose();
        _store.Dispose();
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Multiply<TState>(int* states, float* gates, LostBitLanes lanes)
        where TState : struct, IStateArithmetic<TFloat, TInt>
    {
        for (var u = 0; u < Units; u += TFloat.Count)
            TState.Multiply(TInt.Load(states + u), TFloat.Load(gates + u), lanes, u % LostBitLanes.Count).Store(states + u);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Unmultiply(int* states, float* gates, LostBitLanes lanes)
    {
        for (var u = Units - TFloat.Count; u >= 0; u -= TFloat.Count)
            TReversible.Unmultiply(TInt.Load(states + u), TFloat.Load(gates + u), lanes, u % LostBitLanes.Count).Store(states + u);
    }

    private float* Gates(int step, int row) => _gates.Pointer + (step * Rows + row) * Units;
}
