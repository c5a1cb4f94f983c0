using Microsoft.ML.RevRnn.Compute;
using Microsoft.ML.RevRnn.Heads;
using Microsoft.ML.RevRnn.Networks;

namespace Microsoft.ML.RevRnn.Models;

/// <summary>What one thread needs to run a trained network over sequences, one at a time.</summary>
internal sealed class NetworkSession<THead> : IPooledSession
    where THead : ISequenceHead
{
    /// <summary>Chunks so short that their gates stay in the second-level cache beside the weights: inputs are mostly kept products, so there is nothing that longer ones would multiply better.</summary>
    private static readonly StackSettings _settings = StackSettings.Prediction with { ChunkLength = new ChunkLength(1, 16, 64) };

    private readonly PackedBatch _batch = new();
    private readonly BatchPass _pass;
    private LengthHistory _lengths;
    private int[] _tokens = [];

    /// <param name="parameters">The encoder's weights.</param>
    /// <param name="weights">What the sessions of the model share.</param>
    /// <param name="createHead">Makes the head.</param>
    /// <param name="fixedTokens">How many tokens at the beginning of each sequence mark it.</param>
    /// <param name="contexts">The context of the sequence; null of a network without.</param>
    /// <param name="joins">Whether the head reads the outputs of both directions together.</param>
    public NetworkSession(
        EncoderParameters parameters, SharedWeights weights, Func<ISequenceEncoder, THead> createHead, int fixedTokens = 0, IReadOnlyList<float[]>? contexts = null, bool joins = true)
    {
        Encoder = Encoders.Create(parameters, _settings with { Contexts = contexts }, new Device(threads: 1), fixedTokens, joins);
        Head = createHead(Encoder);
        _pass = new BatchPass(Encoder, Head);
        weights.Give(Encoder, Head);
    }

    public ISequenceEncoder Encoder { get; }

    public THead Head { get; }

    /// <summary>Runs a sequence; an empty one is read as <see cref="Vocabulary.EmptyToken"/>.</summary>
    public void Run(ReadOnlySpan<int> tokens, EncoderStates? start = null, EncoderStates? end = null)
    {
        _batch.Fill(tokens, Vocabulary.EmptyToken);
        _pass.Run(_batch, start, end);
    }

    /// <summary>Runs sequences side by side, to the bits that each has by itself; an empty one is read as <see cref="Vocabulary.EmptyToken"/>.</summary>
    /// <param name="sequences">Sequences.</param>
    /// <param name="members">Which of them.</param>
    public void Run(IReadOnlyList<int[]> sequences, ReadOnlySpan<int> members)
    {
        _batch.Fill(sequences, members, Vocabulary.EmptyToken);
        _pass.Run(_batch);
    }

    /// <summary>The row of the batch that has the member at this place.</summary>
    public int RowOf(int member) => _batch.RowOfMember(member);

    /// <summary>The place of a member's token among all rows of the batch's steps.</summary>
    public int PlaceOf(int member, int step) => (int)_batch.FlatOffset(step) + _batch.RowOfMember(member);

    /// <inheritdoc/>
    public void Release()
    {
        if (!_lengths.Note(_batch.TokenCount))
            return;
        _batch.Release();
        Encoder.Release();
        Head.Release();
        _tokens = [];
    }

    /// <summary>Runs a sequence with a boundary before it, as a language model is trained on it.</summary>
    public void RunFromBoundary(ReadOnlySpan<int> tokens)
    {
        if (_tokens.Length <= tokens.Length)
            _tokens = new int[tokens.Length + 1];
        _tokens[0] = Vocabulary.EmptyToken;
        tokens.CopyTo(_tokens.AsSpan(1));
        Run(_tokens.AsSpan(0, tokens.Length + 1));
    }
}
