using Microsoft.ML.RevRnn.Heads;
using Microsoft.ML.RevRnn.Models;
using Microsoft.ML.RevRnn.Selection;
using Microsoft.ML.RevRnn.Training;

namespace Microsoft.ML.RevRnn;

/// <content>A smaller classifier of this one.</content>
public sealed partial class SequenceClassifier
{
    /// <summary>
    /// Makes a smaller classifier of the same kind: chooses the neurons that it needs, cuts the others with all of their weights, and trains what is left further. What it makes of
    /// n-grams and of numbers stays and is trained further too. This one stays as it is.
    /// </summary>
    /// <param name="sequences">Token numbers of each sequence; those that the classifier was trained on, or some like them.</param>
    /// <param name="labels">Class of each sequence, 0 to C - 1; not every class need occur.</param>
    /// <param name="training">
    /// How the smaller classifier is trained further. Gates of neurons are learned before, with the same rate, batches and dropout, on the processor and without checkpoints: a
    /// <see cref="TrainingOptions.CheckpointPath"/> is that of the training behind.
    /// </param>
    /// <param name="shrink">Which neurons are kept; null for the defaults.</param>
    /// <param name="examples">What the sequences weigh, label smoothing, which of them are held back, and what goes with them; null for the defaults.</param>
    /// <param name="progress">Told where choice and training stand; called on the training thread.</param>
    /// <param name="cancellationToken">Ends it: the choice without a result, the training with the best weights so far.</param>
    /// <exception cref="ArgumentException">
    /// The data do not fit together or to the classifier, or neurons cannot be cut: of a network with <see cref="NetworkOptions.SkipConnections"/>.
    /// </exception>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    /// <exception cref="InvalidOperationException">Choice or training diverged; the message says what to do.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled before neurons were chosen.</exception>
    /// <exception cref="ReversalException">Reversal failed its integrity checks, or the state of a cell without forgetting outgrew its range.</exception>
    public ShrinkResult<SequenceClassifier> Shrink(
        IReadOnlyList<int[]> sequences,
        IReadOnlyList<int> labels,
        TrainingOptions training,
        ShrinkOptions? shrink = null,
        ExampleOptions? examples = null,
        IProgress<TrainingProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        TrainingInput.Check(sequences, VocabularySize, Network, training);
        CheckLabels(sequences, labels, ClassCount);
        training = training.WithSeed();
        examples ??= new ExampleOptions();
        var selector = Shrinking.CreateSelector(_parameters, shrink, training, progress, cancellationToken);
        var (whole, selection) = Select(sequences, labels, Shrinking.OfSelection(training), examples, selector, cancellationToken);
        var smaller = NetworkShrinker.Shrink(whole, selector.Groups, selector.Choice, shape => NetworkParameters.OfSequences(shape, ClassCount, whole.Features?.WithNewWeight()));
        var (tuned, report) = new SequenceClassifier(smaller, _scorer.NGrams).ContinueTraining(sequences, labels, training, examples, progress, cancellationToken);
        return new(tuned, Shrinking.Report(_parameters, tuned._parameters, selector, selection, report, (Shrinking.Predictor(_parameters), Shrinking.Predictor(tuned._parameters))));
    }

    /// <summary>Has the neurons chosen on the sequences that are trained on.</summary>
    private (NetworkParameters Whole, TrainingReport Report) Select(
        IReadOnlyList<int[]> sequences,
        IReadOnlyList<int> labels,
        TrainingOptions training,
        ExampleOptions examples,
        NeuronSelector selector,
        CancellationToken cancellationToken)
    {
        var start = new StartingNetwork(_parameters);
        var set = ExampleSet.OfClasses(examples, labels, ClassCount, training);
        training = training.ForSequences(set.Parts.Training.Length, goesOn: true);
        var whole = NetworkParameters.OfSequences(_parameters.Network, ClassCount, TrainingInput.Features(start, ClassCount, examples, set.Parts));
        var run = new NetworkTraining(training, progress: null, cancellationToken) { Start = start, Work = selector.Run };
        var loss = new SoftmaxLoss(labels) { Weights = set.Weights, LabelSmoothing = examples.LabelSmoothing };
        return (whole, run.OfClassifier(whole, new SequenceObjective(loss, labels, training) { Examples = examples }, sequences, set.Parts));
    }
}
