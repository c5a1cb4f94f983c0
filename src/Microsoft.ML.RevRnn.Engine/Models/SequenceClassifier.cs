using System.Numerics.Tensors;
using Microsoft.ML.RevRnn.Heads;
using Microsoft.ML.RevRnn.Models;
using Microsoft.ML.RevRnn.Networks;
using Microsoft.ML.RevRnn.Training;

namespace Microsoft.ML.RevRnn;

/// <summary>
/// A trained classifier of token sequences of any length: embedding, reversible recurrent layers in one or two directions, pooling of the top layer's hidden state
/// over time, a linear map of it, and of the numbers that go with a sequence if there are any, and softmax.
/// </summary>
/// <remarks>Immutable and safe for use from many threads. The same tokens give the same probabilities, bit for bit.</remarks>
public sealed partial class SequenceClassifier
{
    private readonly NetworkParameters _parameters;
    private readonly SequenceScorer _scorer;

    internal SequenceClassifier(NetworkParameters parameters, NGramPart? nGrams = null)
    {
        _parameters = parameters;
        _scorer = new SequenceScorer(parameters, nGrams);
    }

    /// <summary>C: the number of classes.</summary>
    public int ClassCount => _parameters.Output.Outcomes;

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

    /// <summary>Trains a classifier by Adam on the softmax cross-entropy, in batches of sequences of about equal length; none is cut off.</summary>
    /// <param name="sequences">Token numbers of each sequence; an empty sequence is read as <see cref="Vocabulary.EmptyToken"/>.</param>
    /// <param name="labels">Class of each sequence, 0 to <paramref name="classCount"/> - 1.</param>
    /// <param name="classCount">C, at least 2.</param>
    /// <param name="vocabularySize">V, at least 2.</param>
    /// <param name="network">Shape of the network.</param>
    /// <param name="training">How to train.</param>
    /// <param name="pretrained">
    /// A language model of the same tokens and network to start from (Howard and Ruder 2018), instead of random weights; null for these.
    /// </param>
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
    public static TrainingResult<SequenceClassifier> Train(
        IReadOnlyList<int[]> sequences,
        IReadOnlyList<int> labels,
        int classCount,
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
        return Train(sequences, labels, classCount, new NetworkShape(network, vocabularySize), training, start, previous: null, examples, progress, cancellationToken);
    }

    /// <summary>Trains the classifier further: from its weights, with its tokens, network and classes, on other or more sequences. This one stays as it is.</summary>
    /// <param name="sequences">Token numbers of each sequence; an empty sequence is read as <see cref="Vocabulary.EmptyToken"/>.</param>
    /// <param name="labels">Class of each sequence, 0 to C - 1; not every class need occur.</param>
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
    public TrainingResult<SequenceClassifier> ContinueTraining(
        IReadOnlyList<int[]> sequences,
        IReadOnlyList<int> labels,
        TrainingOptions training,
        ExampleOptions? examples = null,
        IProgress<TrainingProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        TrainingInput.Check(sequences, VocabularySize, Network, training);
        return Train(
            sequences, labels, ClassCount, _parameters.Encoder.Shape, training, new StartingNetwork(_parameters), _scorer.NGrams, examples, progress, cancellationToken);
    }

    private static TrainingResult<SequenceClassifier> Train(
        IReadOnlyList<int[]> sequences,
        IReadOnlyList<int> labels,
        int classCount,
        NetworkShape shape,
        TrainingOptions training,
        StartingWeights? start,
        NGramPart? previous,
        ExampleOptions? examples,
        IProgress<TrainingProgress>? progress,
        CancellationToken cancellationToken,
        Func<NetworkTask, TrainingReport>? work = null)
    {
        OptionCheck.Range(nameof(classCount), classCount, 2, 10_000_000);
        CheckLabels(sequences, labels, classCount);
        training = training.WithSeed();
        examples ??= new ExampleOptions();
        var set = ExampleSet.OfClasses(examples, labels, classCount, training);
        training = training.ForSequences(set.Parts.Training.Length, start is { GoesOn: true });
        var features = TrainingInput.Features(start, classCount, examples, set.Parts);
        var parameters = NetworkParameters.OfSequences(shape, classCount, features);
        var run = new NetworkTraining(training, progress, cancellationToken) { Start = start, Work = work };
        var loss = new SoftmaxLoss(labels) { Weights = set.Weights, LabelSmoothing = examples.LabelSmoothing };
        var objective = new SequenceObjective(loss, labels, training) { Examples = examples, Counts = run.CountsOf(classCount) };
        var nGrams = TrainNGrams(set.Parts.Training);
        var report = run.OfClassifier(parameters, objective, sequences, set.Parts);
        var mixed = nGrams?.Mix(parameters, sequences, examples, loss, set.Parts.Validation).OnAll(set.Parts, TrainNGrams);
        var classifier = new SequenceClassifier(parameters, mixed)
        {
            HeldBackAccuracy = mixed == null ? report.BestValidationAccuracy : mixed.HeldBackAccuracy,
            HeldBackLoss = mixed == null ? report.BestValidationLoss : mixed.HeldBackLoss,
        };
        return new TrainingResult<SequenceClassifier>(classifier, report);

        NGramPart? TrainNGrams(int[] members) => NGramPart.Train(examples.NGrams, loss, classCount, members, (training, objective), previous, cancellationToken);
    }

    private static void CheckLabels(IReadOnlyList<int[]> sequences, IReadOnlyList<int> labels, int classCount)
    {
        ArgumentNullException.ThrowIfNull(labels);
        if (labels.Count != sequences.Count)
            throw new ArgumentException($"There are {sequences.Count} sequences and {labels.Count} labels.", nameof(labels));
        for (var i = 0; i < labels.Count; i++)
        {
            if ((uint)labels[i] >= (uint)classCount)
                throw new ArgumentException($"Label {labels[i]} of sequence {i} is not from 0 to {classCount - 1}.", nameof(labels));
        }
    }

    /// <summary>Class probabilities of one sequence.</summary>
    /// <param name="tokens">Token numbers; empty is read as <see cref="Vocabulary.EmptyToken"/>.</param>
    /// <param name="probabilities">[C]: receives the probabilities, which add up to 1.</param>
    /// <exception cref="ArgumentException">A token is not in the vocabulary, the span's length is not C, or F is not 0.</exception>
    /// <exception cref="InvalidOperationException">Weights are so large that there is no finite result.</exception>
    /// <exception cref="ReversalException">The state of a cell without forgetting outgrew its range.</exception>
    public void Predict(ReadOnlySpan<int> tokens, Span<float> probabilities) => Predict(tokens, probabilities, temperature: 1);

    /// <summary>Class probabilities of one sequence, softmax(scores / T): above 1 T makes them more alike, and the most probable class stays so.</summary>
    /// <param name="tokens">Token numbers; empty is read as <see cref="Vocabulary.EmptyToken"/>.</param>
    /// <param name="probabilities">[C]: receives the probabilities, which add up to 1.</param>
    /// <param name="temperature">T, 0.01 to 100; <see cref="FitTemperature"/> finds a good one.</param>
    /// <returns>The most probable class at T = 1, the first of several.</returns>
    /// <exception cref="ArgumentException">A token is not in the vocabulary, the span's length is not C, T is out of its range, or F is not 0.</exception>
    /// <exception cref="InvalidOperationException">Weights are so large that there is no finite result.</exception>
    /// <exception cref="ReversalException">The state of a cell without forgetting outgrew its range.</exception>
    public int Predict(ReadOnlySpan<int> tokens, Span<float> probabilities, float temperature) => Predict(tokens, [], probabilities, temperature);

    /// <summary>Class probabilities of one sequence, and of the numbers that go with it.</summary>
    /// <param name="tokens">Token numbers; empty is read as <see cref="Vocabulary.EmptyToken"/>.</param>
    /// <param name="features">[F]: the numbers, as they were given in training; NaN for a missing one, which counts as the mean.</param>
    /// <param name="probabilities">[C]: receives the probabilities, which add up to 1.</param>
    /// <param name="temperature">T, 0.01 to 100.</param>
    /// <param name="nGrams">The n-grams that belong to the tokens; null where it reads none.</param>
    /// <returns>The most probable class at T = 1, the first of several.</returns>
    /// <exception cref="ArgumentException">A token is not in the vocabulary, a number is infinite, a span's length is not F or C, or T is out of its range.</exception>
    /// <exception cref="ReversalException">The state of a cell without forgetting outgrew its range.</exception>
    public int Predict(
        ReadOnlySpan<int> tokens, ReadOnlySpan<float> features, Span<float> probabilities, float temperature = 1, NGramVector? nGrams = null)
    {
        OptionCheck.Range(nameof(temperature), temperature, TemperatureScaling.Least, TemperatureScaling.Most);
        _scorer.Score(tokens, features, nGrams, probabilities);
        return Normalize(probabilities, temperature);
    }

    /// <summary>Class probabilities of many sequences, to the bits that each gets by itself. Side by side they take a half to a third of the time.</summary>
    /// <param name="sequences">Token numbers of each; empty is read as <see cref="Vocabulary.EmptyToken"/>.</param>
    /// <param name="features">[F] of each; null where there are none.</param>
    /// <param name="temperature">T, 0.01 to 100.</param>
    /// <param name="nGrams">The n-grams of each; null where it reads none.</param>
    /// <returns>[C] of each, and the most probable class of each.</returns>
    /// <exception cref="ArgumentException">A token is not in the vocabulary, a number is infinite, there are not as many of one as of the other, or T is out of its range.</exception>
    /// <exception cref="InvalidOperationException">Weights are so large that there is no finite result.</exception>
    /// <exception cref="ReversalException">The state of a cell without forgetting outgrew its range.</exception>
    public (float[][] Probabilities, int[] Predictions) PredictMany(
        IReadOnlyList<int[]> sequences, IReadOnlyList<float[]>? features = null, float temperature = 1, IReadOnlyList<NGramVector>? nGrams = null)
    {
        ArgumentNullException.ThrowIfNull(sequences);
        OptionCheck.Range(nameof(temperature), temperature, TemperatureScaling.Least, TemperatureScaling.Most);
        var probabilities = _scorer.ScoreMany(sequences, features, nGrams);
        return (probabilities, Array.ConvertAll(probabilities, scores => Normalize(scores, temperature)));
    }

    private static int Normalize(Span<float> scores, float temperature)
    {
        var unscaled = temperature == 1 ? [] : scores.Length <= 256 ? stackalloc float[scores.Length] : new float[scores.Length];
        scores[..unscaled.Length].CopyTo(unscaled);
        SoftmaxLoss.Normalize(scores);
        var prediction = TensorPrimitives.IndexOfMax<float>(scores);
        if (temperature != 1)
        {
            TensorPrimitives.Divide(unscaled, temperature, scores);
            ResultCheck.Finite(scores);
            SoftmaxLoss.Normalize(scores);
        }
        return prediction;
    }

    /// <summary>
    /// The temperature T with which the mean of -ln p of the right classes is least (Guo et al. 2017, On Calibration of Modern Neural Networks). Take sequences that
    /// the classifier was not trained on: of those that it was, it is too sure.
    /// </summary>
    /// <param name="sequences">Token numbers of each sequence; at least one.</param>
    /// <param name="labels">Class of each sequence, 0 to C - 1.</param>
    /// <param name="features">The F numbers that go with each; null where there are none.</param>
    /// <param name="nGrams">The n-grams of each; null where it reads none.</param>
    /// <returns>T, 0.01 to 100.</returns>
    /// <exception cref="ArgumentException">There are no sequences, a token or a label is out of its range, or there are not as many labels.</exception>
    /// <exception cref="InvalidOperationException">Weights are so large that there is no finite result.</exception>
    public float FitTemperature(
        IReadOnlyList<int[]> sequences, IReadOnlyList<int> labels, IReadOnlyList<float[]>? features = null, IReadOnlyList<NGramVector>? nGrams = null)
    {
        ArgumentNullException.ThrowIfNull(sequences);
        ArgumentNullException.ThrowIfNull(labels);
        if (features != null && features.Count != sequences.Count)
            throw new ArgumentException($"There are {sequences.Count} sequences, and features of {features.Count}.", nameof(features));
        if (nGrams != null && nGrams.Count != sequences.Count)
            throw new ArgumentException($"There are {sequences.Count} sequences, and n-grams of {nGrams.Count}.", nameof(nGrams));
        if (sequences.Count == 0 || labels.Count != sequences.Count)
            throw new ArgumentException($"There are {sequences.Count} sequences and {labels.Count} labels; there must be as many, and at least one.", nameof(labels));
        foreach (var label in labels)
            OptionCheck.Range(nameof(labels), label, 0, ClassCount - 1);
        return TemperatureScaling.Fit(_scorer.ScoreMany(sequences, features, nGrams), labels);
    }

    internal NetworkParameters Parameters => _parameters;

    internal NGramPart? NGramPart => _scorer.NGrams;

    /// <summary>Writes the network; the layout is documented in the source of ModelFile.</summary>
    public void Save(BinaryWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        ModelFile.WriteHeader(writer, new(ModelKind.Classifier, _parameters.Network, ClassCount, FeatureCount) { HasNGrams = _scorer.NGrams != null, Precision = WeightPrecision });
        _parameters.Features?.WriteMoments(writer);
        ModelFile.WriteParameters(writer, _parameters.All);
        _scorer.NGrams?.Save(writer, WeightPrecision);
    }

    /// <summary>Reads what <see cref="Save"/> wrote, from a seekable stream.</summary>
    /// <exception cref="FormatException">The content is damaged, or from a newer version.</exception>
    public static SequenceClassifier Load(BinaryReader reader)
    {
        ArgumentNullException.ThrowIfNull(reader);
        var (parameters, nGrams) = ModelFile.ReadClassifier(reader, ModelKind.Classifier);
        return new SequenceClassifier(parameters, nGrams);
    }
}
