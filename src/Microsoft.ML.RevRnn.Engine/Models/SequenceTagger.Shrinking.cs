using Microsoft.ML.RevRnn.Heads;
using Microsoft.ML.RevRnn.Models;

namespace Microsoft.ML.RevRnn;

/// <content>A smaller tagger of this one.</content>
public sealed partial class SequenceTagger
{
    /// <summary>
    /// Makes a smaller tagger of the same kind: chooses the neurons that it needs, cuts the others with all of their weights, and trains what is left further. This one stays as it is.
    /// </summary>
    /// <param name="sequences">Token numbers of each sequence; those that the tagger was trained on, or some like them. Empty ones are left out.</param>
    /// <param name="labels">Of each sequence the class of each token, 0 to C - 1; not every class need occur.</param>
    /// <param name="training">
    /// How the smaller tagger is trained further. Gates of neurons are learned before, with the same rate, batches and dropout, on the processor and without checkpoints: a
    /// <see cref="TrainingOptions.CheckpointPath"/> is that of the training behind.
    /// </param>
    /// <param name="shrink">Which neurons are kept; null for the defaults.</param>
    /// <param name="examples">What the sequences weigh, label smoothing, and which of them are held back; null for the defaults.</param>
    /// <param name="progress">Told where choice and training stand; called on the training thread.</param>
    /// <param name="cancellationToken">Ends it: the choice without a result, the training with the best weights so far.</param>
    /// <exception cref="ArgumentException">
    /// The data do not fit together or to the tagger, or neurons cannot be cut: of a network with <see cref="NetworkOptions.SkipConnections"/>.
    /// </exception>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    /// <exception cref="InvalidOperationException">Choice or training diverged; the message says what to do.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled before neurons were chosen.</exception>
    /// <exception cref="ReversalException">Reversal failed its integrity checks, or the state of a cell without forgetting outgrew its range.</exception>
    public ShrinkResult<SequenceTagger> Shrink(
        IReadOnlyList<int[]> sequences,
        IReadOnlyList<int[]> labels,
        TrainingOptions training,
        ShrinkOptions? shrink = null,
        ExampleOptions? examples = null,
        IProgress<TrainingProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        TrainingInput.Check(sequences, VocabularySize, Network, training, hasFeedback: true);
        var kind = new ShrinkKind<SequenceTagger>
        {
            Network = whole => whole._parameters,
            Predictor = Predictor,
            Select = (options, start, work) => Train(sequences, labels, ClassCount, _parameters.Network, options, start, examples, progress: null, cancellationToken, work),
            Create = (shape, _) => NetworkParameters.OfTokens(shape, ClassCount),
            Tune = (smaller, options) => new SequenceTagger(smaller).ContinueTraining(sequences, labels, options, examples, progress, cancellationToken),
        };
        return Shrinking.Run(this, kind, shrink, training, progress, cancellationToken);
    }

    private static Action<int[]> Predictor(SequenceTagger tagger)
    {
        float[] probabilities = [];
        return tokens =>
        {
            if (probabilities.Length == 0)
                probabilities = new float[tokens.Length * tagger.ClassCount];
            tagger.Predict(tokens, probabilities);
        };
    }
}
