using System.Runtime.CompilerServices;
using Microsoft.ML.RevRnn.Heads;
using Microsoft.ML.RevRnn.Training;

namespace Microsoft.ML.RevRnn.Models;

/// <summary>Scores of whole sequences, and of numbers that go with them, by a trained network. Safe for use from many threads.</summary>
/// <param name="parameters">The network.</param>
/// <param name="nGrams">What it makes of n-grams; null for nothing.</param>
internal sealed class SequenceScorer(NetworkParameters parameters, NGramPart? nGrams = null)
{
    private readonly SessionPool<Session> _sessions = CreatePool(parameters);

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
        Check(tokens, features, ofTexts);
        if (scores.Length != parameters.Output.Outcomes)
            throw new ArgumentException($"There are {parameters.Output.Outcomes} classes or labels, and room for {scores.Length} {room}.", room);
        var session = _sessions.Take();
        session.Score(tokens, features, scores);
        _sessions.Return(session);
        Finish(ofTexts, scores);
    }

    /// <summary>Scores many sequences, to the bits that each gets by itself; those of about equal length side by side.</summary>
    /// <param name="sequences">Token numbers of each.</param>
    /// <param name="features">[F] of each; null where there are none.</param>
    /// <param name="ofTexts">The n-grams of each; null where it reads none.</param>
    /// <returns>[C] of each.</returns>
    /// <exception cref="ArgumentException">A token is not in the vocabulary, a number is infinite, or there are not as many of one as of the other.</exception>
    /// <exception cref="InvalidOperationException">Weights are so large that there is no finite result.</exception>
    public float[][] ScoreMany(IReadOnlyList<int[]> sequences, IReadOnlyList<float[]>? features, IReadOnlyList<NGramVector>? ofTexts)
    {
        RequireAsMany(features, "features", sequences.Count);
        RequireAsMany(ofTexts, "n-grams", sequences.Count);
        for (var i = 0; i < sequences.Count; i++)
        {
            ArgumentNullException.ThrowIfNull(sequences[i], nameof(sequences));
            Check(sequences[i], features?[i] ?? [], ofTexts?[i]);
        }
        var scores = new float[sequences.Count][];
        foreach (var members in SequenceBatches.Of(sequences))
        {
            var session = _sessions.Take();
            session.Score(members, sequences, features, scores);
            _sessions.Return(session);
        }
        for (var i = 0; i < scores.Length; i++)
            Finish(ofTexts?[i], scores[i]);
        return scores;
    }

    /// <summary>The network's scores of one sequence.</summary>
    public float[] Score(ReadOnlySpan<int> tokens, ReadOnlySpan<float> features)
    {
        var scores = new float[parameters.Output.Outcomes];
        Score(tokens, features, null, scores);
        return scores;
    }

    private static void RequireAsMany<T>(IReadOnlyList<T>? list, string what, int count)
    {
        if (list != null && list.Count != count)
            throw new ArgumentException($"There are {count} sequences, and {what} of {list.Count}.", what);
    }

    private static SessionPool<Session> CreatePool(NetworkParameters parameters)
    {
        var weights = new SharedWeights();
        return new(() => new Session(parameters, weights));
    }

    private void Check(ReadOnlySpan<int> tokens, ReadOnlySpan<float> features, NGramVector? ofTexts)
    {
        NGramPart.Check(nGrams, ofTexts, nameof(nGrams));
        FeatureCheck.Check(features, parameters.FeatureCount, nameof(features));
        TrainingInput.CheckTokens(tokens, parameters.Encoder.Shape.Vocabulary);
    }

    private void Finish(NGramVector? ofTexts, Span<float> scores)
    {
        if (ofTexts != null)
            nGrams!.Join(ofTexts, scores);
        ResultCheck.Finite(scores);
    }

    private sealed class Session : IPooledSession
    {
        private readonly NetworkSession<PooledHead> _network;
        private readonly FeatureRows _features;

        public Session(NetworkParameters parameters, SharedWeights weights)
        {
            _features = new FeatureRows(parameters.FeatureCount);
            _network = new(parameters.Encoder, weights, encoder => new PooledHead(
                parameters, encoder, loss: null, dropout: 0, parameters.CreateAddends(_features, encoder.Device.Memory)));
        }

        public void Score(ReadOnlySpan<int> tokens, ReadOnlySpan<float> features, Span<float> scores)
        {
            _features.Read(features);
            _network.Run(tokens);
            _network.Head.Outcomes(0).CopyTo(scores);
        }

        public void Score(int[] members, IReadOnlyList<int[]> sequences, IReadOnlyList<float[]>? features, float[][] scores)
        {
            _features.Read(features ?? []);
            _network.Run(sequences, members);
            for (var i = 0; i < members.Length; i++)
                scores[members[i]] = _network.Head.Outcomes(_network.RowOf(i)).ToArray();
        }

        public void Release() => _network.Release();
    }
}
