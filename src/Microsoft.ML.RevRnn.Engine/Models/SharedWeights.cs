using Microsoft.ML.RevRnn.Heads;
using Microsoft.ML.RevRnn.Networks;

namespace Microsoft.ML.RevRnn.Models;

/// <summary>What the sessions of a trained model share: weights packed once, and what is kept of them. Safe for use from many threads.</summary>
internal sealed class SharedWeights
{
    private readonly Lock _lock = new();
    private ISequenceEncoder? _encoder;
    private ISequenceHead? _head;

    /// <summary>Gives a session's network its weights. All sessions have the same weights, and heads of one kind.</summary>
    public void Give(ISequenceEncoder encoder, ISequenceHead head)
    {
        lock (_lock)
        {
            encoder.ShareWeights(_encoder);
            head.ShareWeights(_head);
            _encoder ??= encoder;
            _head ??= head;
        }
    }
}
