using System.Numerics.Tensors;
using Microsoft.ML.RevRnn.Heads;
using Microsoft.ML.RevRnn.Networks;

namespace Microsoft.ML.RevRnn.Models;

/// <summary>What one thread needs to tell the classes of tokens. Where classes are fed back, each is known only when the token before has been read: one step after the other.</summary>
internal sealed class TaggingSession : IPooledSession
{
    private readonly NetworkShape _shape;
    private readonly int _classes;
    private readonly NetworkSession<TokenProbabilitiesHead> _session;
    private readonly EncoderStates? _states;

    public TaggingSession(NetworkParameters parameters, SharedWeights weights)
    {
        _shape = parameters.Encoder.Shape;
        _classes = parameters.Output.Outcomes;
        _session = new(parameters.Encoder, weights, encoder => TokenProbabilitiesHead.Create(parameters.Output, encoder), joins: false);
        _states = _shape.FedBack > 0 ? _session.Encoder.CreateStates() : null;
    }

    /// <summary>Probabilities [T, C] of the classes of T tokens, as prediction knows them.</summary>
    public void Predict(ReadOnlySpan<int> tokens, Span<float> probabilities)
    {
        if (_states == null)
        {
            Run(tokens, probabilities);
            return;
        }
        var before = _shape.FedBack;
        for (var t = 0; t < tokens.Length; t++)
        {
            var ofToken = probabilities.Slice(t * _classes, _classes);
            _session.Run([FeedbackInput.Pair(_shape, tokens[t], before)], t == 0 ? null : _states, _states);
            _session.Head.Probabilities.CopyTo(ofToken);
            before = TensorPrimitives.IndexOfMax<float>(ofToken);
        }
    }

    /// <summary>Those of sequences side by side; where classes are fed back, of one after the other.</summary>
    /// <param name="sequences">Sequences.</param>
    /// <param name="members">Which of them.</param>
    /// <param name="probabilities">Receives [T, C] of each of these.</param>
    public void Predict(IReadOnlyList<int[]> sequences, int[] members, float[][] probabilities)
    {
        if (_states != null)
        {
            foreach (var member in members)
                Predict(sequences[member], probabilities[member] = new float[sequences[member].Length * _classes]);
            return;
        }
        _session.Run(sequences, members);
        for (var i = 0; i < members.Length; i++)
        {
            var ofMember = probabilities[members[i]] = new float[sequences[members[i]].Length * _classes];
            for (var t = 0; t < sequences[members[i]].Length; t++)
                _session.Head.Probabilities.Slice(_session.PlaceOf(i, t) * _classes, _classes).CopyTo(ofMember.AsSpan(t * _classes));
        }
    }

    /// <summary>The same where the class before each token is known.</summary>
    public void Force(int[] tokens, int[] classes, Span<float> probabilities) => Run(FeedbackInput.Pairs(_shape, tokens, classes), probabilities);

    /// <inheritdoc/>
    public void Release() => _session.Release();

    private void Run(ReadOnlySpan<int> tokens, Span<float> probabilities)
    {
        _session.Run(tokens);
        _session.Head.Probabilities.CopyTo(probabilities);
    }
}
