using System.Runtime.CompilerServices;

namespace Microsoft.ML.RevRnn.Compute;

/// <summary>
/// Random numbers that are a function of (key, counter): the same question has the same answer in whatever order and however often it is asked.
/// So dropout masks need no storage: reversal asks again.
/// </summary>
/// <remarks>SplitMix64's finaliser (Steele, Lea, Flood 2014) over the key and the counter; the 32-bit form for lanes is the
/// two-round multiply-xorshift "lowbias32" hash.</remarks>
internal static class CounterRandom
{
    /// <summary>A key of its own for a use, so that different uses of one seed do not share numbers.</summary>
    public static ulong Key(ulong seed, RandomUse use, ulong index = 0) => Key(seed, (ulong)use, index);

    /// <summary>Likewise for uses that are numbered.</summary>
    public static ulong Key(ulong seed, ulong use, ulong index = 0) => Mix(Mix(Mix(seed) + use) + index);

    public static ulong Mix(ulong x)
    {
        x += 0x9E3779B97F4A7C15;
        x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9;
        x = (x ^ (x >> 27)) * 0x94D049BB133111EB;
        return x ^ (x >> 31);
    }

    /// <summary>Uniform in [0, 1), 24 bits.</summary>
    public static float Uniform(ulong key, ulong counter) => (Mix(key + counter) >> 40) * (1f / (1 << 24));

    /// <summary>Uniform in [0, 2^31) for consecutive counters, one a lane.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TInt Bits31<TInt>(TInt counter, int key)
        where TInt : struct, IIntLane<TInt>
    {
        var x = (counter ^ TInt.Broadcast(key)) * TInt.Broadcast(unchecked((int)0x9E3779B1));
        x = (x ^ (x >>> 16)) * TInt.Broadcast(0x7FEB352D);
        x = (x ^ (x >>> 15)) * TInt.Broadcast(unchecked((int)0x846CA68B));
        return (x ^ (x >>> 16)) >>> 1;
    }
}
