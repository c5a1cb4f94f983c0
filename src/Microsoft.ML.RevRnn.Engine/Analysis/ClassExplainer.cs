using System.Numerics.Tensors;
using Microsoft.ML.RevRnn.Analysis;
using Microsoft.ML.RevRnn.Heads;
using Microsoft.ML.RevRnn.Models;
using Microsoft.ML.RevRnn.Networks;
using Microsoft.ML.RevRnn.Training;

namespace Microsoft.ML.RevRnn;

/// <summary>
/// Tells which tokens a classifier's score of a class hangs on, by the gradient of that score by their vectors; unless other options are given, gradient times input, so
/// that a token that speaks against the class has a negative value. Whatever the pooling and the directions, and with reversal, so that a text of any length needs about
/// <see cref="ConnectivityOptions.MemoryBudget"/>.
/// </summary>
/// <remarks>Safe for use from many threads.</remarks>
public sealed class ClassExplainer
{
    private readonly NetworkParameters _parameters;
    private readonly NGramPart? _nGrams;
    private readonly SessionPool<Session> _sessions;

    /// <param name="classifier">The classifier.</param>
    /// <param name="options">How to compute, and what to tell; null for gradient times input.</param>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    public ClassExplainer(SequenceClassifier classifier, ConnectivityOptions? options = null)
        : this((classifier ?? throw new ArgumentNullException(nameof(classifier))).Parameters, classifier.NGramPart, options)
    {
    }

    /// <param name="classifier">The classifier.</param>
    /// <param name="options">How to compute, and what to tell; null for gradient times input.</param>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    public ClassExplainer(MultiLabelClassifier classifier, ConnectivityOptions? options = null)
        : this((classifier ?? throw new ArgumentNullException(nameof(classifier))).Parameters, classifier.NGramPart, options)
    {
    }

    private ClassExplainer(NetworkParameters parameters, NGramPart? nGrams, ConnectivityOptions? options)
    {
        options ??= new ConnectivityOptions { Measure = ConnectivityMeasure.Signed };
        options.Validate(parameters.Encoder.Shape.Options.Cell);
        _parameters = parameters;
        _nGrams = nGrams;
        _sessions = new(() => new Session(parameters, options));
    }

    /// <summary>Explains one sequence's score. The time is that of about four passes over it.</summary>
    /// <param name="tokens">Token numbers.</param>
    /// <param name="outcome">The class or label; null for the one with the highest score.</param>
    /// <param name="features">[F]: the numbers that go with it.</param>
    /// <param name="nGrams">The n-grams that belong to the tokens; null where it reads none.</param>
    /// <exception cref="ArgumentException">A token, the class or a number is out of its range, or n-grams are missing or too many.</exception>
    /// <exception cref="InvalidOperationException">Weights are so large that there is no finite result.</exception>
    /// <exception cref="ReversalException">Reversal failed its integrity checks.</exception>
    public ClassExplanation Explain(ReadOnlySpan<int> tokens, int? outcome = null, ReadOnlySpan<float> features = default, NGramVector? nGrams = null)
    {
        NGramPart.Check(_nGrams, nGrams, nameof(nGrams));
        if (outcome is { } chosen)
            OptionCheck.Range(nameof(outcome), chosen, 0, _parameters.Output.Outcomes - 1);
        FeatureCheck.Check(features, _parameters.FeatureCount, nameof(features));
        TrainingInput.CheckTokens(tokens, _parameters.Encoder.Shape.Vocabulary);
        var session = _sessions.Take();
        var (scores, of, values) = session.Run(tokens.ToArray(), features, scores => outcome ?? TensorPrimitives.IndexOfMax<float>(Joined(scores, nGrams)));
        _sessions.Return(session);
        var share = _nGrams?.NetworkShare ?? 1;
        if (share != 1)
            TensorPrimitives.Multiply(values, share, values);
        var whole = Joined(scores, nGrams)[of];
        ResultCheck.Finite(whole);
        var rest = nGrams == null ? 0 : whole - share * scores[of];
        return new ClassExplanation(of, share * scores[of], rest, values) { NGramRest = rest };
    }

    /// <summary>The same, with what n-grams add told by token.</summary>
    /// <param name="tokens">Token numbers.</param>
    /// <param name="nGrams">The n-grams that belong to the tokens, with their places.</param>
    /// <param name="outcome">The class or label; null for the one with the highest score.</param>
    /// <param name="features">[F]: the numbers that go with it.</param>
    /// <exception cref="ArgumentException">A token, the class or a number is out of its range, the classifier reads no n-grams, or those given are of another number of tokens.</exception>
    /// <exception cref="InvalidOperationException">Weights are so large that there is no finite result.</exception>
    /// <exception cref="ReversalException">Reversal failed its integrity checks.</exception>
    public ClassExplanation Explain(ReadOnlySpan<int> tokens, PlacedNGrams nGrams, int? outcome = null, ReadOnlySpan<float> features = default)
    {
        ArgumentNullException.ThrowIfNull(nGrams);
        if (nGrams.TokenCount != tokens.Length)
            throw new ArgumentException($"There are {tokens.Length} tokens, and n-grams of {nGrams.TokenCount}.", nameof(nGrams));
        var explanation = Explain(tokens, outcome, features, nGrams.Vector);
        var ofTokens = _nGrams!.ByToken(nGrams, explanation.Outcome);
        return explanation with { NGramContributions = ofTokens, NGramRest = (float)(explanation.NGramScore - ofTokens.Sum(value => (double)value)) };
    }

    /// <summary>The network's scores, with those of n-grams if there are any.</summary>
    private float[] Joined(float[] scores, NGramVector? nGrams)
    {
        if (nGrams == null)
            return scores;
        float[] joined = [.. scores];
        _nGrams!.Join(nGrams, joined);
        return joined;
    }

    private sealed class Session : IPooledSession
    {
        private readonly GradientSession<PooledHead> _network;
        private readonly ChosenScore _score = new();
        private readonly float[] _features;

        public Session(NetworkParameters parameters, ConnectivityOptions options)
        {
            _features = new float[parameters.FeatureCount];
            _network = new(parameters.Encoder, encoder => Head(parameters, encoder), options);
        }

        public (float[] Scores, int Outcome, float[] Values) Run(int[] tokens, ReadOnlySpan<float> features, Func<float[], int> choose)
        {
            features.CopyTo(_features);
            _score.Choose = choose;
            _network.Run([tokens]);
            return (_score.Scores, _score.Outcome, _network.Values(0, tokens));
        }

        public void Release() => _network.Release();

        private PooledHead Head(NetworkParameters parameters, ISequenceEncoder encoder)
        {
            var addends = parameters.CreateAddends([_features], encoder.Device.Memory);
            return new PooledHead(parameters, encoder, _score, dropout: 0, addends) { LearnsWeights = false };
        }
    }
}
