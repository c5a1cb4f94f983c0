using System.Runtime.CompilerServices;
using Microsoft.ML.RevRnn.Heads;
using Microsoft.ML.RevRnn.Training;

namespace Microsoft.ML.RevRnn.Models;

/// <summary>Scores of whole sequences, and of numbers that go with them, by a trained network. Safe for use from many threads.</summary>
/// <param name="parameters">The network.</param>
/// <param name="nGrams">What it makes of n-grams; null for nothing.</param>
internal sealed class SequenceScorer(NetworkParameters parameters, NGramPart? nGrams = null)
{
    private readonly SessionPool<Session> _sessions = new(() => new Session(parameters));

    /// <summary>What it makes of n-grams; null for nothing.</summary>
    public NGramPart? NGrams => nGrams;

    /// <summary>Scores one sequence.</summary>
    /// <param name="tokens">Token numbers; empty is read as <see cref="Vocabulary.EmptyToken"/>.</param>
    /// <param name="features">[F].</param>
    /// <param name="ofTexts">The n-grams; null where it reads none.</param>
    /// <param name="scores">[C].</param>
    /// <param name="room">What the caller calls the scores.</param>
    /// <exception cref="ArgumentException">A token is not in the vocabulary, a number is infinite, or a length is another.</exception>
    /// <exception cref="InvalidOperationException">Weights are so large that there is no finite result.</exception>
    public void Score(
        ReadOnlySpan<int> tokens,
        ReadOnlySpan<float> features,
        NGramVector? ofTexts,
        Span<float> scores,
        [CallerArgumentExpression(nameof(scores))] string? room = null)
    {
        NGramPart.Check(nGrams, ofTexts, nameof(nGrams));
        if (scores.Length != parameters.Output.Outcomes)
            throw new ArgumentException($"There are {parameters.Output.Outcomes} classes or labels, and room for {scores.Length} {room}.", room);
        FeatureCheck.Check(features, parameters.FeatureCount, nameof(features));
        TrainingInput.CheckTokens(tokens, parameters.Encoder.Shape.Vocabulary);
        var session = _sessions.Take();
        session.Score(tokens, features, scores);
        _sessions.Return(session);
        if (ofTexts != null)
            nGrams!.Join(ofTexts, scores);
        ResultCheck.Finite(scores);
    }

    /// <summary>The network's scores of one sequence.</summary>
    public float[] Score(ReadOnlySpan<int> tokens, ReadOnlySpan<float> features)
    {
        var scores = new float[parameters.Output.Outcomes];
        Score(tokens, features, null, scores);
        return scores;
    }

    private sealed class Session : IPooledSession
    {
        private readonly NetworkSession<PooledHead> _network;
        private readonly float[] _features;

        public Session(NetworkParameters parameters)
        {
            _features = new float[parameters.FeatureCount];
            _network = new(parameters.Encoder, encoder => new PooledHead(
                parameters, encoder, loss: null, dropout: 0, parameters.CreateAddends([_features], encoder.Device.Memory)));
        }

        public void Score(ReadOnlySpan<int> tokens, ReadOnlySpan<float> features, Span<float> scores)
        {
            features.CopyTo(_features);
            _network.Run(tokens);
            _network.Head.Outcomes(0).CopyTo(scores);
        }

        public void Release() => _network.Release();
    }
}
