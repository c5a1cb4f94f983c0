namespace Microsoft.ML.RevRnn;

/// <summary>
/// A trained translation of token sequences of any length: an encoder of recurrent layers reads the source, a decoder that starts from its last states writes the target token by
/// token, and reads by attention what it needs of the source (Luong et al. 2015). p(y | x) = product of p(y_t | y_1 ... y_(t-1), x), with
/// <see cref="Vocabulary.EmptyToken"/> as what stands before y_1 and what follows the last token.
/// </summary>
/// <remarks>Immutable and safe for use from many threads. The same source gives the same translation, bit for bit.</remarks>
public sealed class TranslationModel
{
    private TranslationModel()
    {
    }

    /// <summary>Vs: source tokens are numbers from 0 to Vs - 1.</summary>
    public int SourceVocabularySize => throw new NotImplementedException();

    /// <summary>Vt: target tokens are numbers from 0 to Vt - 1.</summary>
    public int TargetVocabularySize => throw new NotImplementedException();

    /// <summary>The shape of encoder and decoder; of these the decoder reads in one direction.</summary>
    public NetworkOptions Network => throw new NotImplementedException();

    /// <summary>What attention reads and how, and whether both sides share their token vectors. Options of training are the defaults.</summary>
    public TranslationOptions Options => throw new NotImplementedException();

    /// <summary>The number of learned values.</summary>
    public long ParameterCount => throw new NotImplementedException();

    /// <summary>Trains a translation on the mean cross-entropy of each next target token. Pairs of which a side is empty are left out.</summary>
    /// <param name="sources">Token numbers of each source.</param>
    /// <param name="targets">Token numbers of each target.</param>
    /// <param name="sourceVocabularySize">Vs, at least 2.</param>
    /// <param name="targetVocabularySize">Vt, at least 2; the same where the vocabulary is shared.</param>
    /// <param name="network">Shape of encoder and decoder.</param>
    /// <param name="model">Attention, dropout and softmax.</param>
    /// <param name="training">How to train. It trains on the processor: a <see cref="TrainingOptions.GpuDeviceId"/> takes <see cref="TrainingOptions.FallbackToCpu"/>.</param>
    /// <param name="validation">Held-back pairs; null to hold back <see cref="TrainingOptions.ValidationFraction"/> of the others.</param>
    /// <param name="validationMetric">
    /// By what epochs are chosen and training stopped early, the higher the better, such as BLEU; asked after each epoch with the model as it is then, and told when training is
    /// cancelled. Null for <see cref="TrainingOptions.ValidationMetric"/>.
    /// </param>
    /// <param name="progress">Told where training stands; called on the training thread.</param>
    /// <param name="epochEnded">Called after each epoch with its result and the model as it is then; each is a model of its own.</param>
    /// <param name="cancellationToken">Ends training within the batch under way, which is given up; the best weights so far are returned.</param>
    /// <exception cref="ArgumentException">There is nothing to train on, a token is not of its vocabulary, or options do not fit together.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    /// <exception cref="NotSupportedException">A GPU was asked for, and no fallback.</exception>
    /// <exception cref="InvalidOperationException">Training diverged, or a checkpoint cannot be used; the message says what to do.</exception>
    /// <exception cref="IOException">The folder of the checkpoint is missing or cannot be written to.</exception>
    /// <exception cref="ReversalException">Reversal failed its integrity checks.</exception>
    public static TrainingResult<TranslationModel> Train(
        IReadOnlyList<int[]> sources,
        IReadOnlyList<int[]> targets,
        int sourceVocabularySize,
        int targetVocabularySize,
        NetworkOptions network,
        TranslationOptions model,
        TrainingOptions training,
        (IReadOnlyList<int[]> Sources, IReadOnlyList<int[]> Targets)? validation = null,
        Func<TranslationModel, CancellationToken, double>? validationMetric = null,
        IProgress<TrainingProgress>? progress = null,
        Action<EpochReport, TranslationModel>? epochEnded = null,
        CancellationToken cancellationToken = default)
        => throw new NotImplementedException();

    /// <summary>Trains the model further: from its weights, with its tokens, network and attention, on other or more pairs. This one stays as it is.</summary>
    /// <param name="sources">Token numbers of each source.</param>
    /// <param name="targets">Token numbers of each target.</param>
    /// <param name="model">Dropout and softmax; context, score and shared vocabulary must be those of the model.</param>
    /// <param name="training">How to train. Optimiser and schedule begin anew.</param>
    /// <param name="validation">Held-back pairs; null to hold back <see cref="TrainingOptions.ValidationFraction"/> of the others.</param>
    /// <param name="validationMetric">By what epochs are chosen, the higher the better; null for <see cref="TrainingOptions.ValidationMetric"/>.</param>
    /// <param name="progress">Told where training stands; called on the training thread.</param>
    /// <param name="epochEnded">Called after each epoch with its result and the model as it is then; each is a model of its own.</param>
    /// <param name="cancellationToken">Ends training within the batch under way, which is given up; the best weights so far are returned.</param>
    /// <inheritdoc cref="Train" path="/exception"/>
    public TrainingResult<TranslationModel> ContinueTraining(
        IReadOnlyList<int[]> sources,
        IReadOnlyList<int[]> targets,
        TranslationOptions model,
        TrainingOptions training,
        (IReadOnlyList<int[]> Sources, IReadOnlyList<int[]> Targets)? validation = null,
        Func<TranslationModel, CancellationToken, double>? validationMetric = null,
        IProgress<TrainingProgress>? progress = null,
        Action<EpochReport, TranslationModel>? epochEnded = null,
        CancellationToken cancellationToken = default)
        => throw new NotImplementedException();

    /// <summary>log p of a target, its end included, given a source.</summary>
    /// <param name="source">Token numbers; an empty source is read as <see cref="Vocabulary.EmptyToken"/>.</param>
    /// <param name="target">Token numbers, without boundaries.</param>
    /// <exception cref="ArgumentException">A token is not in its vocabulary.</exception>
    /// <exception cref="InvalidOperationException">Weights are so large that there is no finite result.</exception>
    public TranslationScore Score(ReadOnlySpan<int> source, ReadOnlySpan<int> target) => throw new NotImplementedException();

    /// <summary>What translates, for one thread.</summary>
    public TranslationSession CreateSession() => throw new NotImplementedException();

    /// <summary>Writes the network; the layout is documented in the source of ModelFile.</summary>
    public void Save(BinaryWriter writer) => throw new NotImplementedException();

    /// <summary>Reads what <see cref="Save"/> wrote, from a seekable stream.</summary>
    /// <exception cref="FormatException">The content is damaged, or from a newer version.</exception>
    public static TranslationModel Load(BinaryReader reader) => throw new NotImplementedException();
}
