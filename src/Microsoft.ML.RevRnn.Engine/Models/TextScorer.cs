using Microsoft.ML.RevRnn.Heads;

namespace Microsoft.ML.RevRnn.Models;

/// <summary>What one thread needs to tell how probable texts are, side by side: to the bits that <see cref="LanguageModelSession"/> finds of each. Of models without contexts.</summary>
internal sealed class TextScorer : IPooledSession
{
    private readonly NetworkSession<SoftmaxTokenHead> _session;
    private double[] _losses = [];

    public TextScorer(NetworkParameters parameters, SharedWeights weights)
        => _session = new(parameters.Encoder, weights, encoder => new SoftmaxTokenHead(parameters.Output, encoder, NextTokenTargets.Instance));

    /// <summary>log p of some texts, ends included.</summary>
    /// <param name="texts">Texts with a boundary before each.</param>
    /// <param name="members">Which of them.</param>
    /// <param name="scores">Receives those of these.</param>
    /// <exception cref="InvalidOperationException">Weights are so large that there is no finite result.</exception>
    public void Score(IReadOnlyList<int[]> texts, int[] members, SequenceScore[] scores)
    {
        var tokens = members.Sum(member => texts[member].Length);
        if (_losses.Length < tokens)
            _losses = new double[tokens];
        _session.Head.Losses = _losses;
        _session.Run(texts, members);
        for (var i = 0; i < members.Length; i++)
        {
            var last = texts[members[i]].Length - 1;
            var loss = 0.0;
            for (var t = 0; t < last; t++)
                loss += _losses[_session.PlaceOf(i, t)];
            // In the order of a session, which knows what has been read before it is asked for the end.
            var logLikelihood = 0 - loss - _losses[_session.PlaceOf(i, last)];
            ResultCheck.Finite(logLikelihood);
            scores[members[i]] = new SequenceScore(logLikelihood, last + 1);
        }
    }

    public void Release() => _session.Release();
}
