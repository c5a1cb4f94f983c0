using Microsoft.ML.RevRnn.Heads;
using Microsoft.ML.RevRnn.Networks;

namespace Microsoft.ML.RevRnn.Models;

/// <summary>The distribution of each token's class.</summary>
/// <param name="classes">C.</param>
internal abstract class TokenProbabilitiesHead(int classes) : ReadingHead
{
    private float[] _probabilities = [];
    private int _length;

    /// <summary>[C] of each token of the last batch, by its place among all rows of its steps: [T, C] of a batch of one sequence.</summary>
    public ReadOnlySpan<float> Probabilities => _probabilities.AsSpan(0, _length);

    /// <summary>The head for an encoder: of two directions their parts meet in the scores.</summary>
    public static TokenProbabilitiesHead Create(LinearParameters output, ISequenceEncoder encoder) =>
        encoder is Bidirectional both ? new MeetingScoresHead(output, both) : new TokenScoresHead(output, encoder);

    public override void Begin(PackedBatch batch, bool training, ulong seed)
    {
        _length = batch.TokenCount * classes;
        if (_probabilities.Length < _length)
            _probabilities = new float[_length];
    }

    public override void Release()
    {
        _length = 0;
        _probabilities = [];
    }

    /// <summary>Where those of the token at a place go.</summary>
    protected Span<float> OfToken(long place) => _probabilities.AsSpan((int)place * classes, classes);
}
