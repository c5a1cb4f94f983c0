using Microsoft.ML.RevRnn.Compute;
using Microsoft.ML.RevRnn.Reversible;

namespace Microsoft.ML.RevRnn.Engine.Tests;

/// <inheritdoc/>
internal sealed unsafe class EngineLanes<TFloat, TInt, TState> : EngineLanes
    where TFloat : struct, IFloatLane<TFloat, TInt>
    where TInt : struct, IIntLane<TInt>
    where TState : struct, IStateArithmetic<TFloat, TInt>
{
    public override void Multiply(int[] states, int[] gates)
    {
        fixed (int* state = states, gate = gates)
        {
            for (var i = 0; i < LostBitLanes.Count; i += TFloat.Count)
            {
                var z = TFloat.FromInt(TInt.Load(gate + i));
                TState.Multiply(TInt.Load(state + i), z, Lanes, i).Store(state + i);
            }
        }
    }

    public override void Unmultiply(int[] states, int[] gates)
    {
        fixed (int* state = states, gate = gates)
        {
            for (var i = LostBitLanes.Count - TFloat.Count; i >= 0; i -= TFloat.Count)
            {
                var z = TFloat.FromInt(TInt.Load(gate + i));
                TState.Unmultiply(TInt.Load(state + i), z, Lanes, i).Store(state + i);
            }
        }
    }

    public override void Add(int[] states, float[] updates)
    {
        fixed (int* state = states)
        fixed (float* update = updates)
        {
            for (var i = 0; i < LostBitLanes.Count; i += TFloat.Count)
                TState.Add(TInt.Load(state + i), TFloat.Load(update + i)).Store(state + i);
        }
    }

    public override void Subtract(int[] states, float[] updates)
    {
        fixed (int* state = states)
        fixed (float* update = updates)
        {
            for (var i = 0; i < LostBitLanes.Count; i += TFloat.Count)
                TState.Subtract(TInt.Load(state + i), TFloat.Load(update + i)).Store(state + i);
        }
    }
}
