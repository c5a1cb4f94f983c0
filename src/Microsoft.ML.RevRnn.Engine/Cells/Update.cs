using System.Runtime.CompilerServices;
using Microsoft.ML.RevRnn.Compute;
using Microsoft.ML.RevRnn.Reversible;

namespace Microsoft.ML.RevRnn.Cells;

/// <summary>s := keep s + addend for one row of a half, the same undone, and its gradient: what all cells are made of.</summary>
internal static unsafe class Update<TFloat, TInt, TState>
    where TFloat : struct, IFloatLane<TFloat, TInt>
    where TInt : struct, IIntLane<TInt>
    where TState : struct, IStateArithmetic<TFloat, TInt>
{
    /// <summary>Returns the largest magnitude of the new state.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static TInt Forward<TKeep, TAddend>(in HalfRow row, int state, TKeep keep, TAddend addend)
        where TKeep : struct, IKeep<TFloat, TInt>
        where TAddend : struct, IAddend<TFloat>
    {
        var after = row.After(state);
        var now = row.Now(state);
        var lanes = row.LostBits;
        var length = row.Length;
        var largest = TInt.Broadcast(0);
        for (var u = 0; u < length; u += TFloat.Count)
        {
            var s = TState.Add(keep.Scale(TInt.Load(now + u), u, lanes), addend.Value(u));
            s.Store(now + u);
            TState.ToFloat(s).Store(after + u);
            largest = TInt.Max(largest, TInt.Abs(s));
        }
        return largest;
    }

    /// <summary>Undoes <see cref="Forward"/>: units in the opposite order, as the lost bits demand.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void Reverse<TKeep, TAddend>(in HalfRow row, int state, TKeep keep, TAddend addend)
        where TKeep : struct, IKeep<TFloat, TInt>
        where TAddend : struct, IAddend<TFloat>
    {
        var before = row.Before(state);
        var now = row.Now(state);
        var lanes = row.LostBits;
        for (var u = row.Length - TFloat.Count; u >= 0; u -= TFloat.Count)
        {
            var s = keep.Unscale(TState.Subtract(TInt.Load(now + u), addend.Value(u)), u, lanes);
            s.Store(now + u);
            TState.ToFloat(s).Store(before + u);
        }
    }

    /// <summary>From the gradient by the new state to that by the old one, in place, and those by the gates' pre-activations.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void Backward<TKeep, TAddend>(in HalfRow row, int state, TKeep keep, TAddend addend)
        where TKeep : struct, IKeep<TFloat, TInt>
        where TAddend : struct, IAddend<TFloat>
    {
        var gradient = row.Gradient(state);
        var before = row.Before(state);
        var length = row.Length;
        for (var u = 0; u < length; u += TFloat.Count)
        {
            var d = TFloat.Load(gradient + u);
            // All that reads the addend's gates comes before their gradients take their places.
            var slope = addend.SlopeByKeep(TFloat.Load(before + u), u);
            addend.Backward(d, u);
            keep.Backward(d, slope, u).Store(gradient + u);
        }
    }
}
