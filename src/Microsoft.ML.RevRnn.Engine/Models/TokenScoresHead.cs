using Microsoft.ML.RevRnn.Compute;
using Microsoft.ML.RevRnn.Heads;
using Microsoft.ML.RevRnn.Networks;

namespace Microsoft.ML.RevRnn.Models;

/// <summary>The distribution of each token's class, for a batch of one sequence.</summary>
internal sealed unsafe class TokenScoresHead(LinearParameters output, ISequenceEncoder encoder) : ReadingHead
{
    private readonly SoftmaxTokenHead _head = new(output, encoder, NextTokenTargets.Instance);
    private float[] _probabilities = [];
    private int _length;

    /// <summary>[T, C] of the last sequence.</summary>
    public ReadOnlySpan<float> Probabilities => _probabilities.AsSpan(0, _length);

    public override void PackWeights(bool forTraining, ulong seed) => _head.PackWeights(forTraining, seed);

    public override void ShareWeights(ISequenceHead? owner) => _head.ShareWeights((owner as TokenScoresHead)?._head);

    public override void Begin(PackedBatch batch, bool training, ulong seed)
    {
        _head.Begin(batch, training, seed);
        _length = batch.TokenCount * output.Outcomes;
        if (_probabilities.Length < _length)
            _probabilities = new float[_length];
    }

    public override void Release()
    {
        _length = 0;
        _probabilities = [];
    }

    public override void Forward(in Chunk chunk)
    {
        for (var row = 0; row < chunk.FlatRows; row++)
        {
            var ofToken = _probabilities.AsSpan((int)(chunk.FlatStart + row) * output.Outcomes, output.Outcomes);
            _head.LogProbabilities(encoder.Outputs(chunk) + (nint)row * encoder.OutputStride, ofToken);
            RowMath.Exp(ofToken);
        }
    }

    public override void Dispose() => _head.Dispose();
}
