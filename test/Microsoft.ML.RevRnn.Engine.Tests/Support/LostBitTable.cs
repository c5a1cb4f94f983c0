using Microsoft.ML.RevRnn.Compute;
using Microsoft.ML.RevRnn.Reversible;

namespace Microsoft.ML.RevRnn.Engine.Tests;

/// <summary>What the engine adds to a lane's fill for each gate Z; itself tested in <see cref="FixedPointLanesTests"/>.</summary>
internal static unsafe class LostBitTable
{
    /// <summary>By Z, 0 unused.</summary>
    public static int[] Create() => Create<F32x4, I32x4>();

    /// <summary>What a digit adds to it, by its base n.</summary>
    public static int[] CreateOfRadix<TFloat, TInt>()
        where TFloat : struct, IFloatLane<TFloat, TInt>
        where TInt : struct, IIntLane<TInt>
    {
        var table = new int[1025];
        var lanes = stackalloc int[16];
        for (var n = 1; n <= 1024; n++)
        {
            FixedPointLanes.RadixBits<TFloat, TInt>(TFloat.Broadcast(n)).Store(lanes);
            table[n] = lanes[0];
        }
        return table;
    }

    /// <inheritdoc cref="Create()"/>
    public static int[] Create<TFloat, TInt>()
        where TFloat : struct, IFloatLane<TFloat, TInt>
        where TInt : struct, IIntLane<TInt>
    {
        var table = new int[1025];
        var lanes = stackalloc int[16];
        for (var z = 1; z <= 1024; z++)
        {
            FixedPointLanes.LostBits<TFloat, TInt>(TFloat.Broadcast(z)).Store(lanes);
            table[z] = lanes[0];
        }
        return table;
    }
}
