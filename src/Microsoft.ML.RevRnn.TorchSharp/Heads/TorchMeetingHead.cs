using Microsoft.ML.RevRnn.Heads;
using Microsoft.ML.RevRnn.Networks;
using static TorchSharp.torch;

namespace Microsoft.ML.RevRnn.Torch;

/// <summary>An outcome of each token by two directions, whose parts meet in the scores when the batch has been run, as the engine's MeetingTokenHead.</summary>
internal sealed class TorchMeetingHead : ISequenceHead
{
    private readonly TorchBidirectional _both;
    private readonly TorchParameter _bias;
    private readonly int _outcomes;
    private readonly ChunkTargets _targets;
    private readonly TorchDirectionScores _first;
    private readonly TorchDirectionScores _second;
    private TorchBuffer? _totals;
    private PackedBatch _batch = new();
    private bool _isTraining;

    /// <param name="both">Gives the outputs of both directions, which are not joined.</param>
    /// <param name="parameters">All matrices.</param>
    /// <param name="output">The weights.</param>
    /// <param name="targets">Knows what the outcomes should be.</param>
    /// <param name="dropout">Rate of the outputs' dropout.</param>
    public TorchMeetingHead(TorchBidirectional both, TorchParameters parameters, LinearParameters output, ITokenTargets targets, float dropout)
    {
        _both = both;
        _bias = parameters[output.Bias];
        _outcomes = output.Outcomes;
        _targets = new ChunkTargets(targets);
        _first = new TorchDirectionScores(both.First, parameters, output, 0, dropout);
        _second = new TorchDirectionScores(both.Second, parameters, output, both.First.OutputStride, dropout);
    }

    public BatchResult Result { get; private set; }

    public float LossScale => _targets.LossScale;

    /// <summary>The part of a target's probability that is spread evenly over all outcomes.</summary>
    public float LabelSmoothing { get; init; }

    /// <summary>Is told what the most probable outcomes are; null for nobody.</summary>
    public ClassCounts? Counts { get; init; }

    public void PackWeights(bool forTraining, ulong seed)
    {
    }

    public void Begin(PackedBatch batch, bool training, ulong seed)
    {
        Release();
        (_batch, _isTraining) = (batch, training);
        _totals = _both.Torch.Totals(2);
        Result = default;
        _targets.Begin(batch);
        _first.Begin(batch, training, seed);
        _second.Begin(batch, training, Bidirectional.SecondSeed(seed));
    }

    public void Release()
    {
        _totals?.Dispose();
        _totals = null;
        _first.Release();
        _second.Release();
    }

    public void Forward(in Chunk chunk)
    {
        _first.Forward(chunk);
        _second.Forward(_both.Second.GetChunk(chunk.Index));
    }

    public void FinishForward()
    {
        var weight = 0.0;
        for (var i = 0; i < _both.ChunkCount; i++)
            weight += Meet(_both.GetChunk(i));
        // Once a batch: the device is waited for.
        var totals = new double[2];
        _totals!.Download<double>(totals);
        Result = new BatchResult(totals[0], _batch.TokenCount, (long)totals[1], weight);
    }

    public void BeginBackward()
    {
    }

    public void Backward(in Chunk chunk)
    {
        _first.Backward(chunk);
        _second.Backward(_both.Second.GetChunk(chunk.Index));
    }

    public void FinishBackward()
    {
    }

    public void Dispose() => Release();

    /// <summary>Adds the scores of a chunk's tokens, and gives the gradient by them to both directions.</summary>
    /// <returns>What the tokens weigh.</returns>
    private double Meet(in Chunk chunk)
    {
        using var scope = NewDisposeScope();
        _targets.Find(chunk);
        var (outcomes, weights, places) = (new long[chunk.FlatRows], new float[chunk.FlatRows], new long[chunk.FlatRows]);
        var weight = 0.0;
        for (var (step, flat) = (0, 0); step < chunk.Steps; step++)
        {
            for (var row = 0; row < chunk.ActiveRows(step); row++, flat++)
            {
                (outcomes[flat], weights[flat]) = (_targets.Outcome(flat), _targets.Weight(flat));
                places[flat] = MeetingScores.OtherPlace(_batch, chunk.First + step, row);
                weight += weights[flat];
            }
        }
        using var target = _both.Torch.Indices(outcomes);
        using var other = _both.Torch.Indices(places);
        using var weighing = _both.Torch.Rows(weights, 1);
        var ofEach = weighing.Tensor.squeeze(1);
        var scores = _first.Scores.narrow(0, chunk.FlatStart, chunk.FlatRows);
        scores.add_(_second.Scores.index_select(0, other.Tensor)).add_(_bias.Value.Tensor.narrow(1, 0, _outcomes));
        var (losses, isRight, predicted) = TorchTokenSoftmax.Apply(scores, target.Tensor, LabelSmoothing, _isTraining ? ofEach * _targets.Scale : null);
        if (_isTraining)
            _second.Scores.index_copy_(0, other.Tensor, scores);
        if (Counts != null)
        {
            var found = predicted.cpu().data<long>().ToArray();
            for (var r = 0; r < found.Length; r++)
                Counts.Add((int)outcomes[r], (int)found[r]);
        }
        _totals!.Tensor.narrow(0, 0, 1).add_(losses.mul(ofEach).sum(ScalarType.Float64));
        _totals.Tensor.narrow(0, 1, 1).add_(isRight.sum(ScalarType.Float64));
        return weight;
    }
}
