using System.Text.Json.Serialization;
using Microsoft.ML.RevRnn.Estimators;
using Microsoft.ML.RevRnn.Input;

namespace Microsoft.ML.RevRnn;

/// <summary>What all RevRnn estimators have in common: input, network and training.</summary>
/// <remarks>
/// Network and training are the engine's own option records. They cannot be changed, only replaced:
/// <code>
/// var options = new RevRnnClassificationOptions { Network = new() { HiddenSize = 512 }, Training = new() { MaximumEpochs = 20 } };
/// options.Training = options.Training with { Seed = 1 };
/// </code>
/// All options but models to start from and what listens to the training can be written as JSON, and read, by System.Text.Json.
/// </remarks>
public abstract class RevRnnOptions
{
    private protected RevRnnOptions()
    {
    }

    /// <summary>How texts are cut into tokens and which are known. Not used where the input column holds keys: there each key is a token.</summary>
    /// <exception cref="ArgumentNullException">The value is null.</exception>
    public VocabularyOptions Vocabulary { get; set => field = value ?? throw new ArgumentNullException(nameof(Vocabulary)); } = new();

    /// <summary>The shape of the network. Of its cell it is the method that decides where that has the name of one, such as <c>RevGru</c>.</summary>
    /// <exception cref="ArgumentNullException">The value is null.</exception>
    public NetworkOptions Network { get; set => field = value ?? throw new ArgumentNullException(nameof(Network)); } = new();

    /// <summary>How the network is trained. Without a seed it has that of the MLContext, and where that has none either, each fit differs.</summary>
    /// <exception cref="ArgumentNullException">The value is null.</exception>
    public TrainingOptions Training { get; set => field = value ?? throw new ArgumentNullException(nameof(Training)); } = new();

    /// <summary>
    /// Word vectors that were learned elsewhere, from a file of fastText's (.vec) or GloVe's (.txt) format, which the network starts from in place of random vectors: few texts
    /// with labels are then enough for words to mean something. <see cref="NetworkOptions.EmbeddingSize"/> is the number of their numbers if it is left at its default, and else
    /// must be it. Words of the data that have a vector are known however rare they are, up to <see cref="VocabularyOptions.MaximumSize"/>. Tokens must be words, byte
    /// pairs, or keys of text. How much of the data has a vector is logged, and in <see cref="TrainingReport.VectorTokenShare"/>. The trained model does not need the file. Not
    /// together with a model to start from or to go on with, which has vectors of its own. Null for none.
    /// </summary>
    public WordVectorOptions? WordVectors { get; set; }

    /// <summary>Told several times a second where training stands, on the training thread; null for nobody.</summary>
    [JsonIgnore]
    public IProgress<TrainingProgress>? Progress { get; set; }

    /// <summary>
    /// Ends training early, as ML.NET does where its own time is limited. Fit then returns the best model so far, of those after each epoch; before the first epoch is
    /// complete there is none, and it throws <see cref="OperationCanceledException"/>.
    /// </summary>
    [JsonIgnore]
    public CancellationToken CancellationToken { get; set; }

    /// <summary>Keeps what is read of the data, which are the same for all trainings that share it; null where each reads them.</summary>
    internal RowCache? Rows { get; set; }

    /// <summary>Whether a training that is cancelled within its first epoch gives the model as it was at the last batch, rather than none.</summary>
    internal bool GivesUnfinished { get; set; }

    /// <summary>How the trained model is made smaller; null where it is not.</summary>
    internal virtual ShrinkOptions? Selection => null;

    /// <summary>Whether a model to go on with is made smaller without more of the training that the options are of.</summary>
    internal bool OnlyShrinks { get; set; }

    /// <summary>What the tokens of given data depend on.</summary>
    internal virtual object RowKey => (Vocabulary, WordVectors);

    /// <summary>The column of texts or key vectors that is read, or the columns of texts.</summary>
    internal abstract IReadOnlyList<string> SequenceColumnNames { get; }

    /// <summary>The option that names several.</summary>
    internal abstract string SequenceColumnsOption { get; }

    /// <summary>A copy that later changes do not reach, after a check of every option.</summary>
    /// <param name="cell">The cell that was asked for by another way than these options; null for theirs.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range; the message names it, its value and the range.</exception>
    /// <exception cref="ArgumentException">A column has no name, or two have the same, or options contradict each other.</exception>
    internal RevRnnOptions Checked(CellKind? cell = null)
    {
        var copy = Copy();
        if (cell is { } asked)
            copy.Network = copy.Network with { Cell = asked };
        copy.Check();
        return copy;
    }

    /// <summary>A copy; what it holds cannot be changed, or is shared.</summary>
    internal RevRnnOptions Copy() => (RevRnnOptions)MemberwiseClone();

    /// <summary>Takes on those values of a search that it has an option for.</summary>
    internal virtual void Take(RevRnnHyperparameters values)
    {
        // Word vectors are as long as they are.
        Network = Network with { EmbeddingSize = WordVectors == null ? values.EmbeddingSize : Network.EmbeddingSize, HiddenSize = values.HiddenSize, LayerCount = values.LayerCount };
        Training = Training with
        {
            LearningRate = values.LearningRate,
            BatchSize = values.BatchSize,
            Dropout = values.Dropout,
            WeightDecay = values.WeightDecay,
            MaximumEpochs = values.MaximumEpochs,
        };
    }

    /// <summary>Checks every option, and fills in those that follow from others.</summary>
    private protected virtual void Check()
    {
        Vocabulary.Validate();
        Network.Validate();
        Training.Validate();
        CheckStrategy();
        CheckFeedback();
        WordVectors?.Validate();
        Selection?.Validate();
        if (Vocabulary.ReadsBrackets && Network.Structure != NetworkStructure.GivenTree)
        {
            throw new ArgumentException(
                $"{nameof(VocabularyOptions.ReadsBrackets)} is set in {nameof(Vocabulary)}, and {nameof(NetworkOptions.Structure)} in {nameof(Network)} is {Network.Structure}; the parse that brackets are "
                + $"is for {nameof(NetworkStructure.GivenTree)}. Set that, or unset {nameof(VocabularyOptions.ReadsBrackets)}.", nameof(VocabularyOptions.ReadsBrackets));
        }
    }

    /// <summary>Checks that a network starts either from word vectors or from a model that another option holds.</summary>
    /// <param name="option">That option.</param>
    /// <param name="model">Its value.</param>
    /// <exception cref="ArgumentException">Both are set.</exception>
    private protected void CheckVectors(string option, RevRnnTransformer? model)
    {
        if (WordVectors != null && model != null)
            throw new ArgumentException($"{nameof(WordVectors)} and {option} are both set, and the model has vectors of its own; leave either out.", nameof(WordVectors));
    }

    /// <summary>Checks that the options say nothing else than a model to go on with, which decides what they leave open.</summary>
    /// <param name="previous">The model.</param>
    /// <param name="namedCell">The cell that was asked for by another way than these options; null for theirs.</param>
    /// <exception cref="ArgumentException">They do; the message names the option, both values, and what to do.</exception>
    internal virtual void CheckGoingOn(RevRnnTransformer previous, CellKind? namedCell)
    {
        if (WordVectors != null)
        {
            throw new ArgumentException(
                $"{nameof(WordVectors)} is set, and Fit was given a model to go on with, which has vectors of its own. Leave either out.", nameof(WordVectors));
        }
        // What pools nothing has no use for a pooling, and its model has none.
        GoingOn.CheckNetwork(HasPooling ? Network : Network with { Pooling = previous.Network.Pooling }, previous.Network, namedCell);
        GoingOn.CheckVocabulary(Vocabulary, previous.Tokenization, DefaultVocabulary);
        GoingOn.CheckText(SequenceColumnsOption, SequenceColumnNames, previous.InputColumnNames);
    }

    /// <summary>What <see cref="Vocabulary"/> is where it is left as it is.</summary>
    private protected virtual VocabularyOptions DefaultVocabulary => new();

    /// <summary>Whether <see cref="NetworkOptions.Feedback"/> is used.</summary>
    private protected virtual bool HasFeedback => false;

    /// <summary>Whether <see cref="NetworkOptions.Pooling"/> is used.</summary>
    private protected virtual bool HasPooling => false;

    private protected static void CheckName(string option, string? columnName)
    {
        if (string.IsNullOrWhiteSpace(columnName))
            throw new ArgumentException($"{option} is empty; it must be the name of a column.", option);
    }

    /// <summary>A copy of the names of several columns, after a check of them.</summary>
    private protected static string[]? CheckNames(string option, string[]? columnNames)
    {
        if (columnNames == null)
            return null;
        if (columnNames.Length == 0)
            throw new ArgumentException($"{option} is empty; it must name a column at least, or be null.", option);
        foreach (var name in columnNames)
            CheckName(option, name);
        return columnNames.GroupBy(name => name).FirstOrDefault(same => same.Count() > 1) is { Key: var twice }
            ? throw new ArgumentException($"{option} has '{twice}' twice.", option)
            : (string[])columnNames.Clone();
    }

    private protected static void CheckDiffer(string option, string columnName, string otherOption, string otherColumnName)
    {
        if (columnName == otherColumnName)
            throw new ArgumentException($"{option} and {otherOption} are both '{columnName}'; they must differ.", otherOption);
    }

    /// <summary>Checks that the network reads from the beginning to the end only.</summary>
    /// <param name="reason">Who must, and why.</param>
    private protected void CheckForwardsOnly(string reason)
    {
        CheckSequence(reason);
        if (Network.Bidirectional)
        {
            throw new ArgumentException(
                $"{nameof(NetworkOptions.Bidirectional)} is set; {reason}. Leave it unset in {nameof(Network)}.", nameof(NetworkOptions.Bidirectional));
        }
    }

    /// <summary>Checks that the network reads token after token.</summary>
    /// <param name="reason">Who must, and why.</param>
    private protected void CheckSequence(string reason)
    {
        if (Network.Structure != NetworkStructure.Sequence)
        {
            throw new ArgumentException(
                $"{nameof(NetworkOptions.Structure)} is {Network.Structure}; {reason}, and this has no direction. Use {nameof(NetworkStructure.Sequence)} in {nameof(Network)}.", nameof(NetworkOptions.Structure));
        }
    }

    private void CheckFeedback()
    {
        if (Network.Feedback != FeedbackKind.None && !HasFeedback)
        {
            throw new ArgumentException(
                $"{nameof(NetworkOptions.Feedback)} is {Network.Feedback}; only a tagger has a class for each token that can be fed back. Leave it unset in {nameof(Network)}.",
                nameof(NetworkOptions.Feedback));
        }
    }

    /// <summary>Checks that a cell that cannot be reversed need not be; where it is asked for by the default, it is stored.</summary>
    private void CheckStrategy()
    {
        if (!Network.Cell.IsReversible() && Training.ActivationStrategy == ActivationStrategy.Hybrid)
        {
            throw new ArgumentException(
                $"{nameof(TrainingOptions.ActivationStrategy)} is {Training.ActivationStrategy}, and {nameof(NetworkOptions.Cell)} is {Network.Cell}, " +
                $"which cannot be reversed; use {ActivationStrategy.Stored}, {ActivationStrategy.Checkpointed} or {ActivationStrategy.Auto}.",
                nameof(TrainingOptions.ActivationStrategy));
        }
    }
}
