using Microsoft.ML.RevRnn.Compute;
using Microsoft.ML.RevRnn.Heads;
using Microsoft.ML.RevRnn.Networks;

namespace Microsoft.ML.RevRnn;

/// <summary>Tokens whose vectors point in about the same direction: those that a trained network takes for alike. Safe for use from many threads.</summary>
public sealed unsafe class TokenNeighbours
{
    private readonly EmbeddingTable _table;
    private readonly float[] _lengths;

    /// <param name="classifier">The network; its weights are shared.</param>
    public TokenNeighbours(SequenceClassifier classifier)
        : this((classifier ?? throw new ArgumentNullException(nameof(classifier))).Parameters)
    {
    }

    /// <inheritdoc cref="TokenNeighbours(SequenceClassifier)"/>
    public TokenNeighbours(MultiLabelClassifier classifier)
        : this((classifier ?? throw new ArgumentNullException(nameof(classifier))).Parameters)
    {
    }

    private TokenNeighbours(NetworkParameters parameters)
    {
        _table = parameters.Encoder.Embedding;
        _lengths = new float[_table.Value.Rows];
        for (var token = 0; token < _lengths.Length; token++)
            _lengths[token] = MathF.Sqrt(RowMath.SumOfSquares(Vector(token)));
    }

    /// <summary>The nearest tokens of a token, without itself and the reserved ones: V I operations.</summary>
    /// <param name="token">The token, 0 to V - 1.</param>
    /// <param name="count">How many at the most, at least 1.</param>
    /// <returns>The tokens and the cosines of the angles between the vectors, in descending order of these.</returns>
    /// <exception cref="ArgumentOutOfRangeException">An argument is out of its range.</exception>
    public IReadOnlyList<(int Token, float Cosine)> Nearest(int token, int count)
    {
        OptionCheck.Range(nameof(token), token, 0, _lengths.Length - 1);
        OptionCheck.Range(nameof(count), count, 1, int.MaxValue);
        // The least of those found so far comes first.
        var found = new PriorityQueue<int, (float Cosine, int Order)>();
        for (var other = TextTokenizer.ReservedTokens; other < _lengths.Length; other++)
        {
            var lengths = _lengths[token] * _lengths[other];
            if (other == token || !(lengths > 0))
                continue;
            // Of equal ones the first is taken.
            var rank = (RowMath.Dot(Vector(token), Vector(other)) / lengths, -other);
            if (found.Count < count)
                found.Enqueue(other, rank);
            else
                found.EnqueueDequeue(other, rank);
        }
        var nearest = new (int Token, float Cosine)[found.Count];
        for (var i = nearest.Length - 1; found.TryDequeue(out var other, out var rank); i--)
            nearest[i] = (other, rank.Cosine);
        return nearest;
    }

    private ReadOnlySpan<float> Vector(int token) => new(_table.Value.Value + (nint)token * _table.Stride, _table.Stride);
}
