using Microsoft.ML.RevRnn.Networks;

namespace Microsoft.ML.RevRnn.Heads;

/// <summary>The outputs of each row, pooled over time.</summary>
/// <param name="encoder">Gives the outputs.</param>
/// <param name="pooling">Pools them; the head's own from now on.</param>
internal sealed unsafe class PooledOutputs(ISequenceEncoder encoder, Pooling pooling) : ReadingHead
{
    public override void Begin(PackedBatch batch, bool training, ulong seed) => pooling.Begin(batch);

    public override void Forward(in Chunk chunk) => pooling.Forward(chunk, encoder.Outputs(chunk), 0, chunk.ActiveRows(0));

    public override void FinishForward() => pooling.Finish();

    /// <summary>Writes the values of a row's vectors, one after the other, without padding.</summary>
    public void Read(int row, Span<float> values)
    {
        var columns = encoder.OutputColumns;
        for (var part = 0; part < pooling.Parts; part++)
        {
            var pooled = pooling.Pooled(row, part);
            for (var i = 0; i < columns.Length; i++)
                values[part * columns.Length + i] = pooled[columns[i]];
        }
    }

    public override void Dispose() => pooling.Dispose();
}
