using Microsoft.ML.RevRnn.Networks;

namespace Microsoft.ML.RevRnn.Heads;

/// <summary>
/// One score of each sequence: that of a chosen outcome, by a linear map of the sequence's last output. The "loss" is the sum of these scores, so that the gradients
/// are those by the scores themselves. It teaches no weights.
/// </summary>
/// <param name="output">The linear map, over the outputs of all directions.</param>
/// <param name="encoder">Gives the outputs.</param>
internal sealed unsafe class ChosenOutcomes(LinearParameters output, ISequenceEncoder encoder) : ISequenceHead
{
    /// <summary>The outcome of each sequence of the batch, in the order in which they were given to it.</summary>
    public int[] Outcomes { get; set; } = [];

    public BatchResult Result => default;

    public float LossScale => 1;

    public void PackWeights(bool forTraining, ulong seed)
    {
    }

    public void Begin(PackedBatch batch, bool training, ulong seed)
    {
    }

    public void Forward(in Chunk chunk)
    {
    }

    public void FinishForward()
    {
    }

    public void BeginBackward()
    {
    }

    public void Backward(in Chunk chunk)
    {
        var stride = encoder.OutputStride;
        for (var s = 0; s < chunk.Steps; s++)
        {
            for (var row = 0; row < chunk.ActiveRows(s); row++)
            {
                var target = new Span<float>(encoder.OutputGradient + ((nint)chunk.FlatRow(s) + row) * stride, stride);
                if (chunk.First + s < chunk.Batch.Length(row) - 1)
                    target.Clear();
                else
                    new ReadOnlySpan<float>(output.Weight.Value + (nint)Outcomes[chunk.Batch.SequenceOfRow(row)] * output.Weight.Stride, stride).CopyTo(target);
            }
        }
    }

    public void FinishBackward()
    {
    }

    public void Dispose()
    {
    }
}
