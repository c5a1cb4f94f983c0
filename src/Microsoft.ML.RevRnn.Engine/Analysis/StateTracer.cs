using Microsoft.ML.RevRnn.Analysis;
using Microsoft.ML.RevRnn.Heads;
using Microsoft.ML.RevRnn.Models;
using Microsoft.ML.RevRnn.Training;

namespace Microsoft.ML.RevRnn;

/// <summary>Runs a classifier over sequences, and tells what its states did beside what it says: what coverage-guided testing goes by (Huang et al. 2019, testRNN).</summary>
/// <remarks>Safe for use from many threads. The scores are the classifier's, to the bit.</remarks>
public sealed class StateTracer
{
    private readonly NetworkParameters _parameters;
    private readonly NGramPart? _nGrams;
    private readonly SessionPool<Session> _sessions;

    /// <param name="classifier">The classifier.</param>
    /// <param name="options">What is looked at; null for the defaults.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    public StateTracer(SequenceClassifier classifier, CoverageOptions? options = null)
        : this((classifier ?? throw new ArgumentNullException(nameof(classifier))).Parameters, classifier.NGramPart, options)
    {
    }

    /// <param name="classifier">The classifier.</param>
    /// <param name="options">What is looked at; null for the defaults.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    public StateTracer(MultiLabelClassifier classifier, CoverageOptions? options = null)
        : this((classifier ?? throw new ArgumentNullException(nameof(classifier))).Parameters, classifier.NGramPart, options)
    {
    }

    private StateTracer(NetworkParameters parameters, NGramPart? nGrams, CoverageOptions? options)
    {
        Options = options ?? new CoverageOptions();
        Options.Validate();
        _parameters = parameters;
        _nGrams = nGrams;
        var weights = new SharedWeights();
        _sessions = new(() => new Session(parameters, weights, Options));
    }

    /// <summary>What is looked at.</summary>
    public CoverageOptions Options { get; }

    /// <summary>Runs the classifier over one sequence.</summary>
    /// <param name="tokens">Token numbers; empty is read as <see cref="Vocabulary.EmptyToken"/>.</param>
    /// <param name="features">[F]: the numbers that go with it.</param>
    /// <param name="nGrams">The n-grams that belong to the tokens; null where it reads none.</param>
    /// <exception cref="ArgumentException">A token or a number is out of its range, or n-grams are missing or too many.</exception>
    /// <exception cref="InvalidOperationException">Weights are so large that there is no finite result.</exception>
    /// <exception cref="ReversalException">The state of a cell without forgetting outgrew its range.</exception>
    public StateTrace Trace(ReadOnlySpan<int> tokens, ReadOnlySpan<float> features = default, NGramVector? nGrams = null)
    {
        NGramPart.Check(_nGrams, nGrams, nameof(nGrams));
        FeatureCheck.Check(features, _parameters.FeatureCount, nameof(features));
        TrainingInput.CheckTokens(tokens, _parameters.Encoder.Shape.Vocabulary);
        var session = _sessions.Take();
        var trace = session.Run(tokens, features, nGrams == null ? null : scores => _nGrams!.Join(nGrams, scores));
        _sessions.Return(session);
        ResultCheck.Finite([.. trace.Scores]);
        return trace;
    }

    private sealed class Session : IPooledSession
    {
        private readonly NetworkSession<TracedHead> _network;
        private readonly float[] _features;

        public Session(NetworkParameters parameters, SharedWeights weights, CoverageOptions options)
        {
            _features = new float[parameters.FeatureCount];
            _network = new(parameters.Encoder, weights, encoder => new TracedHead(
                new PooledHead(parameters, encoder, loss: null, dropout: 0, parameters.CreateAddends([_features], encoder.Device.Memory)), encoder, options));
        }

        public StateTrace Run(ReadOnlySpan<int> tokens, ReadOnlySpan<float> features, Action<float[]>? join)
        {
            features.CopyTo(_features);
            _network.Run(tokens);
            var scores = _network.Head.Scores.ToArray();
            join?.Invoke(scores);
            return _network.Head.Trace(scores);
        }

        public void Release() => _network.Release();
    }
}
