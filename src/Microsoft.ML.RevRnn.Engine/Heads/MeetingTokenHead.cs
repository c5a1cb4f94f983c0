using Microsoft.ML.RevRnn.Compute;
using Microsoft.ML.RevRnn.Networks;

namespace Microsoft.ML.RevRnn.Heads;

/// <summary>From the outputs of two directions the distribution of each token's outcome, and its cross-entropy, when the batch has been run.</summary>
internal sealed class MeetingTokenHead : ISequenceHead
{
    private readonly Bidirectional _both;
    private readonly MeetingScores _scores;
    private readonly ChunkTargets _targets;
    private BatchResult[] _results = [];
    private int[] _predicted = [];
    private PackedBatch _batch = new();
    private bool _isTraining;

    /// <param name="output">The weights.</param>
    /// <param name="both">Gives the outputs of both directions, which are not joined.</param>
    /// <param name="targets">Knows what the outcomes should be.</param>
    /// <param name="dropout">Rate of the outputs' dropout.</param>
    public MeetingTokenHead(LinearParameters output, Bidirectional both, ITokenTargets targets, float dropout)
    {
        _both = both;
        _scores = new MeetingScores(output, both, dropout);
        _targets = new ChunkTargets(targets);
    }

    public BatchResult Result { get; private set; }

    public float LossScale => _targets.LossScale;

    /// <summary>The part of a target's probability that is spread evenly over all outcomes.</summary>
    public float LabelSmoothing { get; init; }

    /// <summary>Is told what the most probable outcomes are; null for nobody.</summary>
    public ClassCounts? Counts { get; init; }

    public void PackWeights(bool forTraining, ulong seed) => _scores.Pack(forTraining);

    public void Begin(PackedBatch batch, bool training, ulong seed)
    {
        (_batch, _isTraining) = (batch, training);
        Result = default;
        _targets.Begin(batch);
        _scores.Begin(batch, training, seed);
    }

    public void Release() => _scores.Release();

    public void Forward(in Chunk chunk) => _scores.Forward(chunk);

    public void FinishForward()
    {
        for (var i = 0; i < _both.ChunkCount; i++)
        {
            var chunk = _both.GetChunk(i);
            if (_results.Length < chunk.FlatRows)
                (_results, _predicted) = (new BatchResult[chunk.FlatRows], new int[chunk.FlatRows]);
            _targets.Find(chunk);
            _both.Device.Team.Run(new LossJob(this, chunk));
            // Row after row, so that the sum does not depend on the number of threads.
            for (var r = 0; r < chunk.FlatRows; r++)
            {
                Result += _results[r];
                Counts?.Add(_targets.Outcome(r), _predicted[r]);
            }
        }
    }

    public void BeginBackward()
    {
    }

    public void Backward(in Chunk chunk) => _scores.Backward(chunk);

    public void FinishBackward()
    {
    }

    public void Dispose() => _scores.Dispose();

    private readonly struct LossJob(MeetingTokenHead head, Chunk chunk) : IJob
    {
        public void Run(int worker)
        {
            var (begin, end) = head._both.Device.Team.Share(chunk.FlatRows, 4, worker);
            var softmax = new TokenSoftmax(head.LabelSmoothing, FindsLargest: head.Counts != null);
            for (var s = 0; s < chunk.Steps; s++)
            {
                var first = chunk.FlatRow(s);
                for (var r = Math.Max(begin, first); r < Math.Min(end, first + chunk.ActiveRows(s)); r++)
                    Score(softmax, chunk.First + s, r - first, r);
            }
        }

        private void Score(TokenSoftmax softmax, int step, int row, int flat)
        {
            var scores = head._scores.Add(head._batch, step, row);
            var (target, weight) = (head._targets.Outcome(flat), head._targets.Weight(flat));
            head._results[flat] = softmax.Loss(scores, target, weight, out var sum, out head._predicted[flat]);
            if (!head._isTraining)
                return;
            softmax.Gradient(scores, target, weight * head._targets.Scale, sum);
            head._scores.Spread(head._batch, step, row);
        }
    }
}
