using Microsoft.ML.RevRnn.Compute;
using Microsoft.ML.RevRnn.Heads;
using Microsoft.ML.RevRnn.Models;
using Microsoft.ML.RevRnn.Networks;
using Microsoft.ML.RevRnn.Training;

namespace Microsoft.ML.RevRnn;

/// <summary>
/// A trained classifier of token sequences of any length, of which any number of C labels may hold, each told by itself: as <see cref="SequenceClassifier"/>, with a
/// sigmoid for each label in place of the softmax. With one label it tells yes from no.
/// </summary>
/// <remarks>Immutable and safe for use from many threads. The same tokens give the same scores, bit for bit.</remarks>
public sealed partial class MultiLabelClassifier
{
    private readonly NetworkParameters _parameters;
    private readonly SequenceScorer _scorer;

    internal MultiLabelClassifier(NetworkParameters parameters, NGramPart? nGrams = null)
    {
        _parameters = parameters;
        _scorer = new SequenceScorer(parameters, nGrams);
    }

    /// <summary>C: the number of labels.</summary>
    public int LabelCount => _parameters.Output.Outcomes;

    /// <summary>F: how many numbers go with each sequence, see <see cref="ExampleOptions.Features"/>; 0 for none.</summary>
    public int FeatureCount => _parameters.FeatureCount;

    /// <summary>The n-grams that it reads beside the tokens, see <see cref="ExampleOptions.NGrams"/>; null for none.</summary>
    public NGramOptions? NGrams => _scorer.NGrams?.Options;

    /// <summary>How much the network's scores count, where n-grams have scores too; 1 where not.</summary>
    public float NetworkShare => _scorer.NGrams?.NetworkShare ?? 1;

    /// <summary>How much the scores of n-grams count; 0 where there are none.</summary>
    public float NGramShare => _scorer.NGrams?.NGramShare ?? 0;

    /// <summary>The part of the held-back sequences that it is right about, n-grams included, after training; null where none were, or it was loaded.</summary>
    public double? HeldBackAccuracy { get; private init; }

    /// <summary>The mean loss on the held-back sequences, n-grams included, after training; null where none were, or it was loaded.</summary>
    public double? HeldBackLoss { get; private init; }

    /// <summary>V: tokens are numbers from 0 to V - 1.</summary>
    public int VocabularySize => _parameters.Encoder.Shape.Vocabulary;

    /// <summary>The shape of the network.</summary>
    public NetworkOptions Network => _parameters.Encoder.Shape.Options;

    /// <summary>Trains a classifier on the sum of the labels' binary cross-entropies, in batches of sequences of about equal length; none is cut off.</summary>
    /// <param name="sequences">Token numbers of each sequence; an empty sequence is read as <see cref="Vocabulary.EmptyToken"/>.</param>
    /// <param name="labels">The labels that hold for each sequence, each 0 to <paramref name="labelCount"/> - 1, in any order.</param>
    /// <param name="labelCount">C, at least 1.</param>
    /// <param name="vocabularySize">V, at least 2.</param>
    /// <param name="network">Shape of the network.</param>
    /// <param name="training">How to train.</param>
    /// <param name="pretrained">A language model of the same tokens and network to start from, instead of random weights; null for these.</param>
    /// <param name="fineTuning">How its layers are trained on; null for the defaults.</param>
    /// <param name="examples">What the sequences weigh, label smoothing, which of them are held back, and numbers that go with them; null for the defaults.</param>
    /// <param name="vectors">
    /// Vectors of the tokens to start from, of the same vocabulary and as long as <see cref="NetworkOptions.EmbeddingSize"/>; not together with <paramref name="pretrained"/>.
    /// Null for random ones.
    /// </param>
    /// <param name="progress">Told where training stands; called on the training thread.</param>
    /// <param name="cancellationToken">Ends training within the batch under way, which is given up; the best weights so far are returned.</param>
    /// <exception cref="ArgumentException">The data do not fit together; the message says which part.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    /// <exception cref="InvalidOperationException">Training diverged.</exception>
    /// <exception cref="ReversalException">Reversal failed its integrity checks, or the state of a cell without forgetting outgrew its range.</exception>
    public static TrainingResult<MultiLabelClassifier> Train(
        IReadOnlyList<int[]> sequences,
        IReadOnlyList<int[]> labels,
        int labelCount,
        int vocabularySize,
        NetworkOptions network,
        TrainingOptions training,
        LanguageModel? pretrained = null,
        FineTuningOptions? fineTuning = null,
        ExampleOptions? examples = null,
        WordVectors? vectors = null,
        IProgress<TrainingProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        TrainingInput.Check(sequences, vocabularySize, network, training);
        var start = TrainingInput.Start(pretrained, fineTuning, vectors, network, vocabularySize);
        return Train(sequences, labels, labelCount, new NetworkShape(network, vocabularySize), training, start, previous: null, examples, progress, cancellationToken);
    }

    /// <summary>Trains the classifier further: from its weights, with its tokens, network and labels, on other or more sequences. This one stays as it is.</summary>
    /// <param name="sequences">Token numbers of each sequence; an empty sequence is read as <see cref="Vocabulary.EmptyToken"/>.</param>
    /// <param name="labels">The labels that hold for each sequence, each 0 to C - 1, in any order; not every label need occur.</param>
    /// <param name="training">How to train. Optimiser and schedule begin anew.</param>
    /// <param name="examples">
    /// What the sequences weigh, label smoothing, which of them are held back, and the F numbers that go with them, of which the classifier keeps mean and deviation; null
    /// for the defaults.
    /// </param>
    /// <param name="progress">Told where training stands; called on the training thread.</param>
    /// <param name="cancellationToken">Ends training within the batch under way, which is given up; the best weights so far are returned.</param>
    /// <exception cref="ArgumentException">The data do not fit together or to the classifier; the message says which part.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    /// <exception cref="InvalidOperationException">Training diverged.</exception>
    /// <exception cref="ReversalException">Reversal failed its integrity checks, or the state of a cell without forgetting outgrew its range.</exception>
    public TrainingResult<MultiLabelClassifier> ContinueTraining(
        IReadOnlyList<int[]> sequences,
        IReadOnlyList<int[]> labels,
        TrainingOptions training,
        ExampleOptions? examples = null,
        IProgress<TrainingProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        TrainingInput.Check(sequences, VocabularySize, Network, training);
        return Train(
            sequences, labels, LabelCount, _parameters.Encoder.Shape, training, new StartingNetwork(_parameters), _scorer.NGrams, examples, progress, cancellationToken);
    }

    private static TrainingResult<MultiLabelClassifier> Train(
        IReadOnlyList<int[]> sequences,
        IReadOnlyList<int[]> labels,
        int labelCount,
        NetworkShape shape,
        TrainingOptions training,
        StartingWeights? start,
        NGramPart? previous,
        ExampleOptions? examples,
        IProgress<TrainingProgress>? progress,
        CancellationToken cancellationToken,
        Func<NetworkTask, TrainingReport>? work = null)
    {
        OptionCheck.Range(nameof(labelCount), labelCount, 1, 10_000_000);
        TrainingInput.CheckLabels(sequences, labels, labelCount);
        // A label that is named twice holds once.
        int[][] distinct = [.. labels.Select(ofSequence => ofSequence.Distinct().ToArray())];
        training = training.WithSeed();
        examples ??= new ExampleOptions();
        var set = ExampleSet.OfLabels(examples, distinct, labelCount, training);
        training = training.ForSequences(set.Parts.Training.Length, start is { GoesOn: true });
        var features = TrainingInput.Features(start, labelCount, examples, set.Parts);
        var parameters = NetworkParameters.OfSequences(shape, labelCount, features);
        var run = new NetworkTraining(training, progress, cancellationToken) { Start = start, Work = work };
        var loss = new SigmoidLoss(distinct) { Weights = set.Weights, LabelWeights = set.ClassWeights, LabelSmoothing = examples.LabelSmoothing };
        var objective = new SequenceObjective(loss, distinct.SelectMany(ofSequence => ofSequence.Append(-1)), training)
        {
            Examples = examples,
            Counts = run.CountsOf(Math.Max(labelCount, 2)),
        };
        var nGrams = TrainNGrams(set.Parts.Training);
        var report = run.OfClassifier(parameters, objective, sequences, set.Parts);
        var mixed = nGrams?.Mix(parameters, sequences, examples, loss, set.Parts.Validation).OnAll(set.Parts, TrainNGrams);
        var classifier = new MultiLabelClassifier(parameters, mixed)
        {
            HeldBackAccuracy = mixed == null ? report.BestValidationAccuracy : mixed.HeldBackAccuracy,
            HeldBackLoss = mixed == null ? report.BestValidationLoss : mixed.HeldBackLoss,
        };
        return new TrainingResult<MultiLabelClassifier>(classifier, report);

        NGramPart? TrainNGrams(int[] members) => NGramPart.Train(examples.NGrams, loss, labelCount, members, (training, objective), previous, cancellationToken);
    }

    /// <summary>Log odds of each label for one sequence: log p / (1 - p).</summary>
    /// <param name="tokens">Token numbers; empty is read as <see cref="Vocabulary.EmptyToken"/>.</param>
    /// <param name="scores">[C]: receives the scores.</param>
    /// <exception cref="ArgumentException">A token is not in the vocabulary, the span's length is not C, or F is not 0.</exception>
    /// <exception cref="InvalidOperationException">Weights are so large that there is no finite result.</exception>
    /// <exception cref="ReversalException">The state of a cell without forgetting outgrew its range.</exception>
    public void Score(ReadOnlySpan<int> tokens, Span<float> scores) => Score(tokens, [], scores);

    /// <summary>Log odds of each label for one sequence, and the numbers that go with it.</summary>
    /// <param name="tokens">Token numbers; empty is read as <see cref="Vocabulary.EmptyToken"/>.</param>
    /// <param name="features">[F]: the numbers, as they were given in training; NaN for a missing one, which counts as the mean.</param>
    /// <param name="scores">[C]: receives the scores.</param>
    /// <param name="nGrams">The n-grams that belong to the tokens; null where it reads none.</param>
    /// <exception cref="ArgumentException">A token is not in the vocabulary, a number is infinite, or a span's length is not F or C.</exception>
    /// <exception cref="InvalidOperationException">Weights are so large that there is no finite result.</exception>
    /// <exception cref="ReversalException">The state of a cell without forgetting outgrew its range.</exception>
    public void Score(ReadOnlySpan<int> tokens, ReadOnlySpan<float> features, Span<float> scores, NGramVector? nGrams = null)
        => _scorer.Score(tokens, features, nGrams, scores);

    /// <summary>Probability of each label for one sequence.</summary>
    /// <param name="tokens">Token numbers; empty is read as <see cref="Vocabulary.EmptyToken"/>.</param>
    /// <param name="probabilities">[C]: receives the probabilities, each from 0 to 1.</param>
    /// <exception cref="ArgumentException">A token is not in the vocabulary, the span's length is not C, or F is not 0.</exception>
    /// <exception cref="InvalidOperationException">Weights are so large that there is no finite result.</exception>
    /// <exception cref="ReversalException">The state of a cell without forgetting outgrew its range.</exception>
    public void Predict(ReadOnlySpan<int> tokens, Span<float> probabilities) => Predict(tokens, [], probabilities);

    /// <summary>Probability of each label for one sequence, and the numbers that go with it.</summary>
    /// <param name="tokens">Token numbers; empty is read as <see cref="Vocabulary.EmptyToken"/>.</param>
    /// <param name="features">[F]: the numbers, as they were given in training; NaN for a missing one, which counts as the mean.</param>
    /// <param name="probabilities">[C]: receives the probabilities, each from 0 to 1.</param>
    /// <param name="nGrams">The n-grams that belong to the tokens; null where it reads none.</param>
    /// <exception cref="ArgumentException">A token is not in the vocabulary, a number is infinite, or a span's length is not F or C.</exception>
    /// <exception cref="ReversalException">The state of a cell without forgetting outgrew its range.</exception>
    public void Predict(ReadOnlySpan<int> tokens, ReadOnlySpan<float> features, Span<float> probabilities, NGramVector? nGrams = null)
    {
        Score(tokens, features, probabilities, nGrams);
        RowMath.Sigmoid(probabilities);
    }

    /// <summary>Scores of many sequences, to the bits that each gets by itself. Side by side they take a half to a third of the time.</summary>
    /// <param name="sequences">Token numbers of each; empty is read as <see cref="Vocabulary.EmptyToken"/>.</param>
    /// <param name="features">[F] of each; null where there are none.</param>
    /// <param name="nGrams">The n-grams of each; null where it reads none.</param>
    /// <returns>The scores [C] of each.</returns>
    /// <exception cref="ArgumentException">A token is not in the vocabulary, a number is infinite, or there are not as many of one as of the other.</exception>
    /// <exception cref="InvalidOperationException">Weights are so large that there is no finite result.</exception>
    /// <exception cref="ReversalException">The state of a cell without forgetting outgrew its range.</exception>
    public float[][] ScoreMany(IReadOnlyList<int[]> sequences, IReadOnlyList<float[]>? features = null, IReadOnlyList<NGramVector>? nGrams = null)
    {
        ArgumentNullException.ThrowIfNull(sequences);
        return _scorer.ScoreMany(sequences, features, nGrams);
    }

    /// <summary>Probabilities of the labels of many sequences, to the bits that each gets by itself.</summary>
    /// <inheritdoc cref="ScoreMany"/>
    /// <returns>The probabilities [C] of each.</returns>
    public float[][] PredictMany(IReadOnlyList<int[]> sequences, IReadOnlyList<float[]>? features = null, IReadOnlyList<NGramVector>? nGrams = null)
    {
        var probabilities = ScoreMany(sequences, features, nGrams);
        foreach (var ofOne in probabilities)
            RowMath.Sigmoid(ofOne);
        return probabilities;
    }

    internal NetworkParameters Parameters => _parameters;

    internal NGramPart? NGramPart => _scorer.NGrams;

    /// <inheritdoc cref="SequenceClassifier.WeightPrecision"/>
    public WeightPrecision WeightPrecision => Weights.PrecisionOf(_parameters.All);

    /// <inheritdoc cref="SequenceClassifier.WithWeights"/>
    public MultiLabelClassifier WithWeights(WeightPrecision precision)
    {
        OptionCheck.Defined(nameof(precision), precision);
        if (precision == WeightPrecision)
            return this;
        var copy = NetworkParameters.OfSequences(_parameters.Network, LabelCount, _parameters.Features?.WithNewWeight());
        Weights.Copy(_parameters.All, copy.All, precision);
        return new MultiLabelClassifier(copy, NGramPart?.With(precision));
    }

    /// <summary>Writes the network; the layout is documented in the source of ModelFile.</summary>
    public void Save(BinaryWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        ModelFile.WriteHeader(writer, new(ModelKind.MultiLabelClassifier, _parameters.Network, LabelCount, FeatureCount) { HasNGrams = _scorer.NGrams != null, Precision = WeightPrecision });
        _parameters.Features?.WriteMoments(writer);
        ModelFile.WriteParameters(writer, _parameters.All);
        _scorer.NGrams?.Save(writer, WeightPrecision);
    }

    /// <summary>Reads what <see cref="Save"/> wrote, from a seekable stream.</summary>
    /// <exception cref="FormatException">The content is damaged, or from a newer version.</exception>
    public static MultiLabelClassifier Load(BinaryReader reader)
    {
        ArgumentNullException.ThrowIfNull(reader);
        var (parameters, nGrams) = ModelFile.ReadClassifier(reader, ModelKind.MultiLabelClassifier);
        return new MultiLabelClassifier(parameters, nGrams);
    }
}
