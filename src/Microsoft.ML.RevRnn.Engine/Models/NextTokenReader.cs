using Microsoft.ML.RevRnn.Heads;
using Microsoft.ML.RevRnn.Networks;

namespace Microsoft.ML.RevRnn.Models;

/// <summary>Reads a text with a language model: sums the cross-entropies of its tokens as they come, and tells the distribution of the next one.</summary>
internal sealed unsafe class NextTokenReader(LinearParameters output, ISequenceEncoder encoder) : ReadingHead
{
    private readonly SoftmaxTokenHead _head = new(output, encoder, NextTokenTargets.Instance);
    private float* _last;

    /// <summary>Sum of cross-entropies, in nats; it is added to token by token, however the text is cut.</summary>
    public double Loss { get; set; }

    public override void PackWeights(bool forTraining, ulong seed) => _head.PackWeights(forTraining, seed);

    public override void ShareWeights(ISequenceHead? owner) => _head.ShareWeights((owner as NextTokenReader)?._head);

    public override void Begin(PackedBatch batch, bool training, ulong seed) => _head.Begin(batch, training, seed);

    public override void Forward(in Chunk chunk)
    {
        _last = encoder.Outputs(chunk) + (nint)(chunk.FlatRows - 1) * encoder.OutputStride;
        // What follows the last output has not been read.
        var known = chunk.Index + 1 < encoder.ChunkCount ? chunk.FlatRows : chunk.FlatRows - 1;
        if (known > 0)
            Loss = _head.Score(chunk, known, new BatchResult(Loss, 0, 0)).LossSum;
    }

    /// <summary>log p of each token as the next one, [V].</summary>
    public void LogProbabilities(Span<float> logProbabilities) => _head.LogProbabilities(_last, logProbabilities);

    /// <summary>The cross-entropy of a token as the next one, after <see cref="LogProbabilities"/>.</summary>
    public double CrossEntropy(int token) => _head.CrossEntropy(token);

    public override void Dispose() => _head.Dispose();
}
