using System.Numerics.Tensors;
using Microsoft.ML.RevRnn.Compute;
using Microsoft.ML.RevRnn.Heads;
using Microsoft.ML.RevRnn.Networks;

namespace Microsoft.ML.RevRnn.Models;

/// <summary>The distribution of each token's class by two directions.</summary>
internal sealed class MeetingScoresHead(LinearParameters output, Bidirectional both) : TokenProbabilitiesHead(output.Outcomes)
{
    private readonly MeetingScores _scores = new(output, both);
    private PackedBatch _batch = new();

    public override void PackWeights(bool forTraining, ulong seed) => _scores.Pack(forTraining);

    public override void ShareWeights(ISequenceHead? owner)
    {
        if (owner is MeetingScoresHead first)
            _scores.Share(first._scores);
        else
            PackWeights(forTraining: false, 0);
    }

    public override void Begin(PackedBatch batch, bool training, ulong seed)
    {
        base.Begin(batch, training, seed);
        _batch = batch;
        _scores.Begin(batch, training, seed);
    }

    public override void Release()
    {
        base.Release();
        _scores.Release();
    }

    public override void Forward(in Chunk chunk) => _scores.Forward(chunk);

    public override void FinishForward()
    {
        for (var step = 0; step < _batch.StepCount; step++)
        {
            for (var row = 0; row < _batch.ActiveRows(step); row++)
            {
                var scores = _scores.Add(_batch, step, row);
                TensorPrimitives.Subtract(scores, TensorPrimitives.Max<float>(scores), scores);
                RowMath.Exp(scores);
                var sum = RowMath.Sum(scores);
                ResultCheck.Finite(sum);
                TensorPrimitives.Divide(scores, sum, OfToken(_batch.FlatOffset(step) + row));
            }
        }
    }

    public override void Dispose() => _scores.Dispose();
}
