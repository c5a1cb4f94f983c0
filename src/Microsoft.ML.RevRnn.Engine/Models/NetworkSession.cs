using Microsoft.ML.RevRnn.Compute;
using Microsoft.ML.RevRnn.Heads;
using Microsoft.ML.RevRnn.Networks;

namespace Microsoft.ML.RevRnn.Models;

/// <summary>What one thread needs to run a trained network over sequences, one at a time.</summary>
internal sealed class NetworkSession<THead> : IPooledSession
    where THead : ISequenceHead
{
    private readonly PackedBatch _batch = new();
    private readonly BatchPass _pass;
    private LengthHistory _lengths;
    private int[] _tokens = [];

    /// <param name="parameters">The encoder's weights.</param>
    /// <param name="createHead">Makes the head.</param>
    /// <param name="fixedTokens">How many tokens at the beginning of each sequence mark it.</param>
    /// <param name="contexts">The context of the sequence; null of a network without.</param>
    public NetworkSession(
        EncoderParameters parameters, Func<ISequenceEncoder, THead> createHead, int fixedTokens = 0, IReadOnlyList<float[]>? contexts = null)
    {
        Encoder = Encoders.Create(parameters, StackSettings.Prediction with { Contexts = contexts }, new Device(threads: 1), fixedTokens);
        Head = createHead(Encoder);
        _pass = new BatchPass(Encoder, Head);
        _pass.PackWeights();
    }

    public ISequenceEncoder Encoder { get; }

    public THead Head { get; }

    /// <summary>Runs a sequence; an empty one is read as <see cref="Vocabulary.EmptyToken"/>.</summary>
    public void Run(ReadOnlySpan<int> tokens, EncoderStates? start = null, EncoderStates? end = null)
    {
        _batch.Fill(tokens, Vocabulary.EmptyToken);
        _pass.Run(_batch, start, end);
    }

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
