using Microsoft.ML.RevRnn.Compute;
using Microsoft.ML.RevRnn.Heads;
using Microsoft.ML.RevRnn.Networks;

namespace Microsoft.ML.RevRnn.Models;

/// <summary>The distribution of each token's class by one direction.</summary>
internal sealed unsafe class TokenScoresHead(LinearParameters output, ISequenceEncoder encoder) : TokenProbabilitiesHead(output.Outcomes)
{
    /// <summary>Tokens that are scored at once.</summary>
    private const int PieceRows = 48;

    private readonly SoftmaxTokenHead _head = new(output, encoder, NextTokenTargets.Instance);
    private readonly NativeBuffer<float> _scores = new(encoder.Device.Memory);

    public override ISequenceHead Scoring => _head;

    public override void PackWeights(bool forTraining, ulong seed) => _head.PackWeights(forTraining, seed);

    public override void ShareWeights(ISequenceHead? owner) => _head.ShareWeights(owner);

    public override void Begin(PackedBatch batch, bool training, ulong seed)
    {
        base.Begin(batch, training, seed);
        _head.Begin(batch, training, seed);
    }

    public override void Forward(in Chunk chunk)
    {
        _scores.EnsureLength((long)PieceRows * _head.ScoreStride);
        for (var first = 0; first < chunk.FlatRows; first += PieceRows)
        {
            var rows = Math.Min(PieceRows, chunk.FlatRows - first);
            _head.LogProbabilities(encoder.Outputs(chunk) + (nint)first * encoder.OutputStride, rows, _scores.Pointer);
            for (var row = 0; row < rows; row++)
            {
                var ofToken = OfToken(chunk.FlatStart + first + row);
                new ReadOnlySpan<float>(_scores.Pointer + (nint)row * _head.ScoreStride, output.Outcomes).CopyTo(ofToken);
                RowMath.Exp(ofToken);
            }
        }
    }

    public override void Dispose()
    {
        _head.Dispose();
        _scores.Dispose();
    }
}
