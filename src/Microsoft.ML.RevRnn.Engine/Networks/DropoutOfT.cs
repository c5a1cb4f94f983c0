using System.Runtime.CompilerServices;
using Microsoft.ML.RevRnn.Compute;

namespace Microsoft.ML.RevRnn.Networks;

/// <inheritdoc/>
internal sealed unsafe class Dropout<TFloat, TInt>(float rate) : Dropout(rate)
    where TFloat : struct, IFloatLane<TFloat, TInt>
    where TInt : struct, IIntLane<TInt>
{
    private static readonly int[] _steps = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15];

    [MethodImpl(MethodImplOptions.NoInlining)]
    public override void Apply(float* source, float* target, int length, ulong key)
    {
        var shortKey = (int)CounterRandom.Mix(key);
        var threshold = TFloat.Broadcast(Rate);
        var scale = TFloat.Broadcast(1f / (1f - Rate));
        var zero = TFloat.Broadcast(0f);
        fixed (int* steps = _steps)
        {
            var counter = TInt.Load(steps);
            var advance = TInt.Broadcast(TFloat.Count);
            for (var i = 0; i < length; i += TFloat.Count, counter += advance)
            {
                var uniform = TFloat.FromInt(CounterRandom.Bits31(counter, shortKey)) * TFloat.Broadcast(1f / 2147483648f);
                TFloat.WhereGreater(threshold, uniform, zero, TFloat.Load(source + i) * scale).Store(target + i);
            }
        }
    }
}
