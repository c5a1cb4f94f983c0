using Microsoft.ML.RevRnn.Compute;

namespace Microsoft.ML.RevRnn.Engine.Tests;

/// <summary>What dropout multiplies values by, from the definition of its random numbers: the "lowbias32" hash of position and key.</summary>
internal static class NaiveDropout
{
    /// <summary>0 with probability <paramref name="rate"/>, else 1 / (1 - rate).</summary>
    public static float Factor(ulong key, int position, float rate)
    {
        var x = ((uint)position ^ (uint)CounterRandom.Mix(key)) * 0x9E3779B1u;
        x = (x ^ (x >> 16)) * 0x7FEB352Du;
        x = (x ^ (x >> 15)) * 0x846CA68Bu;
        x = (x ^ (x >> 16)) >> 1;
        return rate > (int)x * (1f / 2147483648f) ? 0 : 1 / (1 - rate);
    }
}
