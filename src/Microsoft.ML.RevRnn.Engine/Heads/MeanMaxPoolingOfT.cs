using System.Runtime.CompilerServices;
using Microsoft.ML.RevRnn.Compute;
using Microsoft.ML.RevRnn.Networks;

namespace Microsoft.ML.RevRnn.Heads;

/// <inheritdoc/>
internal sealed unsafe class MeanMaxPooling<TFloat, TInt>(int stride, bool usesMean, bool usesMaximum, MemoryMeter? meter)
    : MeanMaxPooling(stride, usesMean, usesMaximum, meter)
    where TFloat : struct, IFloatLane<TFloat, TInt>
    where TInt : struct, IIntLane<TInt>
{
    [MethodImpl(MethodImplOptions.NoInlining)]
    public override void Forward(in Chunk chunk, float* outputs, int begin, int end)
    {
        for (var s = 0; s < chunk.Steps; s++)
        {
            var step = TFloat.Broadcast(chunk.First + s);
            var first = chunk.First + s == 0;
            var last = Math.Min(end, chunk.ActiveRows(s));
            for (var b = begin; b < last; b++)
            {
                var output = outputs + (nint)(chunk.FlatRow(s) + b) * Stride;
                var offset = (nint)b * Stride;
                for (var u = 0; u < Stride; u += TFloat.Count, offset += TFloat.Count)
                {
                    var value = TFloat.Load(output + u);
                    if (first)
                    {
                        value.Store(Mean + offset);
                        value.Store(Maximum + offset);
                        step.Store(StepOfMaximum + offset);
                        continue;
                    }
                    var maximum = TFloat.Load(Maximum + offset);
                    (TFloat.Load(Mean + offset) + value).Store(Mean + offset);
                    TFloat.WhereGreater(value, maximum, value, maximum).Store(Maximum + offset);
                    TFloat.WhereGreater(value, maximum, step, TFloat.Load(StepOfMaximum + offset)).Store(StepOfMaximum + offset);
                }
            }
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    public override void Backward(in Chunk chunk, float* outputs, float* outputGradient, int begin, int end)
    {
        var zero = TFloat.Broadcast(0f);
        var half = TFloat.Broadcast(0.5f);
        for (var s = 0; s < chunk.Steps; s++)
        {
            var step = TFloat.Broadcast(chunk.First + s);
            var last = Math.Min(end, chunk.ActiveRows(s));
            for (var b = begin; b < last; b++)
            {
                var share = TFloat.Broadcast(1f / chunk.Batch.Length(b));
                var target = outputGradient + (nint)(chunk.FlatRow(s) + b) * Stride;
                var offset = (nint)b * Stride;
                for (var u = 0; u < Stride; u += TFloat.Count, offset += TFloat.Count)
                {
                    var at = TFloat.Load(StepOfMaximum + offset);
                    var distance = TFloat.Max(at - step, step - at);
                    var ofMaximum = TFloat.WhereGreater(half, distance, TFloat.Load(Maximum + offset), zero);
                    TFloat.FusedMultiplyAdd(TFloat.Load(Mean + offset), share, ofMaximum).Store(target + u);
                }
            }
        }
    }
}
