using Microsoft.ML.RevRnn.Networks;

namespace Microsoft.ML.RevRnn.Heads;

/// <summary>The mean of each row's outputs over time.</summary>
internal sealed unsafe class MeanHead(ISequenceEncoder encoder) : ReadingHead
{
    private readonly MeanMaxPooling _pooling = MeanMaxPooling.For(encoder.Device, encoder.OutputStride, usesMean: true, usesMaximum: false);

    public override void Begin(PackedBatch batch, bool training, ulong seed) => _pooling.Begin(batch);

    public override void Forward(in Chunk chunk) => _pooling.Forward(chunk, encoder.Outputs(chunk), 0, chunk.ActiveRows(0));

    public override void FinishForward() => _pooling.Finish();

    /// <summary>Writes the values of a row's mean, without padding.</summary>
    public void Read(int row, Span<float> values)
    {
        var mean = _pooling.Pooled(row, 0);
        for (var i = 0; i < values.Length; i++)
            values[i] = mean[encoder.OutputColumns[i]];
    }

    public override void Dispose() => _pooling.Dispose();
}
