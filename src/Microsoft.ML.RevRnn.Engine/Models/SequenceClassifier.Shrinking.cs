using Microsoft.ML.RevRnn.Heads;
using Microsoft.ML.RevRnn.Models;

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
        examples ??= new ExampleOptions();
        var kind = new ShrinkKind<SequenceClassifier>
        {
            Network = whole => whole._parameters,
            Predictor = whole => Shrinking.Predictor(whole._parameters),
            // Neurons are chosen by the network's own loss; n-grams stay as they are.
            Select = (options, start, work) => Train(
                sequences, labels, ClassCount, _parameters.Network, options, start, previous: null, examples with { NGrams = null }, progress: null, cancellationToken, work),
            Create = (shape, whole) => NetworkParameters.OfSequences(shape, ClassCount, whole.Features?.WithNewWeight()),
            Tune = (smaller, options) => new SequenceClassifier(smaller, _scorer.NGrams).ContinueTraining(sequences, labels, options, examples, progress, cancellationToken),
        };
        return Shrinking.Run(this, kind, shrink, training, progress, cancellationToken);
    }
}
