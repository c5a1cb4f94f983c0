using Microsoft.ML.RevRnn.Models;
using Microsoft.ML.RevRnn.Selection;
using Microsoft.ML.RevRnn.Training;

namespace Microsoft.ML.RevRnn;

/// <content>A smaller encoder of this one.</content>
public sealed partial class SequenceEncoder
{
    /// <summary>
    /// Makes a smaller encoder of the same kind: chooses the neurons that it needs, cuts the others with all of their weights, and trains what is left further. There are fewer features
    /// then. Which neurons are needed is what a language model says; what predicted tokens is no part of an encoder, so one is first trained over it, as
    /// <see cref="ContinueTraining"/> does. This one stays as it is.
    /// </summary>
    /// <param name="sequences">Token numbers of each sequence; those that the encoder was trained on, or some like them.</param>
    /// <param name="training">How the language model is trained before, without a checkpoint, and the smaller one behind.</param>
    /// <param name="shrink">Which neurons are kept; null for the defaults.</param>
    /// <param name="validation">Held-back sequences; null to hold back <see cref="TrainingOptions.ValidationFraction"/> of <paramref name="sequences"/>.</param>
    /// <param name="progress">Told where the trainings and the choice stand; called on the training thread.</param>
    /// <param name="cancellationToken">Ends it: before neurons are chosen without a result, the training behind with the best weights so far.</param>
    /// <returns>The smaller encoder, and the report of the language model's having been made smaller: its sizes, losses and times.</returns>
    /// <exception cref="ArgumentException">
    /// There is nothing to train on, a token is not of the vocabulary, or neurons cannot be cut: of a network with <see cref="NetworkOptions.SkipConnections"/>.
    /// </exception>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    /// <exception cref="InvalidOperationException">The encoder is of a classifier, which is made smaller instead; or choice or training diverged.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled before neurons were chosen.</exception>
    /// <exception cref="ReversalException">Reversal failed its integrity checks, or the state of a cell without forgetting outgrew its range.</exception>
    public ShrinkResult<SequenceEncoder> Shrink(
        IReadOnlyList<int[]> sequences,
        TrainingOptions training,
        ShrinkOptions? shrink = null,
        IReadOnlyList<int[]>? validation = null,
        IProgress<TrainingProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(training);
        if (IsOfClassifier)
            throw new InvalidOperationException("The encoder is of a classifier, whose scores say which neurons are needed: make the classifier smaller, and an encoder of the result.");
        shrink ??= new ShrinkOptions();
        shrink.Validate();
        NeuronGroup.Check(_parameters.Shape, shrink.InputKeepFraction < 1);
        training = training.WithSeed();
        var model = new LanguageModelOptions { Layout = TextLayout.Documents };
        var (whole, _) = LanguageModelTraining.Run(
            (sequences, validation), _parameters.Shape, model, training with { CheckpointPath = null, StopAfterEpochs = null }, new StartingEncoder(_parameters), progress, null, cancellationToken);
        cancellationToken.ThrowIfCancellationRequested();
        var (smaller, report) = new LanguageModel(whole).Shrink(sequences, model, training, shrink, validation, progress, cancellationToken);
        return new(new SequenceEncoder(smaller.Parameters.Encoder), report);
    }
}
