using Microsoft.ML.RevRnn.Heads;
using Microsoft.ML.RevRnn.Models;

namespace Microsoft.ML.RevRnn;

/// <content>A smaller model of this one.</content>
public sealed partial class LanguageModel
{
    /// <summary>
    /// Makes a smaller model of the same kind: chooses the neurons that it needs, cuts the others with all of their weights, and trains what is left further. This one stays as it is.
    /// </summary>
    /// <param name="texts">Token numbers of each text; those that the model was trained on, or some like them.</param>
    /// <param name="model">How the texts are laid out, dropout and softmax.</param>
    /// <param name="training">
    /// How the smaller model is trained further. Gates of neurons are learned before, with the same rate, batches and dropout, on the processor and without checkpoints: a
    /// <see cref="TrainingOptions.CheckpointPath"/> is that of the training behind.
    /// </param>
    /// <param name="shrink">Which neurons are kept; null for the defaults.</param>
    /// <param name="validation">Held-back texts; null to hold back <see cref="TrainingOptions.ValidationFraction"/> of <paramref name="texts"/>.</param>
    /// <param name="progress">Told where choice and training stand; called on the training thread.</param>
    /// <param name="cancellationToken">Ends it: the choice without a result, the training with the best weights so far.</param>
    /// <exception cref="ArgumentException">
    /// There is nothing to train on, a token is not of the vocabulary, the model has contexts, or neurons cannot be cut: of a network with <see cref="NetworkOptions.SkipConnections"/>, or of one layer
    /// with <see cref="NetworkOptions.TieEmbeddings"/>.
    /// </exception>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    /// <exception cref="InvalidOperationException">Choice or training diverged; the message says what to do.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled before neurons were chosen.</exception>
    /// <exception cref="ReversalException">Reversal failed its integrity checks.</exception>
    public ShrinkResult<LanguageModel> Shrink(
        IReadOnlyList<int[]> texts,
        LanguageModelOptions model,
        TrainingOptions training,
        ShrinkOptions? shrink = null,
        IReadOnlyList<int[]>? validation = null,
        IProgress<TrainingProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(training);
        if (Context != null)
            throw new ArgumentException("The model is given a context with each text, whose maps neurons cannot be cut from; make a model without contexts smaller.", nameof(model));
        var kind = new ShrinkKind<LanguageModel>
        {
            Network = whole => whole._parameters,
            Predictor = whole => tokens => whole.Score(tokens),
            Select = (options, start, work) =>
            {
                var (whole, report) = LanguageModelTraining.Run(
                    (texts, validation), _parameters.Network, model, options, start, progress: null, epochEnded: null, cancellationToken, work);
                return new(new LanguageModel(whole), report);
            },
            Create = (shape, _) => NetworkParameters.OfNextTokens(shape),
            Tune = (smaller, options) => new LanguageModel(smaller).ContinueTraining(texts, model, options, validation, progress, null, cancellationToken),
        };
        return Shrinking.Run(this, kind, shrink, training, progress, cancellationToken);
    }
}
