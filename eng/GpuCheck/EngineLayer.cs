using Microsoft.ML.RevRnn.Cells;
using Microsoft.ML.RevRnn.Compute;
using Microsoft.ML.RevRnn.Networks;

namespace Microsoft.ML.RevRnn.GpuCheck;

/// <summary>
/// A case run by the managed engine, in the arithmetic of prediction, forward and back, by reversal where the cell can: what the kernels must give to the bit.
/// </summary>
internal static unsafe class EngineLayer
{
    public static LayerResult Run(LayerCase layerCase)
    {
        using var parameters = layerCase.Parameters();
        using var device = new Device(threads: 1);
        using var layer = new RecurrentLayer(parameters, layerCase.Limit, CellArithmetic.Preimages, device);
        layer.PrepareTraining();
        layer.PackWeights(forTraining: true, device.Team, 0);
        var batch = layerCase.Batch();
        var shape = layerCase.Shape;
        using var inputs = Filled(layerCase.InputValues(batch.TokenCount));
        using var outputGradient = Filled(layerCase.OutputGradientValues(batch.TokenCount));
        using var inputGradient = new NativeBuffer<float>((long)batch.TokenCount * layerCase.InputStride);
        var chunks = Enumerable.Range(0, (batch.StepCount + layerCase.Chunk - 1) / layerCase.Chunk)
            .Select(i => new Chunk(batch, i, i * layerCase.Chunk, Math.Min(layerCase.Chunk, batch.StepCount - i * layerCase.Chunk))).ToArray();
        var records = new LayerRecord[shape.IsReversible ? 1 : chunks.Length];
        for (var i = 0; i < records.Length; i++)
            records[i] = new LayerRecord(shape, meter: null);

        layer.Begin(batch.RowCount, keepsLostBits: true);
        var outputs = new float[(long)batch.TokenCount * shape.StateStride];
        foreach (var chunk in chunks)
        {
            var record = records[chunk.Index % records.Length];
            layer.PrepareChunk(chunk, record, backward: false);
            layer.MultiplyInputs(inputs.Pointer + chunk.FlatStart * layerCase.InputStride, record.Gates.Pointer, chunk.FlatRows);
            layer.Forward(chunk, record, chunk.Part(0, batch.RowCount));
            new Span<float>(record.Hidden.Pointer + (nint)chunk.SlotAfter(0) * shape.StateStride, chunk.FlatRows * shape.StateStride)
                .CopyTo(outputs.AsSpan((int)(chunk.FlatStart * shape.StateStride)));
        }
        layer.BeginBackward(batch.RowCount);
        foreach (var chunk in chunks.Reverse())
        {
            var record = records[chunk.Index % records.Length];
            layer.PrepareChunk(chunk, record, backward: true);
            if (shape.IsReversible)
            {
                layer.MultiplyInputs(inputs.Pointer + chunk.FlatStart * layerCase.InputStride, record.Gates.Pointer, chunk.FlatRows);
                layer.Reverse(chunk, record, chunk.Part(0, batch.RowCount));
            }
            layer.Backward(chunk, record, outputGradient.Pointer + chunk.FlatStart * shape.StateStride, float.PositiveInfinity, chunk.Part(0, batch.RowCount));
            var read = inputs.Pointer + chunk.FlatStart * layerCase.InputStride;
            layer.WeightGradient(chunk, record, read, null, device.Team, 0);
            layer.InputGradient(record.Gates.Pointer, inputGradient.Pointer + chunk.FlatStart * layerCase.InputStride, chunk.FlatRows);
        }
        foreach (var record in records)
            record.Dispose();
        if (shape.IsReversible && !(layer.LostBitStore.IsEmpty && layer.HasZeroStates(batch.RowCount)))
            throw new ReversalException("The engine's own reversal did not arrive where it began.");
        return new LayerResult
        {
            Values =
            {
                ["outputs"] = outputs,
                ["input gradient"] = inputGradient.Span.ToArray(),
                ["input weights' gradient"] = parameters.Input.Gradients.ToArray(),
                ["bias's gradient"] = parameters.Bias.Gradients.ToArray(),
                ["hidden weights' gradient, half 1"] = parameters.Hidden[0].Gradients.ToArray(),
                ["hidden weights' gradient, half 2"] = parameters.Hidden.ElementAtOrDefault(1)?.Gradients.ToArray() ?? [],
            },
        };
    }

    private static NativeBuffer<float> Filled(float[] values)
    {
        var buffer = new NativeBuffer<float>(values.Length);
        values.CopyTo(buffer.Span);
        return buffer;
    }
}
