using Microsoft.ML.RevRnn.Networks;

namespace Microsoft.ML.RevRnn.Heads;

/// <summary>
/// One score of each sequence: that of a chosen outcome, by a linear map of the outputs that directions have for a chosen token. The "loss" is the sum of these scores, so that the
/// gradients are those by the scores themselves. It teaches no weights.
/// </summary>
/// <param name="output">The linear map, over the outputs of all directions.</param>
/// <param name="encoder">Gives the outputs; those of two directions side by side in the order in which each reads.</param>
/// <param name="directions">1, or 2.</param>
internal sealed unsafe class ChosenOutcomes(LinearParameters output, ISequenceEncoder encoder, int directions) : ISequenceHead
{
    /// <summary>The outcome of each sequence of the batch, in the order in which they were given to it.</summary>
    public int[] Outcomes { get; set; } = [];

    /// <summary>Of each sequence the token whose outcome it is.</summary>
    public int[] Positions { get; set; } = [];

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
        var part = encoder.OutputStride / directions;
        for (var s = 0; s < chunk.Steps; s++)
        {
            for (var row = 0; row < chunk.ActiveRows(s); row++)
            {
                var sequence = chunk.Batch.SequenceOfRow(row);
                var target = new Span<float>(encoder.OutputGradient + ((nint)chunk.FlatRow(s) + row) * encoder.OutputStride, encoder.OutputStride);
                var weights = new ReadOnlySpan<float>(output.Weight.Value + (nint)Outcomes[sequence] * output.Weight.Stride, encoder.OutputStride);
                target.Clear();
                for (var direction = 0; direction < directions; direction++)
                {
                    var step = direction == 0 ? Positions[sequence] : chunk.Batch.Length(row) - 1 - Positions[sequence];
                    if (chunk.First + s == step)
                        weights.Slice(direction * part, part).CopyTo(target[(direction * part)..]);
                }
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
