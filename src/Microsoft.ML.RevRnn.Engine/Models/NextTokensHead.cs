using Microsoft.ML.RevRnn.Compute;
using Microsoft.ML.RevRnn.Heads;
using Microsoft.ML.RevRnn.Networks;

namespace Microsoft.ML.RevRnn.Models;

/// <summary>The distributions of the next tokens of all rows of a step.</summary>
/// <param name="output">The weights.</param>
/// <param name="encoder">Gives the outputs.</param>
internal sealed unsafe class NextTokensHead(LinearParameters output, ISequenceEncoder encoder) : ReadingHead
{
    private readonly SoftmaxTokenHead _head = new(output, encoder, NextTokenTargets.Instance);
    private readonly NativeBuffer<float> _logProbabilities = new(encoder.Device.Memory);

    /// <summary>[V]: log p of each token as the next one of a row.</summary>
    public ReadOnlySpan<float> LogProbabilities(int row) => new(_logProbabilities.Pointer + (nint)row * _head.ScoreStride, output.Outcomes);

    public override ISequenceHead Scoring => _head;

    public override void PackWeights(bool forTraining, ulong seed) => _head.PackWeights(forTraining, seed);

    public override void ShareWeights(ISequenceHead? owner) => _head.ShareWeights(owner);

    public override void Forward(in Chunk chunk)
    {
        _logProbabilities.EnsureLength((long)chunk.FlatRows * _head.ScoreStride);
        _head.LogProbabilities(encoder.Outputs(chunk), chunk.FlatRows, _logProbabilities.Pointer);
    }

    public override void Dispose()
    {
        _head.Dispose();
        _logProbabilities.Dispose();
    }
}
